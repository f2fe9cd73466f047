"""The arguments of commands: what is taken, and how what is wrong is named."""

from __future__ import annotations

from typing import Any

import pytest
from pygls.exceptions import JsonRpcInvalidParams

from ffi_lsp.server.orders import (
    CancelRun,
    CompareRuntimes,
    ListRuntimes,
    QuickRun,
    ResetConsent,
    RunFile,
    ShowReport,
    read_order,
)

URI = "file:///a.ts"


def refusal(kind: type[Any], *arguments: object) -> str:
    with pytest.raises(JsonRpcInvalidParams) as caught:
        read_order(kind, "ffi.test", list(arguments))
    return str(caught.value.message)


def test_what_is_left_out_has_its_usual_value() -> None:
    order = read_order(QuickRun, "ffi.test", [{"uri": URI, "symbol": "f"}])
    assert order == QuickRun(uri=URI, symbol="f")
    assert (order.call, order.site, order.arguments, order.mode, order.timeout) == (None, None, None, "benchmark", None)


def test_null_stands_for_what_is_left_out() -> None:
    assert read_order(RunFile, "ffi.test", [{"uri": URI, "runtime": None}]) == RunFile(uri=URI)
    assert "expects uri" in refusal(RunFile, {"uri": None})


@pytest.mark.parametrize("kind", [CancelRun, ListRuntimes, ResetConsent])
@pytest.mark.parametrize("arguments", [None, [], [{}]])
def test_a_command_that_needs_nothing_takes_nothing(kind: type[Any], arguments: object) -> None:
    assert read_order(kind, "ffi.test", arguments) == kind()


def test_a_command_without_fields_has_none() -> None:
    assert refusal(ListRuntimes, {"uri": URI}) == "ffi.test knows no field 'uri'; it has none"
    assert refusal(ListRuntimes, 1) == "ffi.test takes one argument, an object without fields"


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (QuickRun, {"uri": 1, "symbol": "f"}, "uri to be the URI of an open text, not 1"),
        (QuickRun, {"uri": URI}, "symbol to be a key of a schema, not None"),
        (QuickRun, {"uri": URI, "symbol": "f", "call": -1}, "call to be the number of a call"),
        (QuickRun, {"uri": URI, "symbol": "f", "site": True}, "site to be the number of a call of the function"),
        (QuickRun, {"uri": URI, "symbol": "f", "mode": "walk"}, 'mode to be "run" or "benchmark", not \'walk\''),
        (QuickRun, {"uri": URI, "symbol": "f", "timeout": 0}, "a timeout of more than 0 and at most 600 seconds"),
        (QuickRun, {"uri": URI, "symbol": "f", "timeout": float("nan")}, "a timeout of more than 0"),
        (QuickRun, {"uri": URI, "symbol": "f", "arguments": "12"}, "arguments to be a list of values"),
        (ShowReport, {}, "uri to be the URI of a text"),
        (CompareRuntimes, {"uri": URI, "runtimes": []}, "runtimes to be a list of runtimes' names"),
        (CompareRuntimes, {"uri": URI, "runtimes": "deno"}, "runtimes to be a list of runtimes' names"),
        (CompareRuntimes, {"uri": URI, "runs": 1}, "runs to be a number from 2 to 100, not 1"),
        (ResetConsent, {"everywhere": 1}, "everywhere to be true or false, not 1"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_expected(kind: type[Any], fields: dict[str, Any], words: str) -> None:
    assert words in refusal(kind, fields)
    assert refusal(kind, fields).startswith("ffi.test expects ")


def test_an_unknown_field_is_named_with_those_that_there_are() -> None:
    message = refusal(CancelRun, {"url": URI})
    assert message == "ffi.test knows no field 'url'; it has uri, symbol"

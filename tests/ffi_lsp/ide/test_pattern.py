"""Whether a cursor is among the names that are taken from a library, also in long texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ffi_core.model import Span
from ffi_lsp.ide.header_comments import header_name_at
from ffi_lsp.ide.pattern import name_in_pattern
from ffi_lsp.workspace import Workspace

CALL = 'dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } });'
LONG = 60_000


def name(text: str) -> str | None:
    before, _, after = text.partition("¦")
    data = (before + after).encode()
    (call,) = Workspace().snapshot(Path("example.ts"), data).calls
    span = name_in_pattern(data, call, len(before.encode()))
    return None if span is None else data[span.start : span.end].decode()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("const { ge¦tpid } = Porffor.", "getpid"),
        ("const { ä, getpid, ¦ } = Porffor.", ""),
        ("const { symbols: { getp¦ } } = await Deno.", "getp"),
        ("const { close, symbols :{¦} } = Deno.", ""),
        ("const { notsymbols: { getp¦ } } = Deno.", None),
        ("const { getpid: ¦ } = Porffor.", None),
        ("const { getpid }¦ = Porffor.", None),
        ("{ ¦ } const all = Porffor.", None),
        ("const { ¦ } = 1, all = Porffor.", None),
    ],
)
def test_names_are_those_of_the_pattern_before_the_call(pattern: str, expected: str | None) -> None:
    assert name(pattern + CALL) == expected


@pytest.mark.parametrize("filling", [" ", "a ", "a\n", "{ ", "a, "])
def test_a_long_text_before_the_call_is_read_once(filling: str) -> None:
    filler = filling * (LONG // len(filling))
    assert name(f"/* {filler}¦ */ const {{ getpid }} = Porffor.{CALL}") is None
    assert name(f"const {{ {'getpid, ' * (LONG // 8)}¦ }} = Porffor.{CALL}") == ""


def test_a_long_comment_that_names_headers_is_read_once() -> None:
    data = b"// ffi-header: " + b" " * LONG + b"x.h"
    assert header_name_at(data, len(data)) == Span(len(data) - 3, len(data))

"""Configuration files as people write them, and as nobody should."""

from __future__ import annotations

import pytest

from ffi_lsp.specifiers.jsonc import json_object


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('{ // one\n "a": 1, /* two, \n three */ "b": [1, 2,], }', {"a": 1, "b": [1, 2]}),
        ('{"a": "//no comment", "b": "/* nor */ this,]"}', {"a": "//no comment", "b": "/* nor */ this,]"}),
        ('{"a": "\\"//", "b": "\\\\"} // end', {"a": '"//', "b": "\\"}),
    ],
)
def test_comments_and_last_commas_are_passed_over(text: str, value: object) -> None:
    assert json_object(text.encode()) == value


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"3", b"{", b'{"a": }', b"\xff\xfe", b"\0", b"/*", b'"', b"[" * 100_000, b'{"a":' * 100_000,
     b"9" * 10_000],
)  # fmt: skip
def test_what_holds_no_object_is_an_empty_one(data: bytes) -> None:
    assert json_object(data) == {}


@pytest.mark.parametrize("piece", [b"/*", b"/", b'\\"', b'"\\', b", ", b'"', b"//", b"*/"])
def test_a_text_of_nothing_but_beginnings_is_read_in_one_pass(piece: bytes) -> None:
    assert json_object(b'{ "a" ' + piece * (1 << 18)) == {}

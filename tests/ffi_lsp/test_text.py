"""Positions: byte offsets to lines and columns and back, in every encoding that LSP knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_core.model import Span
from ffi_lsp.text import Encoding, SourceText

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
LETTERS = st.text(st.sampled_from("a\t\n\r\u2028\u2029\x0b\x0c\x85é漢\U0001f600\u0301\ufeff"), max_size=30)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", len("aé漢😀".encode())), ("utf-16", 5), ("utf-32", 4)])
def test_columns_count_what_the_encoding_says(encoding: Encoding, column: int) -> None:
    text = SourceText("x\naé漢😀b".encode())
    offset = text.data.index(b"b")
    assert text.position(offset, encoding) == (1, column)
    assert text.offset(1, column, encoding) == offset


def test_only_the_protocols_line_ends_end_a_line() -> None:
    text = SourceText("a\r\nb\rc\nd\u2028e\x0cf\x85g\u2029h".encode())
    assert [text.line_text(line) for line in range(len(text.line_starts))] == [
        "a",
        "b",
        "c",
        "d\u2028e\x0cf\x85g\u2029h",
    ]


def test_an_offset_inside_a_line_end_is_the_end_of_its_line() -> None:
    text = SourceText(b"ab\r\ncd")
    assert text.position(2) == (0, 2)
    assert text.position(3) == (0, 2)
    assert text.position(4) == (1, 0)


def test_an_offset_inside_a_character_is_its_start() -> None:
    text = SourceText("é😀".encode())
    assert [text.position(offset, "utf-16") for offset in range(7)] == [
        (0, 0),
        (0, 0),
        (0, 1),
        (0, 1),
        (0, 1),
        (0, 1),
        (0, 3),
    ]


def test_a_column_inside_a_character_is_its_start() -> None:
    assert SourceText("😀b".encode()).offset(0, 1, "utf-16") == 0


@pytest.mark.parametrize(("line", "column", "offset"), [(0, 99, 2), (9, 0, 5), (-1, 5, 0), (0, -3, 0), (1, 99, 5)])
def test_positions_outside_the_text_are_taken_to_the_nearest_place(line: int, column: int, offset: int) -> None:
    assert SourceText(b"ab\ncd").offset(line, column) == offset


def test_offsets_outside_the_text_are_taken_to_its_ends() -> None:
    text = SourceText(b"ab\ncd")
    assert text.position(-5) == (0, 0)
    assert text.position(500) == (1, 2)


def test_a_byte_order_mark_takes_no_column() -> None:
    text = SourceText(b"\xef\xbb\xbfab")
    assert text.position(3) == (0, 0)
    assert text.offset(0, 0) == 3
    assert text.line_text(0) == "ab"


def test_bytes_that_are_no_utf8_count_as_one_character_each() -> None:
    text = SourceText(b"\xff\xfea\xc3(b")
    for encoding in ENCODINGS:
        assert text.position(5, encoding) == (0, 5)
        assert text.offset(0, 5, encoding) == 5
    assert text.slice(Span(0, 3)) == "\ufffd\ufffda"


def test_half_of_a_surrogate_pair_counts_as_one() -> None:
    text = SourceText("a\ud83db".encode("utf-8", "surrogatepass"))
    assert text.position(4, "utf-16") == (0, 2)
    assert text.offset(0, 2, "utf-16") == 4


@given(content=LETTERS, encoding=st.sampled_from(ENCODINGS))
def test_every_character_has_its_own_position(content: str, encoding: Encoding) -> None:
    text = SourceText(content.encode())
    seen = set()
    first = 1 if content.startswith("\ufeff") else 0
    for index in range(first, len(content) + 1):
        if content[index - 1 : index + 1] == "\r\n":
            continue
        offset = len(content[:index].encode())
        position = text.position(offset, encoding)
        assert text.offset(*position, encoding) == offset
        assert position not in seen
        seen.add(position)


@given(data=st.binary(max_size=40), offset=st.integers(-5, 50), encoding=st.sampled_from(ENCODINGS))
def test_any_bytes_have_positions_inside_the_text(data: bytes, offset: int, encoding: Encoding) -> None:
    text = SourceText(data)
    line, column = text.position(offset, encoding)
    assert 0 <= line < len(text.line_starts)
    back = text.offset(line, column, encoding)
    assert 0 <= back <= max(len(data), text.line_starts[0])
    assert text.position(back, encoding) == (line, column)


@given(content=LETTERS)
def test_lines_and_columns_agree_with_a_slow_count(content: str) -> None:
    text = SourceText(content.encode())
    lines = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [text.line_text(line) for line in range(len(text.line_starts))] == lines


def test_a_mark_that_an_editor_sends_takes_a_column_there() -> None:
    data = "\ufeffab\ncd".encode()
    assert SourceText(data).position(4) == (0, 1)
    assert SourceText(data, is_from_editor=True).position(4) == (0, 2)
    assert SourceText(data, is_from_editor=True).offset(0, 0) == 0
    assert SourceText(data, is_from_editor=True).offset(1, 1) == SourceText(data).offset(1, 1)


@given(LETTERS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), LETTERS), max_size=5), st.booleans())
def test_lines_stay_true_through_edits(start: str, edits: list[tuple[int, int, str]], is_from_editor: bool) -> None:
    text = SourceText(start.encode(), is_from_editor=is_from_editor)
    for one, other, new in edits:
        first, last = sorted((min(one, len(text)), min(other, len(text))))
        text.line_starts  # noqa: B018 - lines that nobody asked for are not kept up
        text = text.edited(Span(first, last), new.encode())
        assert list(text.line_starts) == list(SourceText(text.data, is_from_editor=is_from_editor).line_starts)

"""The server's text is the client's text, after whatever edits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from ffi_lsp.server.documents import Documents, encode
from ffi_lsp.text import Encoding

# Line ends of the protocol, line ends of `str.splitlines` that are none here, one to four bytes, one and two units.
ALPHABET = "ab \ufeff\n\r\t\x0b\x0c\x1c\x85\u2028\u2029é€\U0001f600\U00010348\ufffd"
WIDTHS = {"utf-8": lambda letter: len(letter.encode()), "utf-32": lambda letter: 1}
WIDTHS["utf-16"] = lambda letter: len(letter.encode("utf-16-le")) // 2

texts = st.text(ALPHABET, max_size=30)


def opened(text: str, uri: str = "file:///a.ts", language: str = "typescript") -> Documents:
    documents = Documents()
    documents.open(types.TextDocumentItem(uri, language, 1, text))
    return documents


def place(text: str, index: int, encoding: Encoding) -> types.Position:
    """The position of a character as an editor would count it: an independent, slow reading of the specification."""
    line = column = 0
    for at, letter in enumerate(text[:index]):
        if letter == "\n" or (letter == "\r" and text[at + 1 : at + 2] != "\n"):
            line, column = line + 1, 0
        elif letter != "\r":
            column += WIDTHS[encoding](letter)
    return types.Position(line, column)


def between_cr_and_lf(text: str, index: int) -> bool:
    return text[index - 1 : index + 1] == "\r\n"


@given(st.data(), texts, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_after_any_edits_the_text_is_the_clients(data: st.DataObject, text: str, encoding: Encoding) -> None:
    document = opened(text).get("file:///a.ts")
    assert document is not None
    for _ in range(data.draw(st.integers(1, 6))):
        changes: list[types.TextDocumentContentChangeEvent] = []
        for _ in range(data.draw(st.integers(1, 3))):
            new = data.draw(texts)
            if data.draw(st.integers(0, 9)) == 0:
                text = new
                changes.append(types.TextDocumentContentChangeWholeDocument(new))
                continue
            ends = [index for index in range(len(text) + 1) if not between_cr_and_lf(text, index)]
            start, end = sorted((data.draw(st.sampled_from(ends)), data.draw(st.sampled_from(ends))))
            span = types.Range(place(text, start, encoding), place(text, end, encoding))
            changes.append(types.TextDocumentContentChangePartial(span, new))
            text = text[:start] + new + text[end:]
        document.edit(changes, encoding)
    assert document.text.data.decode() == text


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [((9, 0), (9, 9), "ab\ncdX"), ((0, 99), (1, 0), "abXcd"), ((1, 1), (0, 1), "aXd")],
)
def test_positions_outside_of_the_text_are_taken_to_its_nearest_place(
    start: tuple[int, int], end: tuple[int, int], expected: str
) -> None:
    document = opened("ab\ncd").get("file:///a.ts")
    assert document is not None
    span = types.Range(types.Position(*start), types.Position(*end))
    document.edit([types.TextDocumentContentChangePartial(span, "X")], "utf-16")
    assert document.text.data == expected.encode()


def test_half_a_surrogate_pair_is_replaced_by_a_character_of_the_same_width() -> None:
    assert encode("a\ud83db") == "a\ufffdb".encode()


def test_a_pair_that_came_as_two_halves_is_one_character() -> None:
    assert encode("\ud83d\ude00") == "\U0001f600".encode()


@pytest.mark.parametrize(
    ("uri", "language", "expected"),
    [
        ("file:///home/me/a%20b.ts", "typescript", Path("/home/me/a b.ts")),
        ("file:///home/me/script", "javascript", Path("/home/me/script.js")),
        ("untitled:Untitled-1", "typescript", Path.cwd() / "Untitled-1.ts"),
        ("untitled:/home/me/new.ts", "typescript", Path.cwd() / "new.ts"),
        ("git:/home/me/a.js?ref=HEAD", "javascript", Path.cwd() / "a.js"),
    ],
)
def test_the_path_gives_the_folder_and_the_language(uri: str, language: str, expected: Path) -> None:
    document = opened("", uri, language).get(uri)
    assert document is not None
    assert document.path == expected


def test_a_document_is_found_however_its_uri_is_escaped() -> None:
    documents = opened("x", "file:///c%3A/a%20b.ts")
    assert documents.get("file:///c:/a b.ts") is documents.get("file:///c%3a/a%20b.ts") is not None


def test_opening_again_replaces_the_text() -> None:
    documents = opened("old")
    documents.open(types.TextDocumentItem("file:///a.ts", "typescript", 1, "new"))
    assert [document.text.data for document in documents] == [b"new"]


def test_a_closed_document_is_gone() -> None:
    documents = opened("x")
    assert documents.close("file:///a.ts") is not None
    assert documents.get("file:///a.ts") is None
    assert documents.close("file:///a.ts") is None

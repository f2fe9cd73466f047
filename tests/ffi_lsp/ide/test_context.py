"""Where in a half-written schema the cursor is."""

from __future__ import annotations

import pytest

from ffi_lsp.ide.context import Context, context_at


def context(text: str) -> Context | None:
    before, _, after = text.partition("¦")
    return context_at((before + after).encode(), 0, len(before.encode()))


def path(text: str) -> tuple[str | int, ...] | None:
    found = context(text)
    return None if found is None else found.path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{¦}", ("",)),
        ("{ f¦ }", ("",)),
        ("{ f: {}, ¦ }", ("",)),
        ("{ f: {¦} }", ("f", "")),
        ("{ 'f': { par¦ } }", ("f", "")),
        ("{ f: { parameters: [¦] } }", ("f", "parameters", 0)),
        ('{ f: { parameters: ["i32", "¦"] } }', ("f", "parameters", 1)),
        ('{ f: { parameters: [{ struct: ["u8", ¦] }] } }', ("f", "parameters", 0, "struct", 1)),
        ('{ f: { result: "¦" } }', ("f", "result")),
        ("{ f: { result: ¦ } }", ("f", "result")),
        ("{ f: { result: i¦ } }", ("f", "result")),
        ('{ a: { parameters: ["i32"], result: "void" }, b: { result: "¦', ("b", "result")),
        ("{ /* } */ f: { // }\n result: ¦", ("f", "result")),
        ("{ 'a}': { result: ¦", ("a}", "result")),
    ],
)
def test_the_path_leads_from_the_outermost_literal_to_the_cursor(text: str, expected: tuple[str | int, ...]) -> None:
    assert path(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{ f: {} } ¦",
        "{ // ¦\n}",
        "{ /* ¦ */ }",
        '{ f: { result: "i32"¦ } }',
        '{ f: { result: "i32" ¦ } }',
        "{ f ¦ }",
        "{ f: g(¦) }",
        "¦{}",
    ],
)
def test_nothing_can_be_written_behind_a_value_in_a_comment_or_outside(text: str) -> None:
    assert context(text) is None


def test_the_whole_word_around_the_cursor_is_replaced() -> None:
    found = context("{ sqlite3_¦open: {} }")
    assert found is not None
    assert (found.word, found.span.start, found.span.end) == ("sqlite3_", 2, 14)


def test_the_whole_text_between_the_quotes_is_replaced() -> None:
    found = context("{ f: { result: 'co¦nst char *' } }")
    assert found is not None
    assert (found.quote, found.word, found.span.end - found.span.start) == ("'", "co", len("const char *"))


def test_an_unclosed_string_is_replaced_up_to_the_cursor() -> None:
    found = context('{ f: { result: "i¦ }\n}')
    assert found is not None
    assert (found.word, found.span.end - found.span.start) == ("i", 1)


def test_the_keys_before_the_cursor_are_known_even_where_the_text_is_broken() -> None:
    found = context('{ f: { parameters: [], result: "i32", ¦')
    assert found is not None
    assert found.at_key
    assert found.keys == ("parameters", "result")

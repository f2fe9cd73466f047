"""Where a symbol is named, and what renaming it changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ffi_lsp.ide.cursor import Role
from ffi_lsp.ide.references import definition, references
from ffi_lsp.ide.rename import RenameError, prepare_rename, rename
from ffi_lsp.workspace import Snapshot

Reader = Callable[[str], tuple[Snapshot, int]]

TEXT = """\
const { count_add, count_half: half } = Porffor.dlopen("LIB", {
  count_add: { parameters: ["i32", "i32"], result: "i32" },
  "count_half": { parameters: ["f64"], result: "f64" },
});
count_add(half(1), 2);
export { count_add };
const together = { count_add };
"""

DENO = """\
const library = Deno.dlopen("LIB", { add: { parameters: ["i32"], result: "i32", name: "count_add" },
  count_half: { parameters: ["f64"], result: "f64" } });
library.symbols.count_half(1);
"""


def marked(text: str, before: str, place: int = 0) -> str:
    """The text with the cursor in front of the place-th occurrence of some words."""
    at = -1
    for _ in range(place + 1):
        at = text.index(before, at + 1)
    return f"{text[:at]}¦{text[at:]}"


def renamed(read: Reader, text: str, new: str) -> str:
    snapshot, offset = read(text)
    edits = rename(snapshot, offset, new)
    assert edits is not None
    data = snapshot.text.data
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        data = data[: edit.span.start] + edit.text.encode() + data[edit.span.end :]
    return data.decode()


@pytest.mark.parametrize("place", range(5))
def test_every_mention_leads_to_the_key(read: Reader, place: int) -> None:
    snapshot, offset = read(marked(TEXT, "count_add", place))
    span = definition(snapshot, offset)
    assert span is not None
    assert span.start == snapshot.text.data.index(b"count_add: {")


def test_an_alias_leads_to_the_key_of_its_symbol(read: Reader) -> None:
    snapshot, offset = read(marked(TEXT, "half(1)"))
    span = definition(snapshot, offset)
    assert span is not None
    assert snapshot.text.slice(span) == '"count_half"'


def test_references_are_key_binding_and_uses(read: Reader) -> None:
    found = references(*read(marked(TEXT, "count_add", 1)))
    assert [mention.role for mention in found] == [Role.BINDING, Role.KEY, Role.USE, Role.USE, Role.USE]


def test_an_alias_is_a_reference_of_its_own(read: Reader) -> None:
    found = references(*read(marked(TEXT, "half(1)")))
    assert [mention.role for mention in found] == [Role.BINDING, Role.LOCAL, Role.KEY, Role.USE]


def test_plain_javascript_has_neither_definition_nor_references(read: Reader) -> None:
    snapshot, offset = read(marked(TEXT, "together"))
    assert definition(snapshot, offset) is None
    assert references(snapshot, offset) == []
    assert rename(snapshot, offset, "apart") is None


def test_a_member_of_the_symbols_object_is_a_use(read: Reader) -> None:
    found = references(*read(marked(DENO, "count_half(1)")))
    assert [mention.role for mention in found] == [Role.KEY, Role.USE]


def test_renaming_changes_key_binding_and_uses_and_keeps_what_others_read(read: Reader) -> None:
    after = renamed(read, marked(TEXT, "count_add", 2), "plus")
    assert "const { plus, count_half: half }" in after
    assert "  plus: { parameters" in after
    assert "plus(half(1), 2);" in after
    assert "export { plus as count_add };" in after
    assert "{ count_add: plus };" in after


def test_renaming_a_key_with_an_alias_leaves_the_alias(read: Reader) -> None:
    after = renamed(read, marked(TEXT, '"count_half"'), "count_third")
    assert "count_third: half }" in after
    assert '  "count_third": {' in after
    assert "half(1)" in after


def test_an_alias_is_left_to_others(read: Reader) -> None:
    for place in (marked(TEXT, "half }"), marked(TEXT, "half(1)")):
        assert prepare_rename(*read(place)) is None


def test_renaming_keeps_the_c_name_where_the_dialect_can(read: Reader) -> None:
    after = renamed(read, marked(DENO, "count_half(1)"), "half")
    assert 'half: { name: "count_half", parameters: ["f64"]' in after
    assert "library.symbols.half(1);" in after


def test_a_c_name_that_is_given_already_stays(read: Reader) -> None:
    after = renamed(read, marked(DENO, "add: {"), "plus")
    assert 'plus: { parameters: ["i32"], result: "i32", name: "count_add" }' in after


def test_the_name_without_its_quotes_is_prepared(read: Reader) -> None:
    snapshot, offset = read(marked(TEXT, 'count_half": {'))
    found = prepare_rename(snapshot, offset)
    assert found is not None
    assert (snapshot.text.slice(found[0]), found[1]) == ("count_half", "count_half")


@pytest.mark.parametrize("new", ["", "two words", "1st", "class", "a-b", "count_half"])
def test_a_name_that_cannot_be_used_is_refused(read: Reader, new: str) -> None:
    snapshot, offset = read(marked(TEXT, "count_add"))
    with pytest.raises(RenameError):
        rename(snapshot, offset, new)

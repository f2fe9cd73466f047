"""The machine that types: it reaches what it is for, and sees and shortens what is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from ffi_lsp.workspace import Snapshot, Workspace

from .edits import KINDS, Edit, random_edits, texts_of
from .grammar import COMMON, DIALECTS
from .oracle import Typist, differences, marks_broken
from .programs import Program, is_broken, made_up_program, real_programs
from .reduction import shortest
from .world import World

OPENING = 'const { abs } = Porffor.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: "i32" } });\n'


def judged(text: str, workspace: Workspace | None = None) -> Snapshot:
    return (workspace or Workspace()).snapshot(Path("main.ts"), (OPENING + text).encode())


@pytest.mark.parametrize(
    ("kept", "fresh", "place"),
    [
        ("abs(1);", "abs(2);", "calls[0].calls[0].arguments.items[0].value"),
        ("abs(1);", " abs(1);", "calls[0].uses[0][1]"),
        ("abs(1);", "abs(1); abs(1);", "calls[0].uses[1]"),
        ("abs(1);", "abs(1, 2);", "diagnostics.FFI401"),
        ("abs(1);", "abs(1);\n", "calls[0].source"),
        ("abs(1);", "abs(1); // ffi-header: math.h", "mentioned.headers[0]"),
    ],
)
def test_whatever_differs_is_seen(kept: str, fresh: str, place: str) -> None:
    assert place in [difference.place for difference in differences(judged(kept), judged(fresh))]


def test_what_is_equal_is_not_called_different() -> None:
    assert not differences(judged("abs(1, 2);"), judged("abs(1, 2);"))


def test_what_keeps_its_mark_and_becomes_another_is_seen() -> None:
    workspace = Workspace()
    before, now = judged("abs(1);", workspace), judged("x; abs(1);", workspace)
    assert not marks_broken(before, now)
    other = judged("abs(2);")
    for site, was in zip(other.calls[0].calls, before.calls[0].calls, strict=True):
        object.__setattr__(site, "mark", was.mark)
    for entry, was_entry in zip(other.calls[0].declarations, before.calls[0].declarations, strict=True):
        object.__setattr__(entry, "mark", was_entry.mark)
    assert [found.place for found in marks_broken(before, other)] == [
        "mark of calls[0].calls[0].arguments.items[0].value"
    ]


def test_a_failure_is_told_by_two_texts_and_what_it_takes_of_both() -> None:
    texts = ["one\nwhere\n", "two\nhere\nwhere\n", "many\nhere\nx = 2\nlast\n", "many\nhere\nx = 1\nlast\n"]

    def fails(some: Sequence[str]) -> bool:
        return len(some) > 1 and "here" in some[0] and "x = 1" in some[-1]

    assert shortest(texts, fails) == ["herex = 2", "herex = 1"]


def test_a_failure_that_takes_more_texts_keeps_those_alone() -> None:
    def fails(some: Sequence[str]) -> bool:
        return {"a", "c", "e"} <= set(some) and some[-1] == "e"

    assert shortest(["a", "b", "c", "d", "e"], fails) == ["a", "c", "e"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_edit_changes_programs_and_does_the_same_again(kind: str) -> None:
    changed = 0
    for number in range(12):
        program = made_up_program(Random(number))
        texts = list(texts_of(program, [Edit("double_a_line", number), Edit(kind, number)]))
        assert texts == list(texts_of(program, [Edit("double_a_line", number), Edit(kind, number)]))
        assert all(text.encode() for text in texts)
        changed += len(set(texts)) > 2
    assert changed or kind in {"show_the_text_again", "undo", "go_back_and_forth"}


def test_every_hole_of_the_grammar_is_filled() -> None:
    for words in DIALECTS.values():
        wanted = {
            hole
            for ways in (*COMMON.values(), *words.values())
            for way in ways
            for hole in re.findall("@([A-Z]+)", way)
        }
        assert wanted <= COMMON.keys() | words.keys()


def test_made_up_programs_bind_call_and_err_in_every_dialect() -> None:
    calls, codes = dict.fromkeys(DIALECTS, 0), set()
    for number in range(60):
        program = made_up_program(Random(number))
        snapshot = Workspace().snapshot(Path(program.name), program.text.encode())
        codes |= {found.code for found in snapshot.diagnostics}
        for call in snapshot.calls:
            calls[call.dialect] += len(call.calls)
    assert min(calls.values()) >= 10
    assert len(codes) >= 20


def test_most_texts_that_are_typed_are_whole() -> None:
    texts = []
    for number in range(10):
        program = made_up_program(Random(number))
        texts += [is_broken(program.name, text) for text in texts_of(program, random_edits(Random(number), 10))]
    assert texts.count(False) > len(texts) / 3


def test_the_world_is_the_same_whenever_a_text_is_seen(tmp_path: Path) -> None:
    world = World(tmp_path)
    seen: dict[int, tuple[str, str]] = {}
    for number in [*range(300), *range(300)]:
        world.turn_to(b"%d" % number)
        now = ((tmp_path / "shared.ts").read_text(), (tmp_path / "libdemo.so").resolve().name)
        assert seen.setdefault(number, now) == now
    assert len(set(seen.values())) == 4


def test_real_programs_are_typed_in_too(tmp_path: Path) -> None:
    names = {Path(program.name).suffix for program in real_programs()}
    assert {".ts", ".mjs", ".cjs", ".vue", ".svelte", ".astro", ".html"} <= names
    bare = Program("main.ts", ("porffor",), (OPENING, "abs(1);"))
    assert not [
        found
        for text in texts_of(bare, [Edit("add_an_argument", 3)])
        for found in Typist(World(tmp_path), bare.name).show(text)
    ]

"""After an edit inside of one statement only that is read, and what comes of it is what reading all of it gives."""

from __future__ import annotations

from pathlib import PurePath

import pytest

import ffi_core.dialects
from ffi_core.dialects import read_tree
from ffi_core.model import DlopenCall
from ffi_core.source import Memory, SourceTree, parse

FILE = PurePath("program.ts")

BUN = """\
import { dlopen, FFIType, suffix } from "bun:ffi";
const I32 = FFIType.i32, half = 2;
let mode = "fast";
const lib = dlopen(`libm.${suffix}`, {
  cos: { args: [FFIType.f64], returns: "f64" },
  abs: { args: [I32], returns: "i32" },
});
const { symbols } = lib;
function one(angle) { return symbols.cos(angle) + lib.symbols.cos(1.5); }
function two(number) { const twice = number * half; return symbols.abs(twice); }
function three() { symbols.abs(half); }
// a comment
function four() { mode = "slow"; }
lib.close();
"""

PORFFOR = """\
const { strlen, qsort } = Porffor.dlopen("libc.so.6", {
  strlen: { parameters: ["buffer"], result: "usize" },
  qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" },
});
const text = "abc";
function one() { return strlen(text) + strlen("de"); }
function two(order) { qsort(new Uint8Array(4), 4, 1, order); }
console.log(one());
"""

DENO = """\
const lib = Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32", nonblocking: true } });
const callback = new Deno.UnsafeCallback({ parameters: ["i32"], result: "void" }, (n) => n);
async function one() { return await lib.symbols.getpid(); }
async function two() { const pid = lib.symbols.getpid(); return pid + 1; }
class Process { run() { lib.symbols.getpid(); } stop() { return 1; } }
callback.close();
"""

ALONE = [
    (BUN, "cos(angle)", "cos(angle * 2)", "an argument"),
    (BUN, "cos(angle)", "sin(angle)", "another symbol of the library"),
    (BUN, "+ lib.symbols.cos(1.5)", "", "a call less"),
    (BUN, "const twice = number * half;", "const twice = number * half; symbols.abs(1);", "a call more"),
    (BUN, "abs(half)", "abs(I32)", "a constant of the module as an argument"),
    (BUN, "abs(half)", "abs(FFIType.u8)", "a member of it"),
    (BUN, "symbols.abs(twice)", "symbols.abs(twice", "a bracket less"),
    (BUN, "a comment", "a comment about dlopening", "a comment"),
    (BUN, "\nfunction two", "\n\n\nfunction two", "blank lines"),
    (BUN, "const twice", "const lib = 1, twice", "a variable that hides the library's inside of a function"),
    (BUN, "[FFIType.f64]", "[FFIType.f32]", "a type in the schema"),
    (BUN, "[I32]", "[I32, 'ptr']", "a type more"),
    (BUN, "[I32]", "[I32,, ", "an entry that is not finished"),
    (BUN, '"f64" }', '"f64", nonblocking }', "a field of which there is no value yet"),
    (BUN, "\nfunction two", "\nsymbols.cos(2);\nfunction two", "a statement more"),
    (BUN, "\nfunction two", "\ns\nfunction two", "the first letter of a statement"),
    (BUN, "function three() { symbols.abs(half); }\n", "", "a statement less"),
    (BUN, "function three() { symbols.abs(half); }\n", "function three() { symbols.abs(half); }\n" * 2, "a line twice"),
    (BUN, "function three() { symbols.abs(half); }", "// function three() { symbols.abs(half); }", "one commented out"),
    (BUN, "{ symbols.abs(half); }\n", "{ symbols.abs(half); } symbols.cos(3);\n", "a statement in the same line"),
    (BUN, "// a comment\n", "", "a comment less"),
    (PORFFOR, "const { strlen, qsort }", "strlen(1);\nconst { strlen, qsort }", "a call before everything"),
    (PORFFOR, "strlen(text)", "strlen(text, 1)", "an argument more"),
    (PORFFOR, 'strlen("de")', 'strlen("def")', "a longer text"),
    (PORFFOR, "new Uint8Array(4), 4", "new Uint8Array(40), 40", "a larger buffer"),
    (PORFFOR, '["buffer"], result: "usize"', '["buffer"], result: "u64"', "another result"),
    (PORFFOR, '["buffer"]', '["pointer"]', "an address in another way"),
    (PORFFOR, "one());", "one() + 1);", "the last statement"),
    (DENO, "return await lib", "await lib", "what is done with a promise"),
    (DENO, "return pid + 1", "return pid + 12", "what is done with it later"),
    (DENO, "nonblocking: true", "nonblocking: false", "that there is a promise at all"),
    (DENO, "run() { lib", "run() { return lib", "a method"),
]
"""A program, a piece of it, what stands there then, and what that is; only a statement or an entry is read."""

WHOLE = [
    (BUN, "number * half; return", "number; lib.close(); return", "the library is closed"),
    (BUN, "const { symbols } = lib;", "const { symbols } = lib ;", "the statement that names the symbols"),
    (BUN, "half = 2", "half = 3", "a constant that calls are given"),
    (BUN, 'mode = "slow"', 'half = "slow"', "a constant is set anew"),
    (BUN, "// a comment", "const half = 1", "a declaration that hides another"),
    (BUN, "  abs: {", "  labs: {", "a key of the schema"),
    (BUN, 'from "bun:ffi"', 'from "node:ffi"', "the module"),
    (BUN, "function three() {", "function three() { const l = dlopen('a.so', {});", "another library is opened"),
    (BUN, "\nfunction two", "\nconst own = lib.symbols;\nfunction two", "the symbols get another name"),
    (BUN, "const I32 = FFIType.i32, half = 2;\n", "", "a declaration less"),
    (PORFFOR, "return strlen(text)", "strlen = 1; return strlen(text)", "a bound name is set"),
    (PORFFOR, "{ return strlen", "{ try { } catch { } return strlen", "a catch, which Porffor has not"),
    (PORFFOR, "{ return strlen", "{ const all = a + b * 2 ** 32; return strlen", "a number of two halves"),
    (PORFFOR, "{ strlen, qsort }", "{ strlen, qsort: sort }", "the names that are bound"),
    (DENO, "(n) => n);", "(n) => n + 1);", "a callback"),
    (DENO, "async function one() {", "async function one() { callback.close();", "a callback is closed"),
]
"""As above; all of the text is read."""


class Typist:
    """Reads one text of a file after the other, and counts how often all of it was read."""

    def __init__(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.whole = 0
        self._memory = Memory()
        self._tree: SourceTree | None = None
        observe = ffi_core.dialects.observe

        def counted(*arguments):
            self.whole += 1
            return observe(*arguments)

        monkeypatch.setattr(ffi_core.dialects, "observe", counted)
        self.type(text)
        self.whole = 0

    def type(self, text: str) -> int:
        """How often the next text had to be read whole, having compared what it says with a first reading of it."""
        before, self._tree = self.whole, parse(text.encode(), FILE.suffix, self._tree)
        found, whole = read_tree(self._tree, FILE, None, self._memory), self.whole - before
        afresh = read_tree(parse(text.encode(), FILE.suffix), FILE)
        self.whole -= 1
        assert found == afresh
        assert [each.source for each in found] == [each.source for each in afresh]
        return whole


def edited(program: str, old: str, new: str) -> str:
    """The program with one piece replaced, which stands in it once."""
    assert program.count(old) == 1
    return program.replace(old, new)


@pytest.mark.parametrize(("program", "old", "new"), [case[:3] for case in ALONE], ids=[case[3] for case in ALONE])
def test_only_what_was_edited_is_read_again(program, old, new, monkeypatch):
    typist = Typist(program, monkeypatch)
    assert typist.type(edited(program, old, new)) == 0
    assert typist.type(program) == 0


@pytest.mark.parametrize(("program", "old", "new"), [case[:3] for case in WHOLE], ids=[case[3] for case in WHOLE])
def test_all_is_read_again_where_an_edit_may_mean_something_elsewhere(program, old, new, monkeypatch):
    typist = Typist(program, monkeypatch)
    assert typist.type(edited(program, old, new)) == 1
    typist.type(program)


@pytest.mark.parametrize("program", [BUN, PORFFOR, DENO], ids=["bun", "porffor", "deno"])
def test_a_text_that_is_typed_letter_by_letter_reads_as_if_it_had_come_at_once(program, monkeypatch):
    start = program.index("function")
    typist = Typist(program[:start], monkeypatch)
    for end in range(start + 1, len(program) + 1):
        typist.type(program[:end])


def test_one_edit_after_the_other_is_read_alone(monkeypatch):
    typist, text = Typist(BUN, monkeypatch), BUN
    for old, new in (
        ("cos(angle)", "cos(angle, 1)"),
        ("[I32]", "[I32, I32]"),
        ("abs(twice)", "abs(twice, I32)"),
        ("cos(angle, 1)", "cos(half)"),
        ("lib.symbols.cos(1.5)", "lib.symbols.cos("),
        ("lib.symbols.cos(", "lib.symbols.cos(half)"),
        ("[I32, I32]", "['i64']"),
    ):
        text = text.replace(old, new, 1)
        typist.type(text)
        assert typist.whole == 0


def test_a_broken_text_does_not_make_the_next_sound_one_be_read_whole(monkeypatch):
    typist = Typist(BUN, monkeypatch)
    typist.type(edited(BUN, "function one(angle) {", "function one(angle) { if ("))
    assert typist.type(edited(BUN, "function one(angle) {", "function one(angle) { if (angle) one(1);")) == 0


def test_statements_that_are_written_alike_stay_apart(monkeypatch):
    text = PORFFOR + "strlen('a');\n" * 3
    typist = Typist(text, monkeypatch)
    assert typist.type(text.replace("strlen('a');\n", "strlen('ab');\n", 1)) == 0
    assert typist.type(text) == 0


def test_a_blank_between_statements_that_touch_belongs_to_neither(monkeypatch):
    text = PORFFOR + "{strlen(text)}{strlen(text)}\n"
    typist = Typist(text, monkeypatch)
    typist.type(text.replace("}{strlen", "} {strlen"))
    typist.type(text)


def test_what_only_moved_keeps_its_mark(monkeypatch):
    memory, first = Memory(), parse(PORFFOR.encode(), ".ts")
    (before,) = read_tree(first, FILE, None, memory)
    text = edited(PORFFOR, "strlen(text)", "strlen(text + 'longer')")
    (after,) = read_tree(parse(text.encode(), ".ts", first), FILE, None, memory)
    assert marks(after)[:2] == marks(before)[:2]
    assert after.calls[0].mark is not before.calls[0].mark
    assert after.calls[2].mark is before.calls[2].mark


def marks(call: DlopenCall) -> list[object]:
    return [each.mark for each in (*call.declarations, *call.calls)]

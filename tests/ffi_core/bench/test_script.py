"""The language of `// ffi-bench:` and `// ffi-setup:`, and the comments that are ours."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_core.bench.script import (
    ScriptError,
    Statement,
    comments_above,
    comments_for_all,
    names_in,
    read_call,
    read_statements,
    spell_arguments,
)
from ffi_core.dialects import read


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("7", 7),
        ("-7", -7),
        ("0x10", 16),
        ("5n", 5),
        ("-2.5e3", -2500.0),
        (".5", 0.5),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ('"say \\"hi\\"\\n"', 'say "hi"\n'),
        ("'it\\'s \"it\"'", 'it\'s "it"'),
        ("null", None),
        ("undefined", None),
        ("true", True),
        ("[1, 2, 255]", [1, 2, 255]),
        ("out(8)", {"out": 8}),
        ("zeros(4096)", {"out": 4096}),
        ('bytes("hé")', [104, 195, 169]),
        ("db", {"name": "db"}),
        ("&db", {"address": "db"}),
    ],
)
def test_arguments_are_literals_blocks_and_names(text: str, argument: object) -> None:
    assert read_call(f"f({text})") == Statement(None, "f", (argument,))


def test_statements_name_results_and_values() -> None:
    assert read_statements(" db = out(8); open(db, 6) ; rc = step(db); again = rc;; limit = 5 ;") == (
        Statement("db", None, ({"out": 8},)),
        Statement(None, "open", ({"name": "db"}, 6)),
        Statement("rc", "step", ({"name": "db"},)),
        Statement("again", None, ({"name": "rc"},)),
        Statement("limit", None, (5,)),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("f(", "expected an argument at the end"),
        ("f(1", "expected ',' at the end"),
        ("f(1 2)", "expected ',' before '2)'"),
        ("f(1) g(2)", "expected ';' before 'g(2)'"),
        ("= 3", "expected a name or a call before '= 3'"),
        ("a =", "expected an argument at the end"),
        ("f(@)", "unknown sign before '@)'"),
        ("f(out(x))", "expected out(SIZE)"),
        ("f(out(1, 2))", "expected out(SIZE)"),
        ("f([x])", "expected a byte before"),
        ('f("\\q")', "unknown escape"),
        ('f("open)', "unknown sign"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, words: str) -> None:
    with pytest.raises(ScriptError) as caught:
        read_statements(text)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "f(1); f(2)", "x = f(1)", "x = 5"])
def test_a_bench_comment_is_one_call(text: str) -> None:
    with pytest.raises(ScriptError, match="expected one call"):
        read_call(text)


@given(st.text(alphabet="fo()ut,;=&[]\"'\\ 0x9n.-e\n{é", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ScriptError):
        assert all(statement.name or statement.function for statement in read_statements(text))


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just({"name": "db"}))))
def test_arguments_are_spelled_as_they_are_read(arguments: list[object]) -> None:
    assert read_call(f"f({spell_arguments(arguments)})").arguments == tuple(arguments)


def test_a_large_number_is_spelled_as_javascript_writes_it() -> None:
    assert spell_arguments([int(1e300), -(10**21), 10**20, 2**1100]) == f"1e+300, -1e+21, {10**20}, {2**1100}"


def test_names_are_found_wherever_they_stand() -> None:
    assert names_in([1, {"name": "a"}, [{"address": "b"}, {"out": 3}]]) == {"a", "b"}


FILE = b"""\
  // ffi-setup: a = out(8)
const { f, g } = Porffor.dlopen("libm.so.6", {
  // ffi-bench: f(9)

  // A word about f.
  // ffi-setup: b = out(4)
  //ffi-bench:  f(b)\r
  f: { parameters: ["buffer"], result: "i32" },
  g: { parameters: ["i32"], result: "i32" }, // ffi-bench: g(1)
  h: { parameters: ["i32"], result: "i32" },
});
const text = "// ffi-setup: c = out(1)";
// ffi-setup: d = out(2)
"""


def test_comments_above_a_declaration_belong_to_it() -> None:
    (call,) = read(FILE, "f.ts")
    entry = call.declaration_of("f")
    assert entry is not None
    found = comments_above(FILE, entry)
    assert [(comment.kind, comment.text) for comment in found] == [("setup", "b = out(4)"), ("bench", "f(b)")]
    assert FILE[found[1].span.start : found[1].span.end] == b"//ffi-bench:  f(b)"


@pytest.mark.parametrize("name", ["g", "h"])
def test_comments_elsewhere_do_not(name: str) -> None:
    (call,) = read(FILE, "f.ts")
    entry = call.declaration_of(name)
    assert entry is not None
    assert comments_above(FILE, entry) == ()


def test_set_ups_outside_of_the_schema_are_for_all() -> None:
    (call,) = read(FILE, "f.ts")
    assert [comment.text for comment in comments_for_all(FILE, call)] == ["a = out(8)", "d = out(2)"]

"""Folding: every notation of a literal has the value that JavaScript gives it, and anything else is Unknown."""

from __future__ import annotations

import math
import sys

import pytest

from ffi_core.model import Array, BigInt, Boolean, Nothing, Number, Object, Text, Unknown, Value
from ffi_core.source import Scopes, fold, parse
from ffi_core.source.values import NotFoldedError, plain


def fold_text(expression: str, before: str = "", suffix: str = ".ts") -> Value:
    """The value of an expression that stands behind `before` in a file."""
    source = f"{before}\n;_ = {expression};".encode()
    tree = parse(source, suffix)
    statement = tree.root.named_children[-1]
    right = statement.named_children[0].child_by_field_name("right")
    assert right is not None
    return fold(right, Scopes(tree).constant)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'plain'", "plain"),
        ('"say \\"hi\\""', 'say "hi"'),
        (r"'\n\t\r\b\f\v\0'", "\n\t\r\b\f\v\0"),
        (r"'\x41\u0042\u{43}'", "ABC"),
        (r"'\u{1F600}'", "\U0001f600"),
        (r"'\ud83d\ude00'", "\U0001f600"),
        (r"'\ud83d'", "\ud83d"),
        (r"'\101\12\8'", "A\n8"),
        ("'a\\\nb\\\r\nc'", "abc"),
        (r"'\q'", "q"),
        ("`no hole`", "no hole"),
        ("`line\r\nend`", "line\nend"),
        ("''", ""),
        ("'ünï'", "ünï"),
        ("('in parentheses')", "in parentheses"),
        ("'const' as const", "const"),
        ("'checked' satisfies string", "checked"),
        ("'sure'!", "sure"),
        ("<string>'old style'", "old style"),
        ("(/* why */ 'commented')", "commented"),
    ],
)
def test_a_string_has_the_value_that_javascript_gives_it(written: str, value: str) -> None:
    assert isinstance(found := fold_text(written), Text)
    assert found.value == value


@pytest.mark.parametrize(
    "written",
    [
        "`a ${hole}`",
        r"'\u{110000}'",
        r"'\u{fffffffffffffffffffff}'",
        "f()",
        "a.b",
        "1 + g()",
        "[...x].length",
        "tag`x`",
        "unknownName",
    ],
)
def test_what_the_text_does_not_give_is_unknown(written: str) -> None:
    assert isinstance(fold_text(written), Unknown)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", 0),
        ("42", 42),
        ("1_000_000", 1_000_000),
        ("0xFF", 255),
        ("0XfF", 255),
        ("0b101", 5),
        ("0o17", 15),
        ("017", 15),
        ("089", 89),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1.5e-3", 0.0015),
        ("-7", -7),
        ("+7", 7),
        ("-(7)", -7),
        ("9007199254740993", 9007199254740992),
        ("1e400", math.inf),
        ("9" * 5000, math.inf),
        ("0x" + "f" * 300, math.inf),
    ],
)
def test_a_number_has_the_value_that_javascript_gives_it(written: str, value: float) -> None:
    found = fold_text(written, suffix=".js")
    assert isinstance(found, Number)
    assert found.value == value
    assert isinstance(found.value, int) == isinstance(value, int)


def test_minus_zero_keeps_its_sign() -> None:
    found = fold_text("-0")
    assert isinstance(found, Number)
    assert math.copysign(1, found.value) == -1


@pytest.mark.parametrize(("written", "value"), [("5n", 5), ("-5n", -5), ("0xFFn", 255), ("1_0n", 10), ("0b11n", 3)])
def test_a_bigint_has_its_value(written: str, value: int) -> None:
    assert isinstance(found := fold_text(written), BigInt)
    assert found.value == value


def test_true_false_null_and_undefined_are_known() -> None:
    assert isinstance(yes := fold_text("true"), Boolean)
    assert yes.value
    assert isinstance(no := fold_text("!true"), Boolean)
    assert not no.value
    assert isinstance(null := fold_text("null"), Nothing)
    assert not null.undefined
    for written in ("undefined", "void 0"):
        assert isinstance(undefined := fold_text(written), Nothing)
        assert undefined.undefined


def test_objects_and_arrays_fold_with_what_is_in_them() -> None:
    value = fold_text("{ a: [1, 'two', [3n]], 'b-c': { d: null }, ['e']: true, 7: 8, }")
    assert plain(value) == {"a": [1, "two", [3]], "b-c": {"d": None}, "e": True, "7": 8}


def test_the_last_of_two_equal_keys_counts() -> None:
    value = fold_text("{ a: 1, a: 2 }")
    assert isinstance(value, Object)
    found = value.get("a")
    assert found is not None
    assert plain(found.value) == 2


@pytest.mark.parametrize("written", ["{ ...x, a: 1 }", "{ [k()]: 1 }", "{ get a() { return 1; } , ...y}"])
def test_an_object_with_hidden_properties_is_not_complete(written: str) -> None:
    value = fold_text(written)
    assert isinstance(value, Object)
    assert not value.complete


@pytest.mark.parametrize("written", ["[...x]", "[1,,2]", "[,]"])
def test_an_array_with_holes_or_spreads_is_not_complete(written: str) -> None:
    value = fold_text(written)
    assert isinstance(value, Array)
    assert not value.complete
    with pytest.raises(NotFoldedError):
        plain(value)


def test_a_trailing_comma_adds_no_element() -> None:
    value = fold_text("[1, 2, ]")
    assert isinstance(value, Array)
    assert (len(value.items), value.complete) == (2, True)


def test_spans_are_those_of_the_literals_without_what_surrounds_them() -> None:
    source = b"_ = (('x' as const));"
    tree = parse(source, ".ts")
    right = tree.root.named_children[0].named_children[0].child_by_field_name("right")
    assert right is not None
    value = fold(right)
    assert source[value.span.start : value.span.end] == b"'x'"


def test_a_const_of_the_same_file_is_looked_up() -> None:
    assert plain(fold_text("[ptr, { n: size }]", "const ptr = 'pointer', size = 8 as const;")) == ["pointer", {"n": 8}]


def test_a_shorthand_property_is_looked_up() -> None:
    assert plain(fold_text("{ parameters, result: i32 }", "const parameters = ['i32']; const i32 = 'i32';")) == {
        "parameters": ["i32"],
        "result": "i32",
    }


@pytest.mark.parametrize(
    "before",
    [
        "let k = 1;",
        "var k = 1;",
        "const { k } = { k: 1 };",
        "function k() {}",
        "import { k } from 'x';",
        "{ const k = 1; }",
    ],
)
def test_a_name_that_is_no_const_in_reach_is_unknown(before: str) -> None:
    assert isinstance(fold_text("k", before), Unknown)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("types.ptr", "pointer"),
        ("types['ptr']", "pointer"),
        ("types.deep.er", 1),
        ("`lib${name}.so`", "libshop.so"),
        ("`${name}${name}\\n`", "shopshop\n"),
        ("'lib' + name + '.so'", "libshop.so"),
        ("[...pair, 3]", [1, 2, 3]),
        ("{ ...types.deep, b: 2 }", {"er": 1, "b": 2}),
        ("{ er: 0, ...types.deep }", {"er": 1}),
    ],
)
def test_members_sums_templates_and_spreads_of_consts_are_known(written: str, value: object) -> None:
    before = "const name = 'shop', pair = [1, 2], types = { ptr: 'pointer', deep: { er: 1 } };"
    assert plain(fold_text(written, before)) == value


@pytest.mark.parametrize(
    "written", ["types.absent", "f().ptr", "types[key]", "1 + 'a'", "`${1}`", "'a' - 'b'", "more.a"]
)
def test_members_and_sums_that_are_not_known_are_unknown(written: str) -> None:
    assert isinstance(fold_text(written, "const types = { ptr: 'pointer' }; const more = { ...x(), a: 1 };"), Unknown)


def test_consts_that_hold_each_other_end_as_unknown() -> None:
    value = fold_text("a", "const a = [b]; const b = [a];")
    assert isinstance(value, Array)
    assert isinstance(value.items[0], Array)
    assert isinstance(value.items[0].items[0], Unknown)


def test_consts_that_double_with_each_level_do_not_fill_the_memory() -> None:
    before = "".join(f"const a{level} = [a{level + 1}, a{level + 1}];" for level in range(60)) + "const a60 = 1;"
    fold_text("a0", before)


def test_nesting_deeper_than_any_schema_ends_as_unknown() -> None:
    deep = 5000
    value = fold_text("[" * deep + "]" * deep)
    with pytest.raises(NotFoldedError):
        plain(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('process.platform === "linux" ? "a.so" : "b.dll"', "a.so"),
        ('Deno.build.os == "windows" ? "b.dll" : Deno.build.os === "darwin" ? "c.dylib" : "a.so"', "a.so"),
        ('process.platform !== "win32" ? "a.so" : find()', "a.so"),
        ("`lib.${process.platform}.so`", "lib.linux.so"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the expected branches are those of Linux")
def test_a_choice_by_platform_is_that_of_this_one(text: str, expected: str) -> None:
    value = fold_text(text)
    assert isinstance(value, Text)
    assert value.value == expected


def test_a_choice_that_is_not_known_is_unknown() -> None:
    for text in ('wide ? "a" : "b"', 'process.arch === "x64" ? "a" : "b"', "1 === 1 ? 2 : 3"):
        assert isinstance(fold_text(text), Unknown)

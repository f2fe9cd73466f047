"""Arguments: which are chosen, which are refused, and in what words."""

from __future__ import annotations

import math

import pytest

from ffi_core.bench import choose_arguments
from ffi_core.bench.arguments import (
    ArgumentsError,
    example_arguments,
    from_word,
    show_result,
    spell_result,
    to_native,
)
from ffi_core.dialects import read
from ffi_core.model import Declaration, DlopenCall, Signature
from ffi_core.schema import parse_signature, read_type
from ffi_core.types import NATIVE_TYPES


def signature(text: str) -> Signature:
    found = parse_signature(text).signature
    assert found is not None
    return found


def the_call(calls: str) -> DlopenCall:
    text = f"""
const {{ cos, hypot, getpid, puts, broken }} = Porffor.dlopen("libm.so.6", {{
  cos: {{ parameters: ["f64"], result: "f64" }},
  hypot: {{ parameters: ["f64", "f64"], result: "f64" }},
  getpid: {{ parameters: [], result: "i32" }},
  puts: {{ parameters: ["buffer"], result: "i32" }},
  broken: {{ parameters: ["int"], result: "i32" }},
}});
{calls}
"""
    (found,) = read(text.encode(), "test.ts")
    return found


def test_the_request_wins_over_the_file() -> None:
    chosen = choose_arguments(the_call("cos(0.5);"), "cos", [1.5])
    assert (chosen.values, chosen.origin, chosen.span) == ((1.5,), "request", None)


def test_the_first_call_with_literals_gives_the_arguments_and_its_place() -> None:
    call = the_call("cos(x); cos(0.25); cos(0.5);")
    chosen = choose_arguments(call, "cos")
    assert (chosen.values, chosen.origin) == ((0.25,), "call")
    assert chosen.span == call.calls[1].span


def test_a_call_with_one_argument_that_is_no_literal_gives_nothing() -> None:
    with pytest.raises(ArgumentsError, match="no call in the file gives them as literals") as caught:
        choose_arguments(the_call("hypot(3, y);"), "hypot")
    assert caught.value.example == (0.5, 0.5)


def test_a_call_that_does_not_fit_is_passed_over_and_named() -> None:
    assert choose_arguments(the_call("cos('x'); cos(2);"), "cos").values == (2,)
    with pytest.raises(ArgumentsError, match='a call in the file does not fit: argument 1: "x" is no f64'):
        choose_arguments(the_call("cos('x');"), "cos")


def test_a_function_without_parameters_needs_nothing() -> None:
    assert choose_arguments(the_call(""), "getpid").origin == "none needed"
    assert choose_arguments(the_call("getpid();"), "getpid").values == ()


def test_text_and_null_are_literals() -> None:
    assert choose_arguments(the_call("puts('hi');"), "puts").values == ("hi",)
    assert choose_arguments(the_call("puts(null);"), "puts").values == (None,)


@pytest.mark.parametrize(
    ("name", "words"),
    [("sin", "sin is not declared"), ("broken", "the declaration of broken has mistakes")],
)
def test_what_is_not_well_declared_cannot_be_called(name: str, words: str) -> None:
    with pytest.raises(ArgumentsError, match=words):
        choose_arguments(the_call(""), name, [])


@pytest.mark.parametrize(
    ("text", "given", "native"),
    [
        ("f(i32)", [-7], (-7,)),
        ("f(i32)", [7.0], (7,)),
        ("f(u64)", [2**64 - 1], (2**64 - 1,)),
        ("f(bool)", [True], (True,)),
        ("f(f32)", [3], (3.0,)),
        ("f(f64)", ["-Infinity"], (-math.inf,)),
        ("f(buffer)", ["hé"], (bytearray(b"h\xc3\xa9\0"),)),
        ("f(buffer)", [[1, 255]], (bytearray(b"\x01\xff"),)),
        ("f(pointer)", [{"out": 4}], (bytearray(4),)),
        ("f(pointer)", [4096], (4096,)),
        ("f(pointer, buffer, function)", [None, None, None], (None, None, None)),
    ],
)
def test_json_values_become_what_the_call_takes(text: str, given: list[object], native: tuple[object, ...]) -> None:
    assert to_native(signature(text), given) == native


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        ("f(i8)", [300], "argument 1: 300 does not fit i8, which holds -128 to 127"),
        ("f(u32)", [-1], "-1 does not fit u32"),
        ("f(i32)", [1.5], "argument 1: 1.5 is no i32; expected a whole number"),
        ("f(i32)", [True], "argument 1: true is no i32"),
        ("f(i32, i32)", [1, "2"], 'argument 2: "2" is no i32'),
        ("f(bool)", [1], "argument 1: 1 is no bool; expected true or false"),
        ("f(f64)", [None], "argument 1: null is no f64"),
        ("f(f64)", [10**400], "is no f64"),
        ("f(buffer)", ["a\0b"], "is no buffer"),
        ("f(buffer)", [[256]], "is no buffer"),
        ("f(buffer)", [{"out": 0}], "is no buffer"),
        ("f(buffer)", [{"out": 1 << 40}], "with at most"),
        ("f(buffer)", [{"in": 8}], "is no buffer"),
        ("f(buffer)", [5], "argument 1: 5 is no buffer"),
        ("f(pointer)", [-1], "is no pointer"),
        ("f(i32)", [], r"takes 1 argument \(i32\), not 0"),
        ("f()", [1], r"takes 0 arguments \(\), not 1"),
    ],
)
def test_what_does_not_fit_is_refused_in_plain_words(text: str, given: list[object], words: str) -> None:
    with pytest.raises(ArgumentsError, match=words):
        to_native(signature(text), given)


@pytest.mark.parametrize("name", [name for name in NATIVE_TYPES if name != "void"])
def test_every_types_example_is_accepted(name: str) -> None:
    one = signature(f"f({name})")
    to_native(one, example_arguments(one))


def test_each_buffer_is_its_own_memory() -> None:
    first, second = to_native(signature("f(buffer, buffer)"), [{"out": 8}] * 2)
    assert first is not second


@pytest.mark.parametrize(
    ("type_", "word", "value"),
    [
        ("buffer", "text", "text"),
        ("buffer", "12", "12"),
        ("buffer", "null", None),
        ("buffer", '{"out": 8}', {"out": 8}),
        ("buffer", "[1, 2]", [1, 2]),
        ("pointer", "0x7f", 127),
        ("pointer", "null", None),
        ("i32", "-3", -3),
        ("f64", "1e3", 1000.0),
        ("f64", "-inf", -math.inf),
        ("bool", "true", True),
    ],
)
def test_words_of_a_command_line_are_read_by_their_type(type_: str, word: str, value: object) -> None:
    assert from_word(read_type(type_), word) == value


def test_a_word_that_is_nothing_of_its_type_says_so() -> None:
    with pytest.raises(ArgumentsError, match="'three' is no i32: expected a whole number"):
        from_word(read_type("i32"), "three")


@pytest.mark.parametrize(
    ("type_", "result", "shown"),
    [
        ("i32", -1, -1),
        ("bool", True, True),
        ("f64", 0.5, 0.5),
        ("f64", math.nan, "NaN"),
        ("f64", -math.inf, "-Infinity"),
        ("pointer", 0x7FFC0, "0x7ffc0"),
        ("pointer", None, None),
        ("void", None, None),
    ],
)
def test_results_are_shown_as_json_that_any_program_reads(type_: str, result: object, shown: object) -> None:
    assert show_result(read_type(type_), result) == shown


@pytest.mark.parametrize(
    ("signature", "shown", "words"),
    [
        ("f() -> i32", -1, "-1"),
        ("f() -> u64", 2**64 - 1, "18446744073709551615"),
        ("f() -> bool", True, "true"),
        ("f() -> f64", 0.5, "0.5"),
        ("f() -> f64", "NaN", "NaN"),
        ("f() -> f32", "-Infinity", "-Infinity"),
        ("f() -> pointer", "0x7ffc0", "0x7ffc0"),
        ("f() -> buffer", "0x7ffc0", "0x7ffc0"),
        ("f() -> function", "0x7ffc0", "0x7ffc0"),
        ("f() -> pointer", None, "null"),
        ("f() -> buffer", "0x is no address", '"0x is no address"'),
        ("f() -> buffer", "ä" * 10, f'"{"ä" * 10}"'),
        ("f() -> buffer", "x" * 5000, f'"{"x" * 199}...'),
    ],
)
def test_only_texts_stand_in_quotes_in_a_result_for_people(signature: str, shown: object, words: str) -> None:
    assert spell_result(parse_signature(signature), shown) == words


def test_a_struct_is_told_by_its_bytes() -> None:
    struct = read_type({"struct": ["u8", "u8"]})
    declaration = Declaration("f", "f", Signature((), struct))
    assert spell_result(declaration, show_result(struct, b"\x01\xff")) == "bytes 01 ff"

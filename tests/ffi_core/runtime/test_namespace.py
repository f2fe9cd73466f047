"""The namespace that dlopen gives: its names, what its functions show of themselves, statics, closing."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import pydoc
import re
import struct
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ffi_core
from ffi_core import ClosedError
from ffi_core.types import NATIVE_TYPES, Kind

Open = Callable[..., Any]
INTEGERS = [entry for entry in NATIVE_TYPES.values() if entry.kind is Kind.INTEGER]
MIXED = {"struct": ["u8", "f64"]}
ADDRESS = "expected an address as int, or None for NULL"
BUFFER = "expected a bytes-like object, a str, or None for NULL"


def renamed(symbol: str) -> dict[str, Any]:
    return {"parameters": [], "result": "i32", "name": symbol}


def test_every_symbol_is_an_attribute_and_an_item(opened: Open) -> None:
    library = opened(answer="-> i32", items="-> i32")
    assert library.answer is library["answer"]
    assert library.items() == library["items"]() == 5
    assert dir(library) == ["answer", "items"]


def test_names_of_pythons_protocol_are_items_alone(opened: Open) -> None:
    entry = {"parameters": [], "result": "i32"}
    library = opened(**dict.fromkeys(["__class__", "__dict__", "__doc__", "_ZN3foo3barEv", "grüß"], entry))
    assert library["__class__"]() == 1
    assert library["__dict__"]() == 3
    assert library["__doc__"]() == 4
    assert library.__class__ is ffi_core.Library
    assert isinstance(library.__dict__, dict)
    assert isinstance(library.__doc__, str)
    assert library._ZN3foo3barEv() == 6
    assert library["grüß"]() == 7
    assert set(dir(library)) == {"__class__", "__dict__", "__doc__", "_ZN3foo3barEv", "grüß"}


def test_a_schema_can_rename(opened: Open) -> None:
    names = ["close", "a b", "class", "symbols", "__getattr__", "0"]
    library = opened(**{name: renamed("answer") for name in names})
    assert [library[name]() for name in names] == [42] * len(names)
    assert library.close() == 42
    assert getattr(library, "a b")() == 42
    assert "(C name answer)" in library.close.__doc__


def test_what_is_not_declared_says_what_is(opened: Open) -> None:
    library = opened(answer="-> i32")
    with pytest.raises(AttributeError, match="'reply' is not declared; the schema has answer"):
        _ = library.reply
    with pytest.raises(KeyError, match="'reply' is not declared"):
        library["reply"]
    with pytest.raises(AttributeError, match="fixed by its schema"):
        library.answer = 5
    with pytest.raises(AttributeError, match="fixed by its schema"):
        del library.answer


def test_a_bound_function_shows_its_declaration(opened: Open) -> None:
    declared = {"parameters": ["i32", "buffer", "i32", MIXED], "result": "pointer"}
    library = opened(sum_of=declared, answer="-> i32", sum_ints="i32 ... i32 -> i32", length="buffer -> u64")
    shown = {name: repr(library[name]) for name in dir(library)}
    assert "(i32, buffer, i32, {struct: [u8, f64]}) -> pointer" in shown["sum_of"]
    assert "() -> i32" in shown["answer"]
    assert "(i32, ..., i32) -> i32" in shown["sum_ints"]
    assert all(name in text for name, text in shown.items())
    assert str(inspect.signature(library.sum_of)) == "(i32_1, buffer, i32_3, struct, /)"
    assert str(inspect.signature(library.answer)) == "()"
    assert str(inspect.signature(library.length)) == "(buffer, /)"
    assert library.length.__doc__ == "Native function length(buffer) -> u64."
    assert library.length.__name__ == "length"


def test_help_lists_the_declarations(opened: Open) -> None:
    library = opened(answer="-> i32", length="buffer -> u64", counter={"type": "i32"})
    text = re.sub(r"\x08.", "", pydoc.render_doc(library))
    for line in ("answer() -> i32", "length(buffer) -> u64", "counter: i32"):
        assert line in text
    assert "libconformance.so" in text
    assert "libconformance.so" in repr(library)
    assert "3 symbols" in repr(library)


@pytest.mark.parametrize(
    ("declared", "given", "words"),
    [
        ("-> i32", (1,), "f() takes no arguments, 1 given"),
        ("pointer -> i32", (1, 2), "f() takes 1 argument (pointer), 2 given"),
        ("i32 f64 -> i32", (), "f() takes 2 arguments (i32, f64), 0 given"),
    ],
)
def test_a_wrong_count_says_what_is_taken(declared: str, given: tuple[int, ...], words: str, opened: Open) -> None:
    parameters, _, result = declared.partition("->")
    library = opened(f={"parameters": parameters.split(), "result": result.strip(), "name": "answer"})
    with pytest.raises(TypeError) as caught:
        library.f(*given)
    assert str(caught.value) == words
    with pytest.raises(TypeError, match="keyword"):
        library.f(x=1)


@pytest.mark.parametrize(
    ("type_", "value", "words"),
    [
        ("i8", 128, "128 is out of range -128..127"),
        ("u64", -1, "-1 is out of range 0..18446744073709551615"),
        ("i32", 10**100, "an int of 333 bits is out of range -2147483648..2147483647"),
        ("i32", None, "expected an int, not None"),
        ("f64", "x", "expected a float or int, not str"),
        ("f64", 10**400, "an int of 1329 bits is too large for a 64-bit float"),
        ("bool", 1, "expected True or False, not int"),
        ("pointer", -5, "-5 is no address (0..18446744073709551615)"),
        ("pointer", "x", f"{ADDRESS}, not str; declare the parameter as 'buffer' to pass text"),
        ("pointer", b"x", f"{ADDRESS}, not bytes; declare the parameter as 'buffer', or pass address_of(...)"),
        ("buffer", 5, f"{BUFFER}, not int; declare the parameter as 'pointer' to pass an address"),
        ("buffer", "a\0b", "the text holds a NUL character at index 1, and C would stop reading there"),
        ("function", "x", "expected a Callback, an address as int, or None for NULL, not str"),
    ],
)  # fmt: skip
def test_an_argument_that_does_not_fit_says_which_and_why(type_: str, value: Any, words: str, opened: Open) -> None:
    library = opened(f={"parameters": ["i32", type_], "result": "void", "name": "answer"})
    with pytest.raises((TypeError, OverflowError, ValueError)) as caught:
        library.f(0, value)
    assert str(caught.value) == f"f() argument 2 ({type_}): {words}"


def test_a_callback_given_to_a_pointer_says_function(opened: Open) -> None:
    library = opened(echo_pointer="pointer -> pointer")
    with (
        ffi_core.Callback({"parameters": [], "result": "void"}, print) as callback,
        pytest.raises(TypeError, match="not Callback; declare the parameter as 'function'"),
    ):
        library.echo_pointer(callback)


def test_statics_are_read_when_the_library_is_opened(opened: Open, conformance: Path) -> None:
    statics = {f"static_{entry}": {"type": entry.name} for entry in INTEGERS}
    statics |= {f"static_{name}": {"type": name} for name in ("bool", "f32", "f64")}
    library = opened(**statics, static_struct={"type": MIXED}, counter={"type": "i32"}, count_up="-> i32")
    assert [library[f"static_{entry}"] for entry in INTEGERS] == [entry.maximum for entry in INTEGERS]
    assert (library.static_bool, library.static_f32, library.static_f64) == (True, 0.5, -2.5)
    assert library.static_bool is True
    assert library.static_struct == struct.pack("=B7xd", 7, 0.25)
    before = library.counter
    library.count_up()
    assert library.counter == before
    ffi_core.close(library)
    assert library.counter == before


def test_a_pointer_like_static_is_the_address_of_the_variable(opened: Open) -> None:
    library = opened(
        static_text={"type": "pointer"},
        static_block={"type": "buffer"},
        static_function={"type": "function"},
        static_null={"type": "pointer"},
    )
    assert ffi_core.cstring(ffi_core.read(library.static_text, "pointer")) == "static text"
    assert ffi_core.cstring(library.static_block) == "block"
    for address in (library.static_function, library.static_null):
        assert ffi_core.read(address, "pointer") is None


def test_errno_is_what_the_last_call_left(opened: Open) -> None:
    library = opened(fail_with="i32 -> i32", errno_before="-> i32", answer="-> i32", one={
        "parameters": [{"struct": ["u8"]}], "result": {"struct": ["u8"]}})  # fmt: skip
    assert library.fail_with(77) == -1
    assert ffi_core.get_errno() == 77
    assert ffi_core.get_errno() == 77
    # Each call starts from 0, so that what is there afterwards is its own.
    assert library.errno_before() == 0
    assert ffi_core.get_errno() == 0
    library.fail_with(5)
    library.one(b"\0")
    assert ffi_core.get_errno() == 0


def test_a_call_after_closing_raises(opened: Open) -> None:
    library = opened(answer="-> i32", length="buffer -> u64", one={
        "parameters": [{"struct": ["u8"]}], "result": {"struct": ["u8"]}})  # fmt: skip
    answer = library.answer
    with library as same:
        assert same is library
        assert answer() == 42
    assert repr(library).endswith("closed>")
    for call in (answer, library.answer, lambda: library.length("x"), lambda: library.one(b"\0")):
        with pytest.raises(ClosedError, match=r"\(\): its library is closed"):
            call()
    # What is wrong with the arguments is still said first.
    with pytest.raises(TypeError):
        library.length(5)
    ffi_core.close(library)
    ffi_core.close(library)


def test_closing_one_handle_leaves_another_open(opened: Open) -> None:
    first, second = opened(answer="-> i32"), opened(answer="-> i32")
    ffi_core.close(first)
    assert second.answer() == 42
    with pytest.raises(ClosedError):
        first.answer()


@pytest.mark.parametrize("thing", [None, 5, "libm.so.6", print])
def test_only_a_library_can_be_closed(thing: Any) -> None:
    with pytest.raises(TypeError, match=r"close\(\) takes a library that dlopen gave, not "):
        ffi_core.close(thing)
    with pytest.raises(TypeError, match="not Library"):
        ffi_core.close(object.__new__(ffi_core.Library))


def test_a_function_keeps_its_library_loaded(opened: Open) -> None:
    answer = opened(answer="-> i32").answer
    gc.collect()
    assert answer() == 42


def test_a_library_that_nobody_holds_is_collected(opened: Open) -> None:
    library = opened(answer="-> i32", wait_ms={"parameters": ["i32"], "result": "i32", "nonblocking": True})
    library.wait_ms(0).result(30)
    reference = weakref.ref(library)
    del library
    gc.collect()
    assert reference() is None


def test_a_function_cannot_be_pickled_but_a_copy_is_the_same(opened: Open) -> None:
    library = opened(answer="-> i32", one={"parameters": [{"struct": ["u8"]}], "result": {"struct": ["u8"]}})
    for thing in (library, library.answer, library.one):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        assert copy.copy(thing) is thing
        assert copy.deepcopy(thing) is thing


def test_a_name_that_holds_a_lone_surrogate_is_refused(conformance: Path) -> None:
    with pytest.raises(ffi_core.SchemaError, match="lone surrogate"):
        ffi_core.dlopen(conformance, {"\ud800": {"parameters": [], "result": "void"}})

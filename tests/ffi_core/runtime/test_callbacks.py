"""Callbacks: C calls Python on any thread, and whatever Python raises comes out of the call around it."""

from __future__ import annotations

import gc
import struct
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import ffi_core
from ffi_core import Callback, ClosedError, Function, SchemaError
from ffi_core.types import NATIVE_TYPES, Kind

Open = Callable[..., Any]
INT_TO_INT = {"parameters": ["i32"], "result": "i32"}
MIXED = {"struct": ["u8", "f64"]}
INTEGERS = [entry for entry in NATIVE_TYPES.values() if entry.kind is Kind.INTEGER]


@pytest.fixture
def library(opened: Open) -> Any:
    return opened(
        sum_of="i32 function -> i32",
        call_void="function -> void",
        call_many="function -> f64",
        in_thread="function i32 -> i32",
        in_threads="function i32 -> i32",
        keep="function -> void",
        call_kept="i32 -> i32",
        errno_around="function -> i32",
        echo_function="function -> function",
        returned_bool="function -> bool",
        returned_f32="function -> f32",
        returned_f64="function -> f64",
        returned_pointer="function -> pointer",
        returned_text="function -> u64",
        callback_struct={"parameters": ["function", MIXED], "result": MIXED},
        **{f"returned_{entry}": f"function -> {entry}" for entry in INTEGERS},
    )


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    heard: list[BaseException] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: heard.append(report.exc_value))
    return heard


def test_c_calls_python_and_gets_its_result(library: Any) -> None:
    with Callback(INT_TO_INT, lambda value: value * value) as callback:
        assert library.sum_of(5, callback) == 0 + 1 + 4 + 9 + 16
        assert library.sum_of(5, callback.address) == 30
        assert library.echo_function(callback) == callback.address


def test_every_kind_of_argument_arrives_as_python_has_it(library: Any) -> None:
    seen: list[Any] = []
    types = [
        "i8",
        "f64",
        "f32",
        "i64",
        "u8",
        "u16",
        "bool",
        "u64",
        "pointer",
        "f64",
        "i16",
        "f32",
        "i32",
        "f64",
        "f64",
        "f64",
        "f64",
        "f64",
        "f64",
    ]

    def take(*values: Any) -> float:
        seen.extend(values)
        return 0.25

    with Callback({"parameters": types, "result": "f64"}, take) as callback:
        assert library.call_many(callback) == 0.25
    floats = [4.5, 5.5, 6.5, 7.5, 8.5, 9.5]
    expected = [-8, 0.5, 1.5, -64, 200, 60000, True, 2**64 - 1, 16, 2.5, -16, 3.5, -32, *floats]
    assert [(type(value), value) for value in seen] == [(type(value), value) for value in expected]


@pytest.mark.parametrize("entry", INTEGERS, ids=str)
def test_integer_results_are_checked_like_arguments(entry: Any, library: Any) -> None:
    call = library[f"returned_{entry}"]

    def returning(value: Any) -> Any:
        with Callback({"parameters": [], "result": entry.name}, lambda: value) as callback:
            return call(callback)

    for value in (entry.minimum, entry.maximum, 0):
        assert returning(value) == value
    for value in (entry.minimum - 1, entry.maximum + 1, 10**400):
        with pytest.raises(OverflowError, match=rf"result \({entry}\): .* is out of range"):
            returning(value)
    for value in (None, True, 1.0, "1"):
        with pytest.raises(TypeError, match=rf"result \({entry}\): expected an int, not"):
            returning(value)


@pytest.mark.parametrize(
    ("type_", "value", "outcome"),
    [
        ("bool", True, True),
        ("bool", 1, TypeError),
        ("f32", 0.1, struct.unpack("f", struct.pack("f", 0.1))[0]),
        ("f64", 0.1, 0.1),
        ("f64", 3, 3.0),
        ("f64", "3", TypeError),
        ("f64", 10**400, OverflowError),
        ("pointer", None, None),
        ("pointer", 2**64 - 1, 2**64 - 1),
        ("pointer", -1, OverflowError),
        ("pointer", b"bytes", TypeError),
    ],
)
def test_other_results_are_checked_like_arguments(type_: str, value: Any, outcome: Any, library: Any) -> None:
    with Callback({"parameters": [], "result": type_}, lambda: value) as callback:
        call = library[f"returned_{type_}"]
        if isinstance(outcome, type):
            with pytest.raises(outcome, match="result"):
                call(callback)
        else:
            assert call(callback) == outcome


@pytest.mark.parametrize(("text", "size"), [(b"four\0", 4), ("grüß", 6), (bytearray(b"abc\0"), 3), (None, 2**64 - 1)])
def test_c_can_read_the_memory_of_a_buffer_result(text: Any, size: int, library: Any) -> None:
    definition = {"parameters": [], "result": "buffer"}
    # A fresh object at each call: the callback itself must keep it alive.
    with Callback(definition, lambda: type(text)(text) if isinstance(text, bytearray) else text) as callback:
        assert library.returned_text(callback) == size


def test_structs_pass_through_callbacks_by_value(library: Any) -> None:
    definition = {"parameters": [MIXED, "i32"], "result": MIXED}

    def change(block: bytes, by: int) -> bytes:
        number, real = struct.unpack("=B7xd", block)
        return struct.pack("=B7xd", number + by, real * by)

    with Callback(definition, change) as callback:
        block = library.callback_struct(callback, struct.pack("=B7xd", 2, 1.5))
        assert struct.unpack("=B7xd", block) == (7, 7.5)
    with Callback(definition, lambda block, by: block[:-1]) as callback, pytest.raises(ValueError, match="16 bytes"):
        library.callback_struct(callback, bytes(16))


def test_the_result_of_a_void_callback_is_ignored(library: Any) -> None:
    with Callback({"parameters": [], "result": "void"}, object) as callback:
        assert library.call_void(callback) is None


def test_c_gets_zeros_for_an_exception_and_the_call_raises_it(library: Any) -> None:
    error = KeyError("third")

    def fail_at_three(value: int) -> int:
        if value == 3:
            raise error
        return value

    with Callback(INT_TO_INT, fail_at_three) as callback:
        with pytest.raises(KeyError) as caught:
            library.sum_of(10, callback)
        assert caught.value is error
        assert not hasattr(error, "__notes__")
        assert caught.traceback[-1].name == "fail_at_three"
        # Nothing of it is left behind.
        assert library.sum_of(3, callback) == 3


def test_no_exception_is_lost_however_often_c_calls_back(library: Any) -> None:
    def fail(value: int) -> int:
        raise LookupError(f"call {value}")

    with Callback(INT_TO_INT, fail) as callback:
        with pytest.raises(LookupError, match="call 0") as caught:
            library.sum_of(3, callback)
        assert caught.value.__notes__ == [
            f"A later callback of the same call raised LookupError: call {n}" for n in (1, 2)
        ]
        with pytest.raises(LookupError) as caught:
            library.sum_of(10_000, callback)
        assert len(caught.value.__notes__) == 101
        assert caught.value.__notes__[-1] == "... and 9899 more"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, BaseException, StopIteration])
def test_exceptions_that_are_no_errors_come_out_as_well(error: type[BaseException], library: Any) -> None:
    def leave(value: int) -> int:
        raise error("out")

    with Callback(INT_TO_INT, leave) as callback, pytest.raises(error, match="out"):
        library.sum_of(1, callback)


def test_each_level_of_nested_callbacks_raises_its_own(library: Any) -> None:
    depth = 20
    unwound = []

    def descend(value: int) -> int:
        if value == 0:
            raise ValueError("bottom")
        try:
            library.sum_of(1, Callback(INT_TO_INT, lambda _: descend(value - 1)))
        except ValueError as error:
            unwound.append(value)
            raise ValueError(f"level {value}") from error
        return 0

    with pytest.raises(ValueError, match=f"level {depth}"):
        descend(depth)
    assert unwound == list(range(1, depth + 1))


def test_nested_calls_work_at_every_level(library: Any) -> None:
    def descend(value: int) -> int:
        with Callback(INT_TO_INT, lambda _: descend(value - 1) + 1) as callback:
            return library.sum_of(1, callback) if value else 0

    assert descend(50) == 50


def test_an_exception_in_an_inner_call_can_be_handled_there(library: Any) -> None:
    def fail(value: int) -> int:
        raise ValueError(value)

    inner = Callback(INT_TO_INT, fail)

    def outer(value: int) -> int:
        try:
            library.sum_of(1, inner)
        except ValueError:
            return 7
        return 0

    with Callback(INT_TO_INT, outer) as callback:
        assert library.sum_of(2, callback) == 14


def test_callbacks_run_on_the_thread_that_c_calls_from(library: Any) -> None:
    threads = set()

    def note(value: int) -> int:
        threads.add(threading.get_ident())
        return value + 1

    with Callback(INT_TO_INT, note) as callback:
        assert library.in_thread(callback, 41) == 42
        assert library.in_threads(callback, 20) == sum(range(20)) + 20
    assert threading.get_ident() not in threads


def test_an_exception_on_a_thread_of_cs_reaches_the_unraisable_hook(
    library: Any, unraisable: list[BaseException]
) -> None:
    def fail(value: int) -> int:
        raise ValueError(value)

    with Callback(INT_TO_INT, fail) as callback:
        assert library.in_thread(callback, 5) == 0
    assert [(type(error), error.args) for error in unraisable] == [(ValueError, (5,))]


def test_a_closed_callback_is_refused_as_an_argument(library: Any) -> None:
    callback = Callback(INT_TO_INT, abs)
    callback.close()
    callback.close()
    assert "closed" in repr(callback)
    with pytest.raises(ClosedError, match=r"the callback abs\(\) is closed"):
        library.sum_of(1, callback)
    with pytest.raises(ClosedError):
        _ = callback.address
    with pytest.raises(ClosedError):
        Function(callback, INT_TO_INT)


@pytest.mark.parametrize("how", ["close", "collect"])
def test_c_that_kept_a_callback_that_is_gone_gets_zeros_and_we_hear_of_it(how: str, library: Any) -> None:
    callback = Callback(INT_TO_INT, lambda value: value + 1)
    library.keep(callback)
    assert library.call_kept(1) == 2
    if how == "close":
        callback.close()
    del callback
    gc.collect()
    with pytest.raises(ClosedError, match="C called a callback that was closed"):
        library.call_kept(1)


def test_a_callback_can_close_itself(library: Any) -> None:
    def close(value: int) -> int:
        callback.close()
        return value + 1

    callback = Callback(INT_TO_INT, close)
    # The first call is inside when it closes; the second finds it closed.
    with pytest.raises(ClosedError):
        library.sum_of(2, callback)


def test_a_closed_callback_lets_its_function_go() -> None:
    class Function:
        def __call__(self, value: int) -> int:
            return value

    function = Function()
    reference = weakref.ref(function)
    callback = Callback(INT_TO_INT, function)
    callback.close()
    del function, callback
    gc.collect()
    assert reference() is None


def test_a_callback_in_a_cycle_is_collected() -> None:
    class Owner:
        def __init__(self) -> None:
            self.callback = Callback(INT_TO_INT, self.call)

        def call(self, value: int) -> int:
            return value

    reference = weakref.ref(Owner())
    gc.collect()
    assert reference() is None


def test_there_can_be_more_callbacks_than_the_fast_path_has(library: Any) -> None:
    callbacks = [Callback(INT_TO_INT, lambda value, by=by: value + by) for by in range(4200)]
    assert [library.sum_of(2, callback) for callback in callbacks] == [1 + 2 * by for by in range(4200)]
    for callback in callbacks:
        callback.close()


def test_errno_is_cs_own_across_a_callback(library: Any, opened: Open) -> None:
    other = opened(fail_with="i32 -> i32")
    with Callback(INT_TO_INT, lambda value: other.fail_with(99)) as callback:
        assert library.errno_around(callback) == 33
    assert ffi_core.get_errno() == 33


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"parameters": ["i32"]}, "missing field 'result'"),
        ({"parameters": ["int"], "result": "void"}, "parameters[0]: unknown native type 'int'; did you mean 'i32'?"),
        ({"parameters": ["void"], "result": "void"}, "parameters[0]: 'void' is a result only"),
        ({"parameters": [], "result": "void", "name": "x"}, "name: unknown field"),
        ({"args": [], "result": "void"}, "args: unknown field; here it is called 'parameters'"),
        ({"parameters": ["i32", "..."], "result": "void"}, "parameters[1]: a callback definition cannot be variadic"),
        (["i32"], "a callback definition is a dict with parameters and result, not list ['i32']"),
    ],
)
def test_a_wrong_definition_says_what_is_wrong(definition: Any, words: str) -> None:
    with pytest.raises(SchemaError) as caught:
        Callback(definition, print)
    assert words in str(caught.value)


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Callback\(\) takes a function, not int"):
        Callback(INT_TO_INT, 5)  # type: ignore[arg-type]


def test_a_plain_function_says_to_wrap_it(library: Any) -> None:
    with pytest.raises(
        TypeError, match=r"expected a Callback, an address as int, or None for NULL, not function; wrap it"
    ):
        library.sum_of(1, lambda value: value)


def test_a_callback_shows_its_definition_and_address() -> None:
    with Callback(INT_TO_INT, abs) as callback:
        assert repr(callback) == f"<ffi_core.Callback abs(i32) -> i32 at {callback.address:#x}>"


def test_function_calls_an_address(library: Any) -> None:
    with Callback(INT_TO_INT, lambda value: value * 3) as callback:
        for address in (callback, callback.address, library.echo_function(callback)):
            function = Function(address, INT_TO_INT)
            assert function(14) == 42
            assert repr(function).startswith("<")
    for address, error in (
        (None, ValueError),
        (0, ValueError),
        (True, TypeError),
        ("x", TypeError),
        (-1, OverflowError),
    ):
        with pytest.raises(error, match=r"Function\(\): "):
            Function(address, INT_TO_INT)
    with pytest.raises(SchemaError):
        Function(16, {"parameters": []})

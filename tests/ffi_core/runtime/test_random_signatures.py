"""Random signatures against C functions generated for them: every argument, result and callback arrives bit for bit.

The signatures come from a fixed seed, so that one library holds them all; hypothesis chooses among them and makes up
the values.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ffi_core
from ffi_core.schema import read_type
from ffi_core.types import NATIVE_TYPES, StructType, Type

SCALARS = [name for name in NATIVE_TYPES if name not in ("void", "buffer", "function")]
FORMATS = dict(zip(SCALARS, "?bBhHiIqQqQfdQ", strict=True))
SEEN = 4096


@dataclass(frozen=True)
class Shape:
    """A signature: its types as a schema spells them, and the parameter that comes back as the result, if any."""

    number: int
    parameters: tuple[Any, ...]
    echoed: int | None

    @property
    def result(self) -> Any:
        return "void" if self.echoed is None else self.parameters[self.echoed]

    def __str__(self) -> str:
        return f"f{self.number}({', '.join(map(str, self.parameters))}) -> {self.result}"


def make_type(chance: random.Random, structs: float, depth: int = 0) -> Any:
    if chance.random() < structs and depth < 3:
        return {"struct": [make_type(chance, structs, depth + 1) for _ in range(chance.randint(1, 4))]}
    return chance.choice(SCALARS)


def make_shapes() -> list[Shape]:
    chance = random.Random(20261122)
    shapes = []
    for number in range(240):
        # Past twenty now and then; past fourteen registers and sixty-four stack slots the fast path gives up.
        count = chance.choice((25, 40, 70, 90)) if number % 30 == 29 else chance.randint(0, 20)
        structs = 0.15 if number % 4 == 3 else 0.0
        # Runs of one kind reach the straight entries for equal parameters.
        same = chance.choice(SCALARS) if number % 5 == 0 else None
        parameters = tuple(same or make_type(chance, structs) for _ in range(count))
        echoed = chance.randrange(count) if count and chance.random() < 0.9 else None
        shapes.append(Shape(number, parameters, echoed))
    return shapes


SHAPES = make_shapes()


def c_source() -> str:
    names: dict[StructType, str] = {}
    lines = ["#include <stdbool.h>", "#include <stdint.h>", "#include <string.h>", f"unsigned char seen[{SEEN}];"]

    def c_type(type_: Type) -> str:
        if not isinstance(type_, StructType):
            return type_.c_type
        if type_ not in names:
            fields = " ".join(f"{c_type(field)} f{index};" for index, field in enumerate(type_.fields))
            names[type_] = f"S{len(names)}"
            lines.append(f"typedef struct {{ {fields} }} {names[type_]};")
        return names[type_]

    for shape in SHAPES:
        types = [c_type(read_type(parameter)) for parameter in shape.parameters]
        result = c_type(read_type(shape.result))
        declared = ", ".join(f"{type_} a{index}" for index, type_ in enumerate(types))
        copies, offset = [], 0
        for index in range(len(types)):
            copies.append(f"memcpy(seen + {offset}, &a{index}, sizeof(a{index}));")
            offset += read_type(shape.parameters[index]).size
        assert offset <= SEEN
        back = "" if shape.echoed is None else f"return a{shape.echoed};"
        lines.append(f"{result} f{shape.number}({declared or 'void'}) {{ {' '.join(copies)} {back} }}")
        taken = ", ".join([f"{result} (*f)({', '.join(types) or 'void'})", *([declared] if declared else [])])
        passed = ", ".join(f"a{index}" for index in range(len(types)))
        word = "" if shape.echoed is None else "return "
        lines.append(f"{result} g{shape.number}({taken}) {{ {word}f({passed}); }}")
    return "\n".join(lines)


def definition(shape: Shape) -> dict[str, Any]:
    return {"parameters": list(shape.parameters), "result": shape.result}


@pytest.fixture(scope="module")
def library(compile_library: Callable[..., Path]) -> Any:
    schema: dict[str, Any] = {"seen": {"type": "pointer"}}
    for shape in SHAPES:
        schema[f"f{shape.number}"] = definition(shape)
        schema[f"g{shape.number}"] = {"parameters": ["function", *shape.parameters], "result": shape.result}
    return ffi_core.dlopen(compile_library(c_source(), "librandom.so"), schema)


def values_of(spelled: Any) -> st.SearchStrategy[Any]:
    type_ = read_type(spelled)
    if isinstance(type_, StructType):
        return st.binary(min_size=type_.size, max_size=type_.size)
    match type_.name:
        case "bool":
            return st.booleans()
        case "f32":
            return st.floats(width=32, allow_nan=False)
        case "f64":
            return st.floats(allow_nan=False)
        case "pointer":
            return st.none() | st.integers(1, 2**64 - 1)
    return st.sampled_from([type_.minimum, type_.maximum, 0, 1]) | st.integers(type_.minimum, type_.maximum)


def native_bytes(spelled: Any, value: Any) -> bytes:
    """The value as C holds it, with a struct's padding blanked: C may leave anything there."""
    type_ = read_type(spelled)
    if not isinstance(type_, StructType):
        return struct.pack(f"={FORMATS[type_.name]}", 0 if value is None else value)
    return masked(type_, value)


def masked(type_: StructType, value: bytes) -> bytes:
    kept = bytearray(type_.size)
    for offset, field in zip(type_.offsets, type_.fields, strict=True):
        piece = value[offset : offset + field.size]
        kept[offset : offset + field.size] = masked(field, piece) if isinstance(field, StructType) else piece
    return bytes(kept)


cheap = settings(
    max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def drawn(data: st.DataObject) -> tuple[Shape, list[Any]]:
    shape = data.draw(st.sampled_from(SHAPES))
    return shape, [data.draw(values_of(parameter)) for parameter in shape.parameters]


@cheap
@given(st.data())
def test_every_argument_reaches_c_and_the_result_comes_back(library: Any, data: st.DataObject) -> None:
    shape, values = drawn(data)
    given_back = library[f"f{shape.number}"](*values)
    seen = bytes(ffi_core.view(library.seen, SEEN))
    offset = 0
    for parameter, value in zip(shape.parameters, values, strict=True):
        size = ffi_core.sizeof(parameter)
        arrived = seen[offset : offset + size]
        type_ = read_type(parameter)
        arrived = masked(type_, arrived) if isinstance(type_, StructType) else arrived
        assert arrived == native_bytes(parameter, value)
        offset += size
    if shape.echoed is None:
        assert given_back is None
    else:
        assert native_bytes(shape.result, given_back) == native_bytes(shape.result, values[shape.echoed])


@cheap
@given(st.data())
def test_every_argument_reaches_a_callback_and_its_result_comes_back(library: Any, data: st.DataObject) -> None:
    shape, values = drawn(data)
    arrived: list[Any] = []

    def echo(*received: Any) -> Any:
        arrived.extend(received)
        return None if shape.echoed is None else received[shape.echoed]

    with ffi_core.Callback(definition(shape), echo) as callback:
        given_back = library[f"g{shape.number}"](callback, *values)
    for parameter, sent, received in zip(shape.parameters, values, arrived, strict=True):
        assert native_bytes(parameter, received) == native_bytes(parameter, sent)
    if shape.echoed is not None:
        assert native_bytes(shape.result, given_back) == native_bytes(shape.result, values[shape.echoed])


@pytest.mark.parametrize("shape", SHAPES[::6], ids=str)
def test_a_wrong_count_is_refused_whatever_the_signature(shape: Shape, library: Any) -> None:
    count = len(shape.parameters)
    for given_count in {count - 1, count + 1, 0, 200} - {count, -1}:
        with pytest.raises(TypeError, match=rf"^f{shape.number}\(\) takes .*, {given_count} given$"):
            library[f"f{shape.number}"](*[0] * given_count)

"""The table of types, and structs, beside what the C compiler says of them."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ffi_core
from ffi_core.schema import read_type
from ffi_core.types import NATIVE_TYPES, StructType, Type, nearest_type

SIZED = [entry for entry in NATIVE_TYPES.values() if entry.name != "void"]


def make_struct(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    fields: list[Any] = []
    for _ in range(chance.randint(1, 6)):
        nested = depth < 4 and chance.random() < 0.25
        fields.append(make_struct(chance, depth + 1) if nested else chance.choice(SIZED).name)
    return {"struct": fields}


def compiled_facts(types: list[Type]) -> str:
    """C text of a table: for each type its size, its alignment and the offsets of its fields."""
    names: dict[Type, str] = {}
    lines = ["#include <stdbool.h>", "#include <stddef.h>", "#include <stdint.h>"]
    facts: list[str] = []

    def name_of(type_: Type) -> str:
        if type_ in names:
            return names[type_]
        if isinstance(type_, StructType):
            fields = " ".join(f"{name_of(field)} f{index};" for index, field in enumerate(type_.fields))
            definition = f"struct {{ {fields} }}"
        else:
            # A function pointer's spelling wraps around the name; any pointer has the same layout.
            definition = "void *" if type_.name == "function" else type_.c_type
        names[type_] = f"T{len(names)}"
        lines.append(f"typedef {definition} {names[type_]};")
        return names[type_]

    for type_ in types:
        name = name_of(type_)
        facts += [f"sizeof({name})", f"_Alignof({name})"]
        if isinstance(type_, StructType):
            facts += [f"offsetof({name}, f{index})" for index in range(len(type_.fields))]
    return "\n".join([*lines, f"uint32_t facts[{len(facts)}] = {{ {', '.join(facts)} }};"])


def test_layouts_are_the_compilers(compile_library: Callable[..., Path]) -> None:
    chance = random.Random(20261122)
    spelled: list[Any] = [*(entry.name for entry in SIZED), *(make_struct(chance) for _ in range(300))]
    types = [read_type(entry) for entry in spelled]
    expected = []
    for entry in spelled:
        expected += [ffi_core.sizeof(entry), ffi_core.alignof(entry)]
        expected += [] if isinstance(entry, str) else ffi_core.offsets(entry)
    library = compile_library(compiled_facts(types), "liblayout.so")
    address = ffi_core.dlopen(library, {"facts": {"type": "pointer"}}).facts
    facts = struct.unpack(f"{len(expected)}I", ffi_core.view(address, 4 * len(expected)))
    assert list(facts) == expected


@given(st.recursive(st.sampled_from(SIZED), lambda inner: st.lists(inner, min_size=1, max_size=5).map(
    lambda fields: StructType(tuple(fields)))))  # fmt: skip
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_a_layout_obeys_cs_rules(type_: Type) -> None:
    assert type_.size % type_.align == 0
    if isinstance(type_, StructType):
        end = 0
        for field, offset in zip(type_.fields, type_.offsets, strict=True):
            assert offset % field.align == 0
            assert end <= offset < end + field.align
            end = offset + field.size
        assert end <= type_.size < end + type_.align


def test_only_a_struct_has_offsets() -> None:
    with pytest.raises(TypeError, match="i32 has no fields"):
        ffi_core.offsets("i32")


@pytest.mark.parametrize("entry", [entry for entry in SIZED if entry.kind == "integer"], ids=str)
def test_limits_follow_from_size_and_sign(entry: Any) -> None:
    assert entry.maximum - entry.minimum + 1 == 256**entry.size
    assert entry.minimum == (-(entry.maximum + 1) if entry.signed else 0)


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("const char *", "buffer"),
        ("char*", "buffer"),
        ("cstring", "buffer"),
        ("int", "i32"),
        ("I32", "i32"),
        ("i23", "i32"),
        ("uint8_t", "u8"),
        ("size_t", "usize"),
        ("double", "f64"),
        ("struct foo *", "pointer"),
        ("pionter", "pointer"),
        ("", None),
        ("xyzzy", None),
    ],
)
def test_the_nearest_type_is_what_was_meant(word: str, right: str | None) -> None:
    assert nearest_type(word) == right


def test_every_alias_leads_to_its_type() -> None:
    for entry in NATIVE_TYPES.values():
        assert nearest_type(entry.c_type) == entry.name
        for alias in entry.aliases:
            assert nearest_type(alias) == entry.name

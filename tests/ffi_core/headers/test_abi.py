"""Sizes, signs and layouts: those of this machine as its compiler says, those of other targets as clang says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clang.native
import pytest
from clang import cindex

from ffi_core.c_types import CArray, CField, CFloat, CInteger, CPointer, CStruct, CType, CVoid
from ffi_core.headers import Abi, HeaderRequest, Parser, abi_for, abi_of, host_abi, read_headers
from ffi_core.headers.abi import lay_out
from ffi_core.library import open_library

STRUCTS = """
#include <stddef.h>
#include <stdint.h>
struct mixed { char a; double b; short c; int d[3]; char e; };
struct nested { char a; struct { short x; char y; } inner; struct mixed m; };
struct pointers { void *p; char c; int (*f)(int); unsigned char tail[3]; };
struct bits { unsigned a : 3; unsigned b : 30; int c : 5; long long d : 40; char e; };
struct padded { char a : 4; int : 0; char b : 4; short : 3; int c : 20; };
struct wide { long double x; char c; };
struct flexible { int n; char data[]; };
struct inside { int a; union { double d; char c[9]; } u; char b; };
union either { int i; double d; char c[13]; };
struct grid { int m[2][3]; short s; };
struct __attribute__((packed)) packed { char a; int b; };
struct aligned { char a; int b __attribute__((aligned(16))); };
#pragma pack(push, 2)
struct pragma { char a; double b; int c; };
#pragma pack(pop)
struct after { char a; double b; };
enum { COUNT = (1 << 3) + sizeof(int) / 2 };
struct computed { char a[COUNT]; int b[sizeof(struct mixed) > 8 ? 2 : 3]; };
"""
FIELDS = {
    "struct mixed": "abcde",
    "struct nested": ["a", "inner", "m"],
    "struct pointers": ["p", "c", "f", "tail"],
    "struct bits": ["e"],
    "struct padded": [],
    "struct wide": "xc",
    "struct flexible": ["n", "data"],
    "struct inside": ["a", "u", "b"],
    "union either": "idc",
    "struct grid": "ms",
    "struct packed": "ab",
    "struct aligned": "ab",
    "struct pragma": "abc",
    "struct after": "ab",
    "struct computed": "ab",
}
PACKED = {"struct packed", "struct aligned", "struct pragma"}


@pytest.fixture(scope="module")
def by_compiler(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the C compiler says: size, alignment and offsets of each struct."""
    root = tmp_path_factory.mktemp("layout")
    lines = []
    for tag, fields in FIELDS.items():
        offsets = ", ".join(f'\\"{name}\\": %zu' for name in fields)
        values = "".join(f", offsetof({tag}, {name})" for name in fields)
        lines.append(
            f'printf("%s\\"{tag}\\": [%zu, %zu, {{{offsets}}}]", first++ ? ", " : "", '
            f"sizeof({tag}), _Alignof({tag}){values});"
        )
    program = root / "layout.c"
    program.write_text(
        f'#include <stdio.h>\n{STRUCTS}int main(void) {{ int first = 0; printf("{{"); {" ".join(lines)} puts("}}"); }}'
    )
    subprocess.run(["cc", "-w", "-o", root / "layout", program], check=True, timeout=60)
    told = subprocess.run([root / "layout"], check=True, capture_output=True, timeout=10)
    return dict(json.loads(told.stdout))


def by_parser(parser: Parser, folder: Path) -> dict[str, CStruct]:
    header = folder / "structs.h"
    text = STRUCTS + "".join(f"{tag} give{number}(void);\n" for number, tag in enumerate(FIELDS))
    header.write_text(text)
    table = read_headers(HeaderRequest((str(header),)), parser=parser)
    results = {tag: table[f"give{number}"].result for number, tag in enumerate(FIELDS)}
    return {tag: result for tag, result in results.items() if isinstance(result, CStruct)}


@pytest.mark.parametrize("parser", [Parser.LIBCLANG, Parser.PYCPARSER])
def test_struct_layouts_are_those_of_the_compiler(parser: Parser, by_compiler: dict[str, Any], tmp_path: Path) -> None:
    found = by_parser(parser, tmp_path)
    # pycparser never sees attributes; what they change it leaves alone.
    assert FIELDS.keys() - found.keys() == (PACKED if parser is Parser.PYCPARSER else set())
    for tag, struct in found.items():
        size, align, offsets = by_compiler[tag]
        placed = host_abi().place(struct)
        assert placed is not None, tag
        assert (placed.size, placed.align) == (size, align), tag
        assert {f.name: f.offset // 8 for f in placed.fields if f.name in offsets} == offsets, tag
        assert struct.natural == (tag not in PACKED), tag


def test_a_layout_that_attributes_force_is_known_on_no_other_target(tmp_path: Path) -> None:
    found = by_parser(Parser.LIBCLANG, tmp_path)
    for tag in PACKED:
        assert abi_for("elf", "riscv64", 64).place(found[tag]) is None


TARGETS = {
    "x86_64-linux-gnu": ("elf", "x86_64", 64),
    "i686-linux-gnu": ("elf", "x86", 32),
    "x86_64-linux-gnux32": ("elf", "x32", 32),
    "aarch64-linux-gnu": ("elf", "aarch64", 64),
    "arm-linux-gnueabihf": ("elf", "arm", 32),
    "riscv64-linux-gnu": ("elf", "riscv64", 64),
    "powerpc64le-linux-gnu": ("elf", "ppc64le", 64),
    "s390x-linux-gnu": ("elf", "s390x", 64),
    "x86_64-pc-windows-msvc": ("pe", "x86_64", 64),
    "i686-pc-windows-msvc": ("pe", "x86", 32),
    "aarch64-pc-windows-msvc": ("pe", "aarch64", 64),
    "arm64-apple-macos13": ("mach-o", "aarch64", 64),
    "x86_64-apple-macos13": ("mach-o", "x86_64", 64),
}
BASES = (
    "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int", "long", "unsigned long",
    "long long", "unsigned long long", "size_t", "ptrdiff_t", "intptr_t", "uintptr_t", "intmax_t", "uintmax_t",
    "wchar_t", "wint_t", "int8_t", "uint16_t", "int32_t", "uint64_t",
)  # fmt: skip
LAYOUTS: dict[str, tuple[CType, ...]] = {
    "long_double": (CInteger("char"), CFloat("long double")),
    "doubles": (CInteger("char"), CFloat("double"), CFloat("float")),
    "longs": (CInteger("char"), CInteger("long"), CInteger("short"), CInteger("long long")),
    "sizes": (CInteger("char"), CInteger("size_t"), CPointer(CVoid()), CInteger("wchar_t")),
    "arrays": (CInteger("short"), CArray(CInteger("char"), 5), CInteger("int64_t")),
}


def as_clang_sees(target: str) -> tuple[dict[str, tuple[int, bool]], dict[str, tuple[int, int, list[int]]]]:
    """Size and sign of each integer, and layouts, as clang has them on a target, from its own freestanding headers."""
    from ffi_core.c_types import spell

    lines = ["#include <stddef.h>\n#include <stdint.h>\n#define __need_wint_t\n#include <stddef.h>\n"]
    lines += [f"typedef {base} t{number};\n" for number, base in enumerate(BASES)]
    for name, types in LAYOUTS.items():
        fields = "".join(f"{spell(type_, f'm{index}')}; " for index, type_ in enumerate(types))
        lines.append(f"struct {name} {{ {fields}}};\n")
    resources = Path(clang.native.__file__).parent / "resource"
    arguments = [f"--target={target}", "-ffreestanding", "-nostdinc", "-isystem", str(resources / "include")]
    unit = cindex.Index.create().parse("t.c", args=arguments, unsaved_files=[("t.c", "".join(lines))])
    assert [entry.spelling for entry in unit.diagnostics if entry.severity >= 3] == []
    integers, layouts = {}, {}
    unsigned = {"CHAR_U", "UCHAR", "USHORT", "UINT", "ULONG", "ULONGLONG", "WCHAR_U", "CHAR16"}
    for cursor in unit.cursor.get_children():
        if cursor.kind == cindex.CursorKind.TYPEDEF_DECL and cursor.spelling.lstrip("t").isdigit():
            type_ = cursor.underlying_typedef_type.get_canonical()
            integers[BASES[int(cursor.spelling[1:])]] = (type_.get_size(), type_.kind.name not in unsigned)
        elif cursor.kind == cindex.CursorKind.STRUCT_DECL and cursor.spelling in LAYOUTS:
            offsets = [cursor.type.get_offset(f"m{index}") for index in range(len(LAYOUTS[cursor.spelling]))]
            layouts[cursor.spelling] = (cursor.type.get_size(), cursor.type.get_align(), offsets)
    return integers, layouts


@pytest.mark.parametrize("target", TARGETS)
def test_other_targets_have_the_sizes_signs_and_layouts_that_clang_gives_them(target: str) -> None:
    abi = abi_for(*TARGETS[target])
    integers, layouts = as_clang_sees(target)
    assert {base: abi.integers[base] for base in BASES} == integers
    for name, types in LAYOUTS.items():
        fields = tuple(CField(f"m{index}", type_, 0) for index, type_ in enumerate(types))
        placed = lay_out(CStruct(f"struct {name}", fields, complete=True), abi)
        assert placed is not None
        assert (placed.size, placed.align, [field.offset for field in placed.fields]) == layouts[name], name


def test_a_library_tells_its_own_abi(compile_library: Callable[..., Path]) -> None:
    assert abi_of(open_library(compile_library("int f(void) { return 0; }"))) == host_abi()
    data = Path(__file__).parents[2] / "data" / "library"
    told: dict[str, Abi] = {path.name: abi_of(open_library(path)) for path in data.glob("demo-*.dll")}
    assert told["demo-x86_64.dll"].integers["long"] == (4, True)
    assert told["demo-x86.dll"].pointer == 4

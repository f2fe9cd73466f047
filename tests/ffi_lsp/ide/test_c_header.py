"""What is declared, as C: a compiler takes it, and it says the same as the library's own header."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.ide.c_header import CHeader, c_header
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.workspace import Workspace

SHAPES = """
#include <stdint.h>
#include <stddef.h>
typedef enum color { RED, GREEN } color;
typedef struct { int32_t x, y; } point;
struct box {
  point corners[2];
  unsigned filled : 1;
  color shade;
  struct box *next;
  union { int whole; struct { key low, high; } parts; };
};
typedef struct box box_t;
union any { int64_t whole; double real; };
typedef int (*compare)(const void *, const void *);
typedef uint64_t key;
struct hidden;
/* Finds a box. */ /* Twice. */
struct box *box_find(struct hidden *from, key which, compare how);
point box_corner(box_t box, size_t which);
union any box_any(color shade, const char *const names[]);
void box_each(void (*visit)(struct box *, void *user), void *user);
int box_log(const char *format, ...);
extern const char *box_name;
"""
BODIES = """
void *box_find, *box_corner, *box_any, *box_each, *box_log, *box_more;
const char *box_name;
"""
TEXT = """
// ffi-header: shapes.h
Deno.dlopen("./libshapes.so", {
  box_find: { parameters: ["pointer", "u64", "function"], result: "pointer" },
  box_corner: { parameters: ["pointer", "usize"], result: { struct: ["i32", "i32"] } },
  box_any: { parameters: ["i32", "buffer"], result: "i64" },
  box_each: { parameters: ["function", "pointer"], result: "void" },
  box_log: { parameters: ["buffer"], result: "i32" },
  box_name: { type: "pointer" },
  box_more: { parameters: ["f32", "buffer", "function"], result: "pointer" },
});
"""


@pytest.fixture
def made(tmp_path: Path, compile_library: Callable[..., Path]) -> CHeader:
    (tmp_path / "libshapes.so").symlink_to(compile_library(BODIES, "libshapes.so"))
    (tmp_path / "shapes.h").write_text(SHAPES)
    workspace = Workspace(prototypes=HeaderPrototypes())
    snapshot = workspace.snapshot(tmp_path / "shapes.ts", TEXT.encode())
    return c_header(snapshot.calls[0], snapshot.facts[0])


def compiled(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    file = folder / "all.c"
    file.write_text(text)
    compiler = os.environ.get("CC") or shutil.which("cc") or pytest.fail("the tests need a C compiler")
    command = [compiler, "-fsyntax-only", "-Wall", "-Werror", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_compiler_takes_it(made: CHeader, tmp_path: Path) -> None:
    (tmp_path / "made.h").write_text(made.text)
    done = compiled(tmp_path, '#include "made.h"\nint main(void) { return box_log("%d", box_name != 0); }\n')
    assert done.stderr == ""


def test_each_symbol_stands_on_the_line_that_is_told(made: CHeader) -> None:
    lines = made.text.splitlines()
    assert lines[made.lines["box_find"] - 1] == "struct box *box_find(struct hidden *from, key which, compare how);"
    assert lines[made.lines["box_log"] - 1] == "int box_log(const char *format, ...);"
    assert made.lines.keys() == {
        "box_find",
        "box_corner",
        "box_any",
        "box_each",
        "box_log",
        "box_name",
        "box_more",
    }


def test_what_no_header_declares_is_what_the_file_says(made: CHeader) -> None:
    line = made.text.splitlines()[made.lines["box_more"] - 1]
    assert line == "void *box_more(float, uint8_t *, void (*)());"

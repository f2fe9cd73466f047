"""A library of our own, and texts about it with a cursor in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.workspace import Snapshot, Workspace

CURSOR = "¦"
"""Marks the cursor in a test's text; it is taken out before the text is read."""

SOURCE = """
#include <unistd.h>
int count_add(int a, int b) { return a + b; }
double count_half(double x) { return x / 2; }
int count_total = 3;
int Count_reset(void) { return 0; }
void _count_internal(void) { getpid(); }
__attribute__((weak)) int count_weak(void) { return 1; }
"""

Reader = Callable[[str], tuple[Snapshot, int]]


@pytest.fixture(scope="session")
def library(compile_library: Callable[..., Path]) -> Path:
    """The library that the texts call LIB."""
    return compile_library(SOURCE, "libcount.so", ("-Wl,-soname,libcount.so.1",))


@pytest.fixture
def read(library: Path, tmp_path: Path) -> Reader:
    """`read(text)` gives the snapshot of a Porffor text, in which LIB stands for the library's path, and the byte
    offset of its cursor (of its end, where it has none)."""

    def snapshot_and_cursor(text: str) -> tuple[Snapshot, int]:
        before, _, after = text.replace("LIB", str(library)).partition(CURSOR)
        return Workspace().snapshot(tmp_path / "test.ts", (before + after).encode()), len(before.encode())

    return snapshot_and_cursor

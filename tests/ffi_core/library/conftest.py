"""Parts that the tests of `ffi_core.library` share: a small library with every kind of symbol, and C programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CompileProgram = Callable[[str], Path]

KINDS = """
int answer = 42;
__thread int per_thread = 7;
int add(int a, int b) { return a + b; }
__attribute__((weak)) int replaceable(void) { return 1; }
__attribute__((visibility("hidden"))) int hidden_helper(void) { return 2; }
__attribute__((visibility("protected"))) int guarded(void) { return 3; }
static int local_helper(void) { return 4; }
int uses_local(void) { return local_helper() + hidden_helper(); }
static int fast(int x) { return x; }
static int (*choose(void))(int) { return fast; }
int picked(int) __attribute__((ifunc("choose")));
__asm__(".globl bare_label\\n.text\\nbare_label: ret\\n.data\\n.globl bare_data\\nbare_data: .long 1\\n.text\\n");
"""
"""C text of a library with one symbol of each kind that ELF knows."""

VERSIONS = """
__asm__(".symver old_open, open_it@DEMO_1");
__asm__(".symver new_open, open_it@@DEMO_2");
__asm__(".symver gone_impl, gone@DEMO_1");
int old_open(void) { return 1; }
int new_open(void) { return 2; }
int gone_impl(void) { return 3; }
int steady(void) { return 4; }
"""
"""C text of a library with two versions of one function, and one function that only old programs may find."""

VERSION_SCRIPT = "DEMO_1 { global: open_it; gone; steady; local: *; };\nDEMO_2 { global: open_it; } DEMO_1;\n"


@pytest.fixture
def kinds_library(compile_library: Callable[..., Path]) -> Path:
    """The library made from `KINDS`."""
    return compile_library(KINDS, "libkinds.so", ("-Wl,-soname,libkinds.so.1",))


@pytest.fixture(scope="session")
def versions_library(compile_library: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library made from `VERSIONS`."""
    script = tmp_path_factory.mktemp("versions") / "versions.map"
    script.write_text(VERSION_SCRIPT)
    return compile_library(VERSIONS, "libversions.so", (f"-Wl,--version-script={script}",))


@pytest.fixture(scope="session")
def compile_program(tmp_path_factory: pytest.TempPathFactory) -> CompileProgram:
    """`compile_program(source)` gives the path of an executable made from C text."""
    compiler = os.environ.get("CC") or shutil.which("cc") or pytest.fail("the tests need a C compiler")

    def build(source: str) -> Path:
        folder = tmp_path_factory.mktemp("programs")
        text, program = folder / "program.c", folder / "program"
        text.write_text(source)
        subprocess.run([compiler, "-O1", "-w", str(text), "-o", str(program), "-ldl"], check=True, timeout=120)
        return program

    return build

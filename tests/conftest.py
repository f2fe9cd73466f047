"""Parts that the whole suite shares: C compiled on the spot into real libraries."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CompileLibrary = Callable[..., Path]


@pytest.fixture(scope="session")
def compile_library(tmp_path_factory: pytest.TempPathFactory) -> CompileLibrary:
    """`compile_library(source, name="libtest.so", flags=())` gives the path of a shared library made from C text.

    The same text, name and flags give the same file within a session.
    """
    root = tmp_path_factory.mktemp("libraries")
    compiler = os.environ.get("CC") or shutil.which("cc") or pytest.fail("the tests need a C compiler")

    def build(source: str, name: str = "libtest.so", flags: tuple[str, ...] = ()) -> Path:
        key = hashlib.sha256("\0".join([source, name, *flags]).encode()).hexdigest()[:16]
        folder = root / key
        library = folder / name
        if not library.exists():
            folder.mkdir()
            text = folder / "source.c"
            text.write_text(source)
            command = [compiler, "-shared", "-fPIC", "-O1", "-w", str(text), "-o", str(library), *flags]
            subprocess.run(command, check=True, timeout=120)
        return library

    return build

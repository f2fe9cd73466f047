"""Real servers over standard input and output, and a C library whose functions do what functions should not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from wire import Wire

SERVER = str(Path(sys.executable).with_name("ffi-lsp"))
"""The installed console script of the environment that runs the tests."""

SOURCE = """
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void mark(void) { FILE *file = fopen(MARK, "w"); if (file) fclose(file); }
int add(int a, int b) { return a + b; }
int seven(void) { return 7; }
int talk(void) { puts("Content-Length: 5"); fflush(stdout); return getchar(); }
int crash(void) { return *(volatile int *)0; }
int leave(void) { exit(3); }
int spin(void) { for (;;) ; }
int total = 5;
"""

TEXT = """\
const { add, seven, talk, crash, leave, spin } = Porffor.dlopen("LIB", {
  add: { parameters: ["i32", "i32"], result: "i32" },
  seven: { parameters: [], result: "i32" },
  talk: { parameters: [], result: "i32" },
  crash: { parameters: [], result: "i32" },
  leave: { parameters: [], result: "i32" },
  spin: { parameters: [], result: "i32" },
});
console.log(add(2, 3), seven());
"""


@dataclass(frozen=True)
class Playground:
    """A library, and a text that declares it.

    Parameters
    ----------
    library: the library; `add`, `seven`, and functions that print, crash, exit and loop for ever.
    mark: the file that the library's constructor writes: it exists once the library has been loaded by anybody.
    uri: of the text.
    text: declares each function; no mistakes.
    """

    library: Path
    mark: Path
    uri: str
    text: str


@pytest.fixture
def playground(compile_library: Callable[..., Path], tmp_path: Path) -> Playground:
    mark = tmp_path / "loaded"
    library = compile_library(SOURCE, "libplay.so", (f'-DMARK="{mark}"',))
    return Playground(library, mark, (tmp_path / "play.ts").as_uri(), TEXT.replace("LIB", str(library)))


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A raw conversation with a fresh server, not initialized yet."""
    with Wire([SERVER]) as conversation:
        yield conversation

"""The shipped prototypes of libc and libm, for machines without headers: what the C standard and POSIX name.

`scripts/make_libc_table.py` makes the table from installed headers; it says ``size_t`` and ``time_t``, not how many
bytes those have, so that it serves every target.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ffi_core.headers.abi import LibraryFile
from ffi_core.headers.cache import PrototypeTable
from ffi_core.headers.request import Parser
from ffi_core.model import Prototype

TABLE = Path(__file__).with_name("libc.jsonl")
"""One prototype a line, as `ffi_core.headers.codec` writes it."""

_STANDARD_LIBRARIES = re.compile(
    r"(lib(c|m|rt|pthread|dl)\.so\.\d+|(lib|ld-musl-|libc\.musl-).*musl.*|libc\.so|lib(System|c|m)(\.B)?\.dylib)$"
)


def is_standard_library(library: LibraryFile) -> bool:
    """Whether a library is a system's C library, or the part of it that holds the mathematics."""
    name = library.soname or library.path.name
    return bool(_STANDARD_LIBRARIES.fullmatch(name.rpartition("/")[2]))


@lru_cache(maxsize=1)
def standard_prototypes() -> Mapping[str, Prototype]:
    """The prototypes that the C standard and POSIX give, by name, with the standard's header: ``math.h``."""
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        rows[json.loads(line[: line.index(",")] + "]")[0]] = line
    return PrototypeTable(rows, Parser.TABLE)

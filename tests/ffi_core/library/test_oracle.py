"""Every shared library of the system reads as pyelftools reads it: names, kinds, versions, sizes.

pyelftools takes 80 microseconds a symbol, so the default run stops at `BUDGET` symbols, the smaller libraries first
(several hundred on a Debian machine). With FFI_TEST_ALL_LIBRARIES=1 it goes through all.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from ffi_core.library import open_library
from ffi_core.library.host import host
from ffi_core.library.linux import default_directories

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the libraries of this system are no ELF files")

BUDGET = sys.maxsize if os.environ.get("FFI_TEST_ALL_LIBRARIES") == "1" else 60_000
KINDS = {"STT_FUNC": "function", "STT_OBJECT": "data", "STT_COMMON": "data", "STT_TLS": "tls", "STT_LOOS": "ifunc"}
Row = tuple[str, str | None, str | None, bool, bool, int, int]


def test_names_kinds_and_versions_equal_those_of_pyelftools() -> None:
    compared, symbols = 0, 0
    libraries = system_libraries()
    for path in libraries:
        with path.open("rb") as file:
            elf = ELFFile(file)
            table = elf.get_section_by_name(".dynsym")
            symbols += table.num_symbols() if table else 0
            if symbols > BUDGET:
                break
            expected = Counter(oracle_rows(elf))
        library = open_library(path)
        # pyelftools has no word for what an untyped label is; ours follows from its segment.
        labels = {row[0] for row in expected if row[1] is None}
        ours = Counter(
            (
                symbol.name,
                None if symbol.name in labels else symbol.kind.value,
                symbol.version,
                symbol.default,
                symbol.weak,
                symbol.size,
                symbol.address,
            )
            for symbol in library.symbols()
        )
        assert ours == expected, path
        assert set(library.names()) == {row[0] for row in expected if row[3]}, path
        compared += 1
    assert compared >= min(200, len(libraries))


def system_libraries() -> list[Path]:
    """Every distinct ELF library in the loader's default directories and below them, the smaller first."""
    roots = {Path(directory).resolve() for directory in default_directories(host())}
    found = {path.resolve() for root in roots for path in root.rglob("*.so*") if path.is_file()}
    return sorted((path for path in found if is_shared_object(path)), key=lambda path: path.stat().st_size)


def is_shared_object(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(18)
    return start[:4] == b"\x7fELF" and start[16] == 3


def oracle_rows(elf: ELFFile) -> Iterator[Row]:
    """What dlsym could see, by pyelftools' reading of the sections."""
    table = elf.get_section_by_name(".dynsym")
    indices, definitions = elf.get_section_by_name(".gnu.version"), elf.get_section_by_name(".gnu.version_d")
    names = {}
    for version, auxiliary in definitions.iter_versions() if definitions else ():
        if not version["vd_flags"] & 1:
            names[version["vd_ndx"]] = next(auxiliary).name
    for number, symbol in enumerate(table.iter_symbols() if table else ()):
        kind, binding = symbol["st_info"]["type"], symbol["st_info"]["bind"]
        if (
            symbol["st_shndx"] == "SHN_UNDEF"
            or binding not in ("STB_GLOBAL", "STB_WEAK", "STB_LOOS")
            or symbol["st_other"]["visibility"] in ("STV_HIDDEN", "STV_INTERNAL")
            or (kind not in KINDS and kind != "STT_NOTYPE")
            or (symbol["st_value"] == 0 and kind != "STT_TLS")
        ):
            continue
        index = _version_index(indices.get_symbol(number)["ndx"]) if indices else 1
        yield (
            symbol.name,
            KINDS.get(kind),
            names.get(index & 0x7FFF),
            index < 0x8000,
            binding == "STB_WEAK",
            symbol["st_size"],
            symbol["st_value"],
        )


def _version_index(word: int | str) -> int:
    return word if isinstance(word, int) else {"VER_NDX_LOCAL": 0, "VER_NDX_GLOBAL": 1}[word]

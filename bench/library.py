"""Looking one name up and listing all names, in libc and in the largest library here, beside pyelftools, LIEF and nm.

    python bench/library.py [--json] [--rounds N] [LIBRARY ...]

The contenders take turns in one process, each opening the file anew every time; every figure is the median over the
rounds, and the ratios are to ffi_core. The file is in the page cache for all of them. nm is a process of its own, and
its start is part of its figure; it cannot look one name up.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import lief
from elftools.elf.elffile import ELFFile

from ffi_core.library import Library, dependencies, locate, open_library, reading
from ffi_core.library.host import host
from ffi_core.library.linux import default_directories
from ffi_core.library.near import nearest_symbol

OURS = "ffi_core"
Contender = Callable[[Path, str], object]


def open_afresh(path: Path) -> Library:
    reading.forget()
    return open_library(path)


def pyelftools_find(path: Path, name: str) -> object:
    with path.open("rb") as file:
        elf = ELFFile(file)
        table = elf.get_section_by_name(".gnu.hash") or elf.get_section_by_name(".hash")
        return table.get_symbol(name)


def pyelftools_list(path: Path, _: str) -> object:
    with path.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".dynsym")
        return [symbol.name for symbol in table.iter_symbols() if symbol["st_shndx"] != "SHN_UNDEF"]


def lief_find(path: Path, name: str) -> object:
    binary = lief.ELF.parse(path)
    return binary.get_dynamic_symbol(name).value


def lief_list(path: Path, _: str) -> object:
    binary = lief.ELF.parse(path)
    return [symbol.name for symbol in binary.exported_symbols]


def nm_list(path: Path, _: str) -> object:
    return subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, check=True).stdout.splitlines()


TASKS: dict[str, dict[str, Contender]] = {
    "find one name": {
        OURS: lambda path, name: open_afresh(path).find(name),
        "pyelftools": pyelftools_find,
        "LIEF": lief_find,
    },
    "list all names": {
        OURS: lambda path, _: open_afresh(path).names(),
        "pyelftools": pyelftools_list,
        "LIEF": lief_list,
        "nm -D": nm_list,
    },
    "list all symbols": {OURS: lambda path, _: open_afresh(path).symbols()},
}
AGAIN: dict[str, Contender] = {
    "find, through the hash table": lambda path, name: open_library(path).exports.find(name),
    "find, all symbols in memory": lambda path, name: open_library(path).find(name),
    "names, from memory": lambda path, _: open_library(path).names(),
    "nearest name, first time": lambda path, name: nearest_symbol(name[:-1] + "_", open_library(path).names()),
    "what it needs, transitively": lambda path, _: dependencies(open_library(path)),
    "locate by soname": lambda path, _: locate(open_library(path).soname or path.name),
}
"""What ffi_core does on every keystroke, with the file's facts in memory."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the tables")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender does each task")
    parser.add_argument("libraries", nargs="*", type=Path, help="ELF files instead of libc and the largest one")
    options = parser.parse_args()
    results = {}
    for path in options.libraries or default_libraries():
        library = open_library(path)
        # The name in the middle of the list: neither the first nor the last of its bucket.
        name = library.names()[len(library.names()) // 2]
        facts = {"bytes": path.stat().st_size, "symbols": len(library.symbols()), "name": name}
        tasks = {task: compare(contenders, path, name, options.rounds) for task, contenders in TASKS.items()}
        again = compare(AGAIN, path, name, options.rounds)
        results[str(path)] = {**facts, "milliseconds": tasks, "again_milliseconds": again}
        if not options.json:
            show(path, facts, tasks, again)
    if options.json:
        json.dump({"python": sys.version.split()[0], "libraries": results}, sys.stdout, indent=1)
        print()
    return 0


def default_libraries() -> list[Path]:
    libc = locate("libc.so.6").path
    folders = [Path(directory) for directory in default_directories(host())]
    found = {Path(os.path.realpath(path)) for folder in folders for path in folder.glob("*.so*") if path.is_file()}
    largest = max((path for path in found if is_elf(path)), key=lambda path: path.stat().st_size)
    return [path for path in (libc, largest) if path is not None]


def is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def compare(contenders: dict[str, Contender], path: Path, name: str, rounds: int) -> dict[str, float]:
    """Median milliseconds of each contender; they take turns, and the first round is not counted."""
    times: dict[str, list[float]] = {contender: [] for contender in contenders}
    for _ in range(rounds + 1):
        for contender, work in contenders.items():
            if contender == "nm -D" and not shutil.which("nm"):
                continue
            start = time.perf_counter()
            work(path, name)
            times[contender].append((time.perf_counter() - start) * 1e3)
    return {contender: statistics.median(values[1:]) for contender, values in times.items() if values}


def show(path: Path, facts: dict[str, object], tasks: dict[str, dict[str, float]], again: dict[str, float]) -> None:
    print(f"{path}: {facts['symbols']} symbols, {facts['bytes']} bytes; looked up: {facts['name']}")
    for task, figures in tasks.items():
        cells = [f"{contender} {value:.3f} ms ({value / figures[OURS]:.1f} x)" for contender, value in figures.items()]
        print(f"  {task:18} {'; '.join(cells)}")
    for task, value in again.items():
        print(f"  {task:30} {value:.3f} ms")


if __name__ == "__main__":
    sys.exit(main())

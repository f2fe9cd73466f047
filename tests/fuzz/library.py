"""Feeds damaged libraries to `ffi_core.library`: each must give symbols or a typed error, within 1 s and 200 MiB.

    python tests/fuzz/library.py --files 20000 [--seed 1] [--keep DIR]

Starts from the fixtures in tests/data/library, small libraries of this system, text stubs and the loader's cache.
Prints one line for each kind of outcome. Exit code 1, and the file kept, where one breaks the promise.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import dependencies, ld_cache, locate, open_library

DATA = Path(__file__).parents[1] / "data" / "library"
SYSTEM = ("libutil.so.1", "libdl.so.2", "libz.so.1", "libm.so.6", "libgcc_s.so.1")
SECONDS, BYTES = 1.0, 200 << 20

STUB = b"""--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libdemo.B.dylib'
reexported-libraries:
  - targets: [ x86_64-macos ]
    libraries: [ '/usr/lib/system/libinner.dylib' ]
exports:
  - targets: [ x86_64-macos ]
    symbols: [ _demo_add, '_demo$VARIANT', "_quoted" ]
    weak-symbols: [ _demo_hook ]
...
"""
JSON_STUB = b"""{"tapi_tbd_version": 5, "main_library": {"target_info": [{"target": "x86_64-macos"}],
"install_names": [{"name": "/usr/lib/libdemo.B.dylib"}], "reexported_libraries": [{"names": ["/usr/lib/libx.dylib"]}],
"exported_symbols": [{"text": {"global": ["_demo_add"], "weak": ["_w"]}, "data": {"thread_local": ["_t"]}}]}}"""
SCRIPT = b"/* GNU ld script */\nOUTPUT_FORMAT(elf64-x86-64)\nGROUP ( /lib/libc.so.6 AS_NEEDED ( -lm /lib/ld.so.2 ) )\n"


class TooSlowError(Exception):
    """A file took longer than it may."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "ffi-fuzz-failures"))
    options = parser.parse_args()
    seeds = read_seeds()
    limit_memory()
    signal.signal(signal.SIGALRM, give_up)
    chance = random.Random(options.seed)
    outcomes: Counter[str] = Counter()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.files):
            name, contents = chance.choice(seeds)
            mutant = mutate(chance, contents)
            # Each file has a name of its own: two that are written within one tick of the clock look the same.
            path = Path(folder, f"{number}-{name}")
            path.write_bytes(mutant)
            try:
                signal.setitimer(signal.ITIMER_REAL, SECONDS)
                outcomes[exercise(path)] += 1
            except (Exception, MemoryError):  # noqa: BLE001 - whatever it is, it is the finding
                signal.setitimer(signal.ITIMER_REAL, 0)
                failures += 1
                options.keep.mkdir(exist_ok=True)
                kept = options.keep / path.name
                kept.write_bytes(mutant)
                print(f"{kept}:\n{traceback.format_exc(limit=-6)}", file=sys.stderr)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                path.unlink()
    for outcome, count in outcomes.most_common():
        print(f"{count:8} {outcome}")
    print(f"{options.files} files, {failures} failures, seed {options.seed}")
    return 1 if failures else 0


def read_seeds() -> list[tuple[str, bytes]]:
    paths = sorted(path for path in DATA.glob("*demo*.*") if path.suffix not in (".c", ".def"))
    located = [locate(name) for name in SYSTEM]
    paths += [location.path for location in located if location.path is not None and location.failure is None]
    seeds = [(path.name, path.read_bytes()) for path in paths]
    seeds += [("stub.tbd", STUB), ("stub5.tbd", JSON_STUB), ("script.so", SCRIPT)]
    if ld_cache.CACHE.exists():
        seeds.append(("ld.so.cache", ld_cache.CACHE.read_bytes()))
    return seeds


def limit_memory() -> None:
    """Leave `BYTES` of address space beside what is in use now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def give_up(*_: object) -> None:
    raise TooSlowError(f"no answer within {SECONDS} s")


def exercise(path: Path) -> str:
    """Do all that the rest of the project does with a library; the kind of answer."""
    if path.name.endswith("ld.so.cache"):
        return f"cache of {min(len(ld_cache.entries(path)), 1)}"
    try:
        library = open_library(path)
        found = [library.find(name) for name in ("demo_add", "cos", "inflate", "absent", "_")]
        names = library.names()
        found += [library.find(name) for name in names[:20]]
        symbols = library.symbols()
        library.imports()
        library.nearest("demo_ad")
        dependencies(library, environment={})
        locate(str(path))
    except (LibraryLoadError, LibraryNotFoundError) as error:
        return f"{type(error).__name__} {getattr(error, 'reason', '')}".strip()
    return f"{library.format}, {'symbols' if symbols else 'no symbols'}, {'found' if any(found) else 'none found'}"


def mutate(chance: random.Random, contents: bytes) -> bytes:
    """Some bytes changed, a number made extreme, a piece moved, or the end cut off."""
    data = bytearray(contents)
    for _ in range(chance.choice((1, 1, 2, 3, 8, 40))):
        # Most of what a reader trusts stands at the start and, in short libraries, at the end.
        reach = chance.choice((64, 512, 4096, len(data), len(data)))
        at = chance.randrange(max(min(reach, len(data)), 1))
        if chance.random() < 0.1:
            at = max(len(data) - at - 1, 0)
        kind = chance.randrange(10)
        if kind < 4:
            size = chance.choice((1, 2, 4, 8))
            order = chance.choice(("little", "big"))
            extremes = (0, 1, 2, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63, 2**64 - 1, len(data), at, at + size)
            value = chance.choice((*extremes, chance.getrandbits(64), len(data) - 1, len(data) + 1))
            data[at : at + size] = (value % 2 ** (8 * size)).to_bytes(size, order)
        elif kind < 7:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 7:
            source = chance.randrange(max(len(data), 1))
            length = chance.choice((4, 16, 64, 1024))
            data[at : at + length] = data[source : source + length]
        elif kind == 8:
            length = chance.choice((1, 4, 24, 1000))
            data[at:at] = bytes([chance.choice((0, 0xFF, 0x41))]) * length
        else:
            del data[at : at + chance.choice((1, 4, 1000, len(data)))]
    return bytes(data)


if __name__ == "__main__":
    sys.exit(main())

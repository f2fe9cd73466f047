"""Which files the loader of this process accepts: machine, width, byte order and the processor's level."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ffi_core.errors import FFIError
from ffi_core.library.elf_header import read_header
from ffi_core.library.image import open_image

_LEVELS = (
    ("x86-64-v4", frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})),
    ("x86-64-v3", frozenset({"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"})),
    ("x86-64-v2", frozenset({"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"})),
)
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "i386": "x86", "i686": "x86", "armv7l": "arm"}


@dataclass(frozen=True, slots=True)
class Target:
    """The machine that a loader serves.

    Parameters
    ----------
    architecture: as `Library.architecture` spells it.
    bits: 32 or 64.
    """

    architecture: str
    bits: int

    def __str__(self) -> str:
        return f"{self.architecture} ({self.bits}-bit)"


@lru_cache(maxsize=1)
def host() -> Target:
    """The target of this very process, read from its own program file; from the kernel's word where that is no ELF."""
    try:
        with open_image(Path("/proc/self/exe")) as image:
            header = read_header(image)
        return Target(header.architecture, header.bits)
    except FFIError:
        machine = platform.machine().lower()
        return Target(_MACHINES.get(machine, machine), 64 if sys.maxsize > 2**32 else 32)


@lru_cache(maxsize=1)
def processor_levels() -> tuple[str, ...]:
    """Subdirectories of ``glibc-hwcaps`` that this processor may use, best first.

    The levels are those of the x86-64 psABI (https://gitlab.com/x86-psABIs/x86-64-ABI), by the names of flags in
    /proc/cpuinfo. Other machines: none, so the plain directories are used.
    """
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ()
    flags = next((set(line.partition(":")[2].split()) for line in text.splitlines() if line.startswith("flags")), set())
    levels: list[str] = []
    for name, wanted in reversed(_LEVELS):
        if not wanted <= flags:
            break
        levels.insert(0, name)
    return tuple(levels)

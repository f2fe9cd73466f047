"""One file as a program on each runtime that is here, ready to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ffi_core.bench.compare import Contender
from ffi_core.bench.runtimes import RUNTIMES, Absent, PreparationError, cache_folder


def gather(
    file: Path, dialects: frozenset[str], names: Sequence[str], folder: Path
) -> tuple[list[Contender], list[Absent]]:
    """Make a file ready on every runtime that is asked for and here.

    Parameters
    ----------
    file: the program.
    dialects: those it binds native functions in.
    names: of runtimes.
    folder: scratch, for what has to be compiled; it must live as long as the contenders.

    Returns
    -------
    The programs, and the runtimes that are missing or cannot run the file, each with the reason.
    """
    present: list[Contender] = []
    absent: list[Absent] = []
    for name in names:
        runtime = RUNTIMES[name]
        found = runtime.find(cache_folder())
        if isinstance(found, Absent):
            absent.append(found)
            continue
        foreign = not dialects <= {runtime.dialect}
        try:
            command = runtime.prepare(found, file.resolve(), folder, foreign)
        except PreparationError as error:
            absent.append(Absent(name, str(error), "choose another runtime"))
            continue
        # What a prelude costs is part of the time, so it is part of the name.
        version = f"{found.version} + prelude" if foreign else found.version
        present.append(Contender(name, version, command))
    return present, absent

"""What the child of a run may still do to the machine, taken away through the kernel before foreign code is loaded.

Each protection stands on its own: where the kernel lacks one, the others hold, and the report says which. Linux only;
elsewhere nothing is taken away and the report says that. Everything goes through our own FFI. The price: each system
call of a timed function costs some tens of nanoseconds more, since the kernel runs the filter.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from ffi_core.bench.sandbox import landlock, seccomp
from ffi_core.bench.sandbox.kernel import KernelError, drop_capabilities, forbid_new_privileges


@dataclass(frozen=True, slots=True)
class Confinement:
    """What became of the attempt to confine this process.

    Parameters
    ----------
    held: the protections in force, in words.
    missing: those that the kernel refused, each with the reason.
    """

    held: tuple[str, ...]
    missing: tuple[str, ...]


def confine(scratch: str) -> Confinement:
    """Confine the calling thread, and every thread and process that comes from it, for good.

    From then on files are read-only but for a scratch folder, there is no network, no new process, no signal to and no
    look into another process, and no privilege of root but that of reading.

    Parameters
    ----------
    scratch: the folder whose files may be made, written and removed.
    """
    if not sys.platform.startswith("linux"):
        return Confinement((), (f"no sandbox is known for {sys.platform}",))
    held: list[str] = []
    missing: list[str] = []
    try:
        forbid_new_privileges()
        drop_capabilities()
        held.append("no privileges")
    except KernelError as error:
        missing.append(f"no privileges: {error}")
    signals_scoped = False
    try:
        version = landlock.restrict(scratch)
        signals_scoped = version >= landlock.FIRST_WITH_SIGNAL_SCOPE
        held.append(f"files read-only (Landlock {version})")
    except KernelError as error:
        missing.append(f"files read-only: {error}")
    try:
        # Where Landlock keeps signals inside, threads of our own may signal each other freely.
        seccomp.restrict(os.getpid(), signals=not signals_scoped)
        held += ["no network (seccomp)", "no new processes (seccomp)", "no signals to others"]
    except KernelError as error:
        missing.append(f"no network, processes or signals: {error}")
    return Confinement(tuple(held), tuple(missing))

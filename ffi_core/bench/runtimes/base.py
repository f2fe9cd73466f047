"""What a JavaScript runtime is to us: how to find it, which version it is, and how a file is run on it."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PRELUDE = Path(__file__).parent / "prelude"
"""The folder of JavaScript modules that teach a runtime the dialects of the others."""

EVERY_DIALECT = frozenset({"porffor", "deno", "bun", "node", "koffi"})
"""What a runtime speaks that has a prelude."""

_PROBE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Installed:
    """A runtime that is on this machine.

    Parameters
    ----------
    name: ``"deno"``, ...
    version: as it says itself.
    program: what starts it: the words before a command's own.
    """

    name: str
    version: str
    program: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """A runtime that is not, or not usable.

    Parameters
    ----------
    name: ``"deno"``, ...
    reason: what is missing.
    remedy: what would install it.
    """

    name: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """One runtime, found or not.

    Parameters
    ----------
    name: ``"deno"``, ...
    dialect: its own dialect of FFI, by the name of `ffi_core.dialects`.
    speaks: every dialect that it runs, its own and those that our prelude teaches it.
    packages: the npm packages that bring it here, each with its version; none where pip brings it.
    find: looks for it in a cache folder (see `cache_folder`) and on PATH.
    prepare: given what was found, a file, a scratch folder and whether the file speaks another dialect, gives the
        command that runs the file. It may compile into the scratch folder first, and raises `PreparationError` where
        that fails.
    """

    name: str
    dialect: str
    speaks: frozenset[str]
    packages: Callable[[], tuple[str, ...]]
    find: Callable[[Path], Installed | Absent]
    prepare: Callable[[Installed, Path, Path, bool], tuple[str, ...]]


class PreparationError(Exception):
    """A file could not be made ready to run; the text is for people."""


def cache_folder() -> Path:
    """Where runtimes from npm are kept: ``$XDG_CACHE_HOME/ffi-lsp/runtimes``, outside of any project's tree."""
    base = os.environ.get("XDG_CACHE_HOME")
    # The XDG Base Directory Specification says to ignore a relative path.
    root = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return root / "ffi-lsp" / "runtimes"


def ask_version(program: tuple[str, ...]) -> str | None:
    """What a program prints for ``--version``, first line; None where it does not run."""
    try:
        done = subprocess.run(
            [*program, "--version"], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.splitlines()
    return lines[0].strip() if lines else None


def npm_platform(x86_64: str, aarch64: str) -> str:
    """This machine as npm's platform packages spell it, such as ``linux-x64``.

    Parameters
    ----------
    x86_64: the package's word for that processor.
    aarch64: likewise.
    """
    machine = platform.machine().lower()
    words = {"x86_64": x86_64, "amd64": x86_64, "aarch64": aarch64, "arm64": aarch64}
    return f"{platform.system().lower()}-{words.get(machine, machine)}"

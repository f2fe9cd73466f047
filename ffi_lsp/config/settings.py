"""The settings themselves: sections, options, defaults and their descriptions, from which schema and page are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import attrs

from ffi_lsp.config import kinds
from ffi_lsp.config.kinds import Kind
from ffi_lsp.diagnostic import Severity

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Option:
    """What is known of one setting, besides its name and default.

    Parameters
    ----------
    kind: how its value is read.
    description: for the person who sets it.
    machine: whether it may be set in the editor's own settings alone. Files of a project cannot set these: whoever
        opens a repository must not lose a protection by it.
    """

    kind: Kind[Any]
    description: str
    machine: bool = False


def _option(kind: Kind[T], default: T, description: str, *, machine: bool = False) -> T:
    value: T = attrs.field(default=default, metadata={Option: Option(kind, description, machine)})
    return value


@attrs.frozen
class Rules:
    """Which findings are reported."""

    select: tuple[str, ...] = _option(
        kinds.RULES,
        (),
        "Report only these rules: by code (`FFI201`), by the beginning of a code (`FFI2`) or by name "
        "(`symbol-not-exported`). Empty means all.",
    )
    ignore: tuple[str, ...] = _option(kinds.RULES, (), "Do not report these rules.")
    min_severity: Severity = _option(  # noqa: RUF009  (attrs: a call that declares a field)
        kinds.SEVERITY, Severity.HINT, "Report nothing below this severity."
    )
    hints: bool = _option(
        kinds.FLAG, False, "Report hints of style as well, such as a symbol that is declared and never used."
    )


@attrs.frozen
class Headers:
    """The C headers that declarations are compared with."""

    enabled: bool = _option(kinds.FLAG, True, "Compare declarations with C headers.")
    include: tuple[Path, ...] = _option(
        kinds.FOLDERS, (), "Folders to search for headers before those of the system and of the library."
    )
    defines: tuple[str, ...] = _option(
        kinds.MACROS, (), "Macros to define while headers are read: `NAME` or `NAME=value`."
    )


@attrs.frozen
class Libraries:
    """Where libraries are."""

    paths: tuple[Path, ...] = _option(
        kinds.FOLDERS, (), "Folders in which libraries are looked for before the places that the dynamic loader knows."
    )


@attrs.frozen
class Files:
    """Which files are judged."""

    exclude: tuple[str, ...] = _option(
        kinds.PATTERNS, (), "Files and folders that are passed over, as patterns of `.gitignore`."
    )


@attrs.frozen
class Hints:
    """What an editor shows between the words of a text (inlay hints)."""

    parameters: bool = _option(kinds.FLAG, True, "Show C's names of parameters in `parameters: [...]`.")
    measured: bool = _option(kinds.FLAG, True, "Show what a call took, beside a declaration that was run.")
    types: bool = _option(kinds.FLAG, False, "Show C's types of parameters and results beside native types.")


@attrs.frozen
class Lens:
    """What an editor shows above a declaration (code lenses)."""

    enabled: bool = _option(kinds.FLAG, True, "Show a lens above each declaration that can be run.")


@attrs.frozen
class Run:
    """Calling declared functions, which runs native code."""

    enabled: bool = _option(kinds.FLAG, True, "Allow runs at all.", machine=True)
    sandbox: bool = _option(
        kinds.FLAG,
        True,
        "Confine the process that calls the function: no network, files read-only but for a scratch folder.",
        machine=True,
    )
    ask: bool = _option(
        kinds.FLAG, True, "Ask before a library is run for the first time in a workspace.", machine=True
    )
    timeout: float = _option(
        kinds.number(0.1, 600.0, "seconds"), 10.0, "Seconds until a run is ended, with all that it started."
    )
    memory: int = _option(
        kinds.whole(64 << 20, 64 << 30, "bytes"), 1 << 30, "Bytes of address space that a run may have."
    )


@attrs.frozen
class Settings:
    """All settings, checked. Paths are absolute where the place of the settings was known.

    Parameters
    ----------
    rules, headers, libraries, files, hints, lens, run: the sections.
    folder: where the patterns of `files.exclude` start, or None where nobody said.
    source: the file that they were read from, or None.
    """

    rules: Rules = Rules()
    headers: Headers = Headers()
    libraries: Libraries = Libraries()
    files: Files = Files()
    hints: Hints = Hints()
    lens: Lens = Lens()
    run: Run = Run()
    folder: Path | None = None
    source: Path | None = None


def sections() -> dict[str, type[Any]]:
    """The class of each section, by its name in `Settings`."""
    return {entry.name: type(entry.default) for entry in attrs.fields(Settings) if attrs.has(type(entry.default))}


def options(section: type[Any]) -> dict[str, tuple[Option, Any]]:
    """The options of a section, by their names there, each with its default."""
    return {entry.name: (entry.metadata[Option], entry.default) for entry in attrs.fields(section)}

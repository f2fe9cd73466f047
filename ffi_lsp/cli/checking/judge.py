"""One file, as `ffi-lsp check` judges it: read, held against its libraries, mended where that was asked for.

All I/O on the file is here. What goes wrong with it is told in the outcome, so that the other files are still judged.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import attrs

from ffi_core.dialects import mentions_bindings
from ffi_core.headers.process import Worker
from ffi_lsp.cli.checking.search import STANDARD_INPUT, Trouble
from ffi_lsp.config import ConfigError, Nearest, Settings, load_file
from ffi_lsp.diagnostic import Diagnostic, Severity
from ffi_lsp.fixing import apply_safe_fixes
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.text import SourceText
from ffi_lsp.workspace import LARGEST_TEXT, Snapshot, Workspace

_MOST_ROUNDS = 10  # a fix may uncover another mistake; two rules that undo each other must not go on for ever
_READ_AT_ONCE = 1 << 20
_LONGEST_ENTRY_POINT = 64


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about judging; plain values that travel to other processes.

    Parameters
    ----------
    config: the file of settings to use instead of the nearest one, or None.
    no_config: whether no file of settings is read at all.
    select, ignore, min_severity, hints: as the settings of those names, in their place; None where nothing is said.
    header_seconds: how long headers may be read in all, or None for as long as it takes.
    fix: whether safe fixes are made in the files.
    unsafe: whether the other fixes are made, too.
    stdin_name: the name of what standard input holds.
    """

    config: Path | None = None
    no_config: bool = False
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    min_severity: Severity | None = None
    hints: bool | None = None
    header_seconds: float | None = None
    fix: bool = False
    unsafe: bool = False
    stdin_name: Path = Path("stdin.ts")

    def settings(self) -> Nearest:
        """The settings of every file.

        Raises
        ------
        ConfigError: the file that is named cannot be read, or has mistakes.
        """
        if self.config is not None:
            return Nearest(load_file(self.config), self.over, use_files=False)
        return Nearest(None, self.over, use_files=not self.no_config)

    def over(self, settings: Settings) -> Settings:
        """The settings with what the command line says in place of theirs."""
        said: dict[str, Any] = {
            "select": self.select,
            "ignore": self.ignore,
            "min_severity": self.min_severity,
            "hints": self.hints,
        }
        rules = attrs.evolve(settings.rules, **{name: value for name, value in said.items() if value is not None})
        return attrs.evolve(settings, rules=rules)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What judging one file came to.

    Parameters
    ----------
    path: the file, as it is reported.
    text: what was judged; empty where the file holds no bindings.
    diagnostics: what is wrong with it.
    troubles: what could not be done.
    fixed: how many mistakes were mended.
    judged: whether it could be read.
    depends: other files that the judgement rests on.
    """

    path: Path
    text: SourceText
    diagnostics: tuple[Diagnostic, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    fixed: int = 0
    judged: bool = True
    depends: frozenset[Path] = frozenset()


class Judge:
    """Judges files one by one, and remembers their libraries. To be used in a ``with`` statement.

    Parameters
    ----------
    options: how.
    settings: those of every file.
    named: the files that the command line names; where one of those is too long, that is fatal.
    """

    def __init__(self, options: Options, settings: Nearest, named: Collection[Path] = ()) -> None:
        self._options, self._named = options, named
        self._worker = Worker()
        self._prototypes = HeaderPrototypes(seconds=options.header_seconds, worker=self._worker)
        self._workspace = Workspace(prototypes=self._prototypes, follow_imports=True, settings=settings)

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()

    def judge(self, path: Path) -> Outcome:
        """Read, judge and mend one file.

        Raises
        ------
        ConfigError: the settings that hold for it have mistakes.
        """
        from_stdin = path == STANDARD_INPUT
        name = self._options.stdin_name if from_stdin else path
        try:
            data = sys.stdin.buffer.read() if from_stdin else _read(path)
        except OSError as error:
            return Outcome(name, SourceText(b""), (), (_unreadable(path, error),), judged=False)
        if data is None:
            why = f"longer than {LARGEST_TEXT >> 20} MiB, and passed over"
            trouble = Trouble(name, why, fatal=path in self._named)
            return Outcome(name, SourceText(b""), (), (trouble,), judged=False)
        if not mentions_bindings(data):
            return Outcome(name, SourceText(b""))
        try:
            return self._judge(name, data, write=not from_stdin)
        except OSError as error:
            return Outcome(name, SourceText(b""), (), (_unreadable(name, error),), judged=False)
        except ConfigError:
            raise
        except Exception as error:  # noqa: BLE001 - survives any mistake of ours in one file, for the sake of the others
            return Outcome(name, SourceText(b""), (), (_our_mistake(name, error),), judged=False)
        finally:
            self._workspace.forget(name)

    def _judge(self, name: Path, data: bytes, *, write: bool) -> Outcome:
        snapshot, fixed = self._workspace.snapshot(name, data), 0
        for _ in range(_MOST_ROUNDS if self._options.fix else 0):
            mended, made = apply_safe_fixes(snapshot.text.data, snapshot.diagnostics, unsafe=self._options.unsafe)
            if not made:
                break
            fixed += made
            snapshot = self._workspace.snapshot(name, mended)
        if fixed and write:
            replace_text(name, data, snapshot.text.data)
        troubles = tuple(Trouble(name, note, fatal=False) for note in self._prototypes.notes())
        return Outcome(name, snapshot.text, snapshot.diagnostics, troubles, fixed, True, frozenset(_depends(snapshot)))


def _read(path: Path) -> bytes | None:
    """The file's bytes; None where it is too long to be judged, and may hold bindings."""
    # Whatever became of the file meanwhile: opening a pipe must not wait for its other end.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is no regular file")
        if status.st_size <= LARGEST_TEXT:
            data = file.read(LARGEST_TEXT + 1)
            return data if len(data) <= LARGEST_TEXT else None
        tail = b""
        while part := file.read(_READ_AT_ONCE):
            if mentions_bindings(tail + part):
                return None
            tail = part[-_LONGEST_ENTRY_POINT:]
        return b""


def replace_text(path: Path, old: bytes, new: bytes) -> None:
    """Write a file's new text in place of the old one, or leave the file as it is.

    Raises
    ------
    OSError: it cannot be written, or somebody else has changed it.
    """
    import shutil
    import tempfile

    target = Path(os.path.realpath(path))
    if target.read_bytes() != old:
        raise OSError(0, "somebody changed it meanwhile; it was not mended")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
        shutil.copymode(target, name)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _unreadable(path: Path, error: OSError) -> Trouble:
    return Trouble(path, error.strerror or str(error))


def _our_mistake(path: Path, error: Exception) -> Trouble:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" ({Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno})" if place is not None else ""
    return Trouble(path, f"not judged, by a mistake of ffi-lsp itself: {type(error).__name__}: {error}{where}")


def _depends(snapshot: Snapshot) -> set[Path]:
    found = set(snapshot.modules)
    if snapshot.settings.source is not None:
        found.add(snapshot.settings.source)
    found.update(snapshot.path.parent / header for header in snapshot.mentioned.headers)
    for facts in snapshot.facts:
        found.update(library.path for library in (facts.library, *facts.needed) if library is not None)
        found.update(Path(prototype.header) for prototype in facts.prototypes.values() if prototype.header)
        if facts.location is not None and facts.library is None:
            found.update(Path(place) for place in facts.location.searched if os.path.isabs(place))  # noqa: PTH117
    return found

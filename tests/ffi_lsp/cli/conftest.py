"""A project to check, as the working directory, and what the command says about it."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ffi_lsp.cli import main

BAD = 'const { toupper } = Porffor.dlopen("libc.so.6", { toupper: { parameters: ["int"], result: "i32" } });\n'


@dataclass(frozen=True)
class Said:
    """What one run came to."""

    code: int
    out: str
    err: str

    @property
    def found(self) -> list[dict[str, Any]]:
        """The findings of a run with ``--format=json``."""
        return list(json.loads(self.out))

    @property
    def files(self) -> list[str]:
        """The files with findings, each as often as it has some."""
        return [entry["file"] for entry in self.found]


Check = Callable[..., Said]
Write = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, as the working directory."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write(project: Path) -> Write:
    """`write("a/b.ts", text)` makes a file of the project."""

    def make(name: str, text: str | bytes = BAD) -> Path:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return make


@pytest.fixture
def check(project: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """`check(".", "--format=json")` runs the command in this process."""

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = main(["check", *words])
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """`forbid(path)` takes the right to read a file or folder away; from root, who has it always, by what root sees."""
    closed: list[Path] = []

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **named: Any) -> Any:
            if Path(path).absolute() in closed:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return function(path, *rest, **named)

        return call

    def take(path: Path) -> None:
        closed.append(path)
        path.chmod(0)

    if os.geteuid() == 0:
        monkeypatch.setattr(os, "open", guarded(os.open))
        monkeypatch.setattr(os, "scandir", guarded(os.scandir))
    yield take
    for path in closed:
        path.chmod(0o755)


@pytest.fixture
def command() -> list[str]:
    """The words that start the command in a process of its own."""
    return [sys.executable, "-c", "import sys; from ffi_lsp.cli import main; sys.exit(main())", "check"]

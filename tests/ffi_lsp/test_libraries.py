"""What takes long of reading libraries can be done beforehand, by another thread, and changes no result."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp import libraries
from ffi_lsp.config import Libraries, Settings
from ffi_lsp.workspace import Workspace

TEXT = 'Deno.dlopen("LIBRARY", { shop_opem: { parameters: [], result: "i32" } });'


@pytest.fixture
def text(compile_library: Callable[..., Path]) -> bytes:
    library = compile_library("int shop_open(void) { return 1; } int shop_close(void) { return 2; }")
    return TEXT.replace("LIBRARY", str(library)).encode()


def read_beforehand(workspace: Workspace, path: Path, text: bytes, *, whole: bool = False) -> bool:
    """Whether there was something to read; it is read in a thread."""
    reading = workspace.unread(path, text, whole=whole)
    if reading is None:
        return False
    thread = threading.Thread(target=reading.read)
    thread.start()
    thread.join()
    workspace.accept(reading)
    return True


def test_a_library_that_is_met_first_is_read_beforehand_once(text: bytes, tmp_path: Path) -> None:
    workspace, path = Workspace(), tmp_path / "a.ts"
    assert read_beforehand(workspace, path, text)
    assert not read_beforehand(workspace, path, text)
    assert workspace.snapshot(path, text).diagnostics == Workspace().snapshot(path, text).diagnostics != ()


def test_a_text_without_libraries_needs_nothing(tmp_path: Path) -> None:
    assert Workspace().unread(tmp_path / "a.ts", b"const a = 1;") is None
    assert Workspace().unread(tmp_path / "a.ts", b"Deno.dlopen(name, { f: { parameters: [] } });") is None


def test_a_missing_name_of_a_large_library_is_looked_for_beforehand_and_one_that_is_there_is_not(
    text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, path = Workspace(), tmp_path / "a.ts"
    workspace.snapshot(path, text)
    assert workspace.unread(path, text.replace(b"opem", b"close")) is None
    monkeypatch.setattr(libraries, "_LARGE", 0)
    assert workspace.unread(path, text.replace(b"opem", b"open")) is None
    other = text.replace(b"opem", b"opeen")
    assert read_beforehand(workspace, path, other)
    assert not read_beforehand(workspace, path, other)
    (found,) = workspace.snapshot(path, other).diagnostics
    assert "shop_open" in found.message


def test_all_symbols_of_a_large_library_are_read_beforehand_where_they_will_be_asked_for(
    text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "_LARGE", 0)
    workspace, path = Workspace(), tmp_path / "a.ts"
    read_beforehand(workspace, path, text)
    assert read_beforehand(workspace, path, text, whole=True)
    assert not read_beforehand(workspace, path, text, whole=True)


def test_a_library_that_vanishes_meanwhile_is_missed_by_the_judgement(text: bytes, tmp_path: Path) -> None:
    file = Path(text.decode().split('"')[1])
    mine = tmp_path / "libmine.so"
    mine.write_bytes(file.read_bytes())
    here = text.replace(str(file).encode(), str(mine).encode())
    workspace, path = Workspace(), tmp_path / "a.ts"
    reading = workspace.unread(path, here)
    assert reading is not None
    mine.unlink()
    reading.read()
    workspace.accept(reading)
    assert [each.code for each in workspace.snapshot(path, here).diagnostics] == ["FFI202"]


def test_folders_of_the_settings_come_before_the_loaders_places(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    vendored = tmp_path / "libm.so.6"
    vendored.write_bytes(compile_library("int own(void) { return 1; }").read_bytes())
    text = b'Deno.dlopen("libm.so.6", { own: { parameters: [], result: "i32" } });'
    settings = Settings(libraries=Libraries(paths=(tmp_path,)))
    (facts,) = Workspace(settings=lambda _: settings).snapshot(tmp_path / "deep" / "a.ts", text).facts
    assert facts.library is not None
    assert facts.library.path == vendored
    assert [each.code for each in Workspace().snapshot(tmp_path / "deep" / "a.ts", text).diagnostics] == ["FFI201"]

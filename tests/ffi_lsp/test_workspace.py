"""The workspace: what it knows about libraries is true, stays true when files change, and never runs their code."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_lsp.rules import run
from ffi_lsp.workspace import Snapshot, Workspace

SOURCE = """const { shop_open } = Porffor.dlopen("PATH", {
  shop_open: { parameters: [], result: "i32" },
});
"""


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def snapshot_of(workspace: Workspace, folder: Path, library: str) -> Snapshot:
    return workspace.snapshot(folder / "example.ts", SOURCE.replace("PATH", library).encode())


def codes(snapshot: Snapshot) -> list[str]:
    return [entry.code for entry in snapshot.diagnostics]


def test_a_snapshot_holds_what_it_was_made_of(tmp_path: Path) -> None:
    data = SOURCE.encode()
    snapshot = Workspace().snapshot(tmp_path / "a.ts", data, version=7)
    assert (snapshot.path, snapshot.text.data, snapshot.version) == (tmp_path / "a.ts", data, 7)
    assert len(snapshot.calls) == len(snapshot.facts) == 1


def test_a_file_without_bindings_has_neither_calls_nor_diagnostics(tmp_path: Path) -> None:
    snapshot = Workspace().snapshot(tmp_path / "a.ts", b"export const a = 1;")
    assert (snapshot.calls, snapshot.facts, snapshot.diagnostics) == ((), (), ())


def test_facts_name_the_file_behind_a_link_and_its_soname(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    library = compile_library("int shop_open(void) { return 1; }", "libshop.so.2.1", ("-Wl,-soname,libshop.so.2",))
    (tmp_path / "libshop.so").symlink_to(library)
    (facts,) = snapshot_of(Workspace(), tmp_path, "./libshop.so").facts
    assert facts.library is not None
    assert facts.title == f"{library} (soname libshop.so.2)"
    found = facts.find("shop_open")
    assert found is not None
    assert found[0].callable


def test_a_missing_library_is_found_once_it_is_built(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    clock = Clock()
    workspace = Workspace(clock)
    first = snapshot_of(workspace, tmp_path, "./libshop.so")
    assert codes(first) == ["FFI202"]
    assert isinstance(first.facts[0].failure, LibraryNotFoundError)
    shutil.copy(compile_library("int shop_open(void) { return 1; }"), tmp_path / "libshop.so")
    clock.now += 1.5
    assert codes(snapshot_of(workspace, tmp_path, "./libshop.so")) == []


def test_a_library_that_was_built_again_is_read_again(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    clock = Clock()
    workspace = Workspace(clock)
    library = tmp_path / "libshop.so"
    shutil.copy(compile_library("int shop_close(void) { return 1; }"), library)
    assert codes(snapshot_of(workspace, tmp_path, "./libshop.so")) == ["FFI201"]
    shutil.copy(compile_library("int shop_open(void) { return 1; }"), library)
    os.utime(library, ns=(1, 1))
    clock.now += 1.5
    assert codes(snapshot_of(workspace, tmp_path, "./libshop.so")) == []


@pytest.fixture
def looks_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], list[str]]:
    """`looks_at(action)` gives the files and folders that the action looked at."""

    def watch(action: Callable[[], object]) -> list[str]:
        seen: list[str] = []
        with monkeypatch.context() as patch:
            for name in ("stat", "lstat", "open", "scandir", "listdir", "readlink"):
                original = getattr(os, name)

                def record(
                    path: object, *words: object, _original: Callable[..., object] = original, **more: object
                ) -> object:
                    seen.append(str(path))
                    return _original(path, *words, **more)

                patch.setattr(os, name, record)
            action()
        return seen

    return watch


def test_keystrokes_within_a_second_look_at_no_file(
    compile_library: Callable[..., Path], tmp_path: Path, looks_at: Callable[[Callable[[], object]], list[str]]
) -> None:
    shutil.copy(compile_library("int shop_open(void) { return 1; }"), tmp_path / "libshop.so")
    clock = Clock()
    workspace = Workspace(clock)
    assert looks_at(lambda: snapshot_of(workspace, tmp_path, "./libshop.so")) != []
    clock.now += 0.5
    assert looks_at(lambda: snapshot_of(workspace, tmp_path, "./libshop.so")) == []


def test_rules_look_at_no_file(
    compile_library: Callable[..., Path], tmp_path: Path, looks_at: Callable[[Callable[[], object]], list[str]]
) -> None:
    shutil.copy(compile_library("extern int toupper(int); int f(void) { return toupper(1); }"), tmp_path / "libshop.so")
    snapshot = snapshot_of(Workspace(), tmp_path, "./libshop.so")
    assert codes(snapshot) == ["FFI201"]
    assert looks_at(lambda: run(snapshot.calls[0], snapshot.facts[0])) == []


def test_a_relative_path_may_start_from_any_folder_above_the_file(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "source" / "deep").mkdir(parents=True)
    shutil.copy(compile_library("int shop_open(void) { return 1; }"), tmp_path / "build" / "libshop.so")
    assert codes(snapshot_of(Workspace(), tmp_path / "source" / "deep", "build/libshop.so")) == []
    assert codes(snapshot_of(Workspace(), tmp_path / "source" / "deep", "./elsewhere/libshop.so")) == ["FFI202"]


def test_nothing_is_said_about_symbols_where_a_needed_library_is_missing(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    needed = compile_library("int shop_open(void) { return 1; }", "libneeded.so", ("-Wl,-soname,libneeded.so",))
    flags = ("-Wl,--no-as-needed", str(needed))
    library = compile_library("int other(void) { return 1; }", "libshop.so", flags)
    shutil.copy(library, tmp_path)
    (facts,) = snapshot_of(Workspace(), tmp_path, "./libshop.so").facts
    assert (facts.library is not None, facts.complete) == (True, False)
    assert codes(snapshot_of(Workspace(), tmp_path, "./libshop.so")) == []


def test_a_file_for_another_platform_is_never_missing(tmp_path: Path) -> None:
    for name in ("kernel32.dll", "./libx.dylib", "/System/X.framework/X.dylib", "Xyzzy2"):
        assert codes(snapshot_of(Workspace(), tmp_path, name)) == []


@pytest.mark.parametrize(
    "name", ["", "\\0", "a." * 2000, "./" + "b/" * 3000, "/", "..", "\\ud800", "$ORIGIN/x.so", "~"]
)
def test_any_name_has_an_answer(tmp_path: Path, name: str) -> None:
    assert all(code in {"FFI202", "FFI203"} for code in codes(snapshot_of(Workspace(), tmp_path, name)))


def test_a_damaged_library_is_a_finding_and_no_crash(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    whole = compile_library("int shop_open(void) { return 1; }").read_bytes()
    for length in (0, 3, 16, 63, 64, 200, len(whole) // 2, len(whole) - 100):
        (tmp_path / "libshop.so").write_bytes(whole[:length])
        snapshot = snapshot_of(Workspace(), tmp_path, "./libshop.so")
        failure = snapshot.facts[0].failure
        assert failure is None or isinstance(failure, LibraryLoadError)
        assert codes(snapshot) in (["FFI203"], [])


def test_checking_never_runs_the_library(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    witness = tmp_path / "ran"
    source = f"""
    #include <stdio.h>
    __attribute__((constructor)) static void at_load(void) {{ FILE *f = fopen("{witness}", "w"); if (f) fclose(f); }}
    int shop_open(void) {{ return 1; }}
    """
    library = compile_library(source, "libconstructor.so")
    workspace = Workspace()
    for name in (str(library), str(library) + "x"):
        snapshot_of(workspace, tmp_path, name)
    assert codes(snapshot_of(workspace, tmp_path, str(library))) == []
    assert str(library) not in Path("/proc/self/maps").read_text()
    assert not witness.exists()


def test_an_edited_text_gives_what_a_fresh_workspace_gives(tmp_path: Path) -> None:
    workspace = Workspace()
    text = SOURCE.replace("PATH", "libc.so.6").replace("shop_open", "toupper").encode()
    for edit in (text, text.replace(b'"i32"', b'"int"'), text.replace(b"result", b"returns"), text[:60], text):
        edited = workspace.snapshot(tmp_path / "a.ts", edit)
        fresh = Workspace().snapshot(tmp_path / "a.ts", edit)
        assert (edited.calls, edited.diagnostics) == (fresh.calls, fresh.diagnostics)


def test_names_that_were_typed_letter_by_letter_are_not_kept_for_ever(tmp_path: Path) -> None:
    workspace = Workspace(Clock())
    for number in range(400):
        assert codes(snapshot_of(workspace, tmp_path, f"/nowhere/{number}.so")) == ["FFI202"]
    assert len(workspace._libraries._opened) <= 256

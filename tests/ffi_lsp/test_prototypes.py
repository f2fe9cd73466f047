"""Prototypes in the workspace: fetched once, from the headers that a file names; without a source there are none."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest

from ffi_core.library import Library, open_library
from ffi_core.model import Prototype
from ffi_lsp.prototypes import BackgroundPrototypes, HeaderPrototypes, Mentioned, mentioned_in
from ffi_lsp.workspace import Workspace

TEXT = b"""// ffi-header: shop.h
Deno.dlopen("./libshop.so", { shop_open: { parameters: ["f32"], result: "i32" } });
"""


class Counting:
    """A source that notes what it was asked for."""

    def __init__(self) -> None:
        self.inner = HeaderPrototypes()
        self.asked: list[tuple[str, Collection[str], Mentioned]] = []

    def find(self, library: Library, names: Collection[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
        self.asked.append((library.path.name, sorted(names), mentioned))
        return self.inner.find(library, names, mentioned)


def shop(compile_library: Callable[..., Path], folder: Path) -> Path:
    shutil.copy(compile_library("extern int toupper(int); int shop_open(int d) { return toupper(d); }"), folder)
    (folder / "libtest.so").rename(folder / "libshop.so")
    (folder / "shop.h").write_text("int shop_open(int door);\n")
    return folder / "example.ts"


def test_without_a_source_nothing_is_compared(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    (facts,) = Workspace().snapshot(shop(compile_library, tmp_path), TEXT).facts
    assert (dict(facts.prototypes), dict(facts.mismatches), facts.abi) == ({}, {}, None)


def test_facts_hold_the_prototype_and_what_differs(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    file = shop(compile_library, tmp_path)
    (facts,) = Workspace(prototypes=HeaderPrototypes()).snapshot(file, TEXT).facts
    assert str(facts.prototypes["shop_open"]) == "int shop_open(int door)"
    assert facts.prototypes["shop_open"].where == f"{tmp_path / 'shop.h'}:1"
    assert [[found.kind for found in each] for each in facts.mismatches.values()] == [["class"]]


def test_each_symbol_is_asked_of_the_library_that_exports_it_and_missing_ones_of_the_first(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    source = Counting()
    text = TEXT.replace(b"shop_open:", b"toupper: { parameters: ['i32'], result: 'i32' }, absent: {}, shop_open:")
    Workspace(prototypes=source).snapshot(shop(compile_library, tmp_path), text)
    mentioned = Mentioned(("shop.h",), tmp_path)
    names = {library: names for library, names, _ in source.asked}
    assert sorted(names.pop("libshop.so")) == ["absent", "shop_open"]
    assert list(names.values()) == [["toupper"]]
    assert all(entry[2] == mentioned for entry in source.asked)


def test_a_text_names_headers_in_comments_alone() -> None:
    assert mentioned_in(b"// ffi-header: a.h, b.h\n", Path("/p")) == Mentioned(("a.h", "b.h"), Path("/p"))
    assert mentioned_in(b"const header = 1;\n", Path("/p")) == Mentioned()
    assert mentioned_in(b"// ffi-header:\n", Path("/p")) == Mentioned()


class Slow:
    """A source that waits until it may answer."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.inner = HeaderPrototypes()

    def find(self, library: Library, names: Collection[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
        assert self.may_answer.wait(30)
        if "broken" in names:
            raise RuntimeError("a mistake of ours")
        return self.inner.find(library, names, mentioned)

    def forget(self) -> None:
        self.inner.forget()


def test_in_the_background_nobody_waits_and_a_change_is_told(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    slow, changed = Slow(), threading.Event()
    source = BackgroundPrototypes(slow, lambda _, more: more and changed.set())
    workspace, file = Workspace(prototypes=source), shop(compile_library, tmp_path)
    assert workspace.snapshot(file, TEXT).diagnostics == ()
    slow.may_answer.set()
    assert changed.wait(30)
    assert [entry.code for entry in workspace.snapshot(file, TEXT).diagnostics] == ["FFI302"]
    source.close()


def test_in_the_background_a_symbol_is_said_to_be_undeclared_when_the_search_is_over_and_not_before(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    slow, done = Slow(), threading.Event()
    source = BackgroundPrototypes(slow, lambda *_: done.set())
    library = open_library(shop(compile_library, tmp_path).with_name("libshop.so"))
    mentioned, names = Mentioned(("shop.h",), tmp_path), ["shop_open", "unheard_of"]
    assert source.find(library, names, mentioned) == {}
    assert not any(source.is_undeclared(library, name, mentioned) for name in names)
    slow.may_answer.set()
    assert done.wait(30)
    assert [source.is_undeclared(library, name, mentioned) for name in names] == [False, True]
    assert not source.is_undeclared(library, "never_asked_for", mentioned)
    source.close()


def test_in_the_background_an_error_is_logged_and_the_rest_goes_on(
    compile_library: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slow, changed = Slow(), threading.Event()
    slow.may_answer.set()
    source = BackgroundPrototypes(slow, lambda _, more: more and changed.set())
    library = open_library(shop(compile_library, tmp_path).with_name("libshop.so"))
    mentioned = Mentioned(("shop.h",), tmp_path)
    assert source.find(library, ["broken"], mentioned) == {}
    assert source.find(library, ["shop_open"], mentioned) == {}
    assert changed.wait(30)
    assert list(source.find(library, ["shop_open"], mentioned)) == ["shop_open"]
    assert "no prototypes for" in caplog.text
    assert not source.is_undeclared(library, "broken", mentioned)
    source.close()


def test_after_a_refresh_a_changed_header_is_told_and_an_unchanged_one_is_not(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    answers: queue.Queue[bool] = queue.Queue()
    source = BackgroundPrototypes(HeaderPrototypes(), lambda _, more: answers.put(more))
    workspace, file = Workspace(prototypes=source), shop(compile_library, tmp_path)

    def codes() -> list[str]:
        return [entry.code for entry in workspace.snapshot(file, TEXT).diagnostics]

    codes()
    assert answers.get(timeout=30)
    source.refresh()
    assert codes() == ["FFI302"]
    assert not answers.get(timeout=30)
    (tmp_path / "shop.h").write_text("int shop_open(float door);\n")
    source.refresh()
    assert codes() == ["FFI302"]
    assert answers.get(timeout=30)
    assert codes() == []
    source.close()


def test_what_is_asked_while_a_search_runs_is_looked_for_in_one_more(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    may_answer, answers, searches = threading.Event(), queue.Queue[bool](), list[list[str]]()

    class Noting(HeaderPrototypes):
        def find(self, library: Library, names: Collection[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
            assert may_answer.wait(30)
            searches.append(list(names))
            return super().find(library, names, mentioned)

    source = BackgroundPrototypes(Noting(), lambda _, more: answers.put(more))
    library = open_library(shop(compile_library, tmp_path).with_name("libshop.so"))
    mentioned = Mentioned(("shop.h",), tmp_path)
    source.find(library, ["shop"], mentioned)
    while source._waiting:  # until the search has begun
        threading.Event().wait(0.001)
    for letters in ("shop_o", "shop_op", "shop_open"):
        source.find(library, [letters], mentioned)
    assert source.searches == 2
    may_answer.set()
    assert [answers.get(timeout=30), answers.get(timeout=30)] == [False, True]
    assert searches == [["shop"], ["shop_o", "shop_op", "shop_open"]]
    assert list(source.find(library, ["shop_open"], mentioned)) == ["shop_open"]
    assert source.searches == 0
    source.close()

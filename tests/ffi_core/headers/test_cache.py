"""The cache on disk: right while nothing changed, absent where it cannot be, ignored where it is damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ffi_core.headers import HeaderRequest, PrototypeTable, process, read_headers
from ffi_core.headers.cache import cache_folder, load


class WorkerAskedError(Exception):
    """A worker was started."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder()


@pytest.fixture
def header(tmp_path: Path) -> Path:
    path = tmp_path / "mine.h"
    path.write_text('#include "part.h"\nint mine(part a);\n')
    (tmp_path / "part.h").write_text("typedef int part;\n")
    return path


def read(header: Path, *defines: str) -> PrototypeTable:
    return read_headers(HeaderRequest((str(header),), defines=defines))


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    def refuse(*_: object) -> None:
        raise WorkerAskedError

    monkeypatch.setattr(process, "ask_worker", refuse)
    return monkeypatch


def test_what_was_read_once_is_found_again_without_a_worker(
    cache: Path, header: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(header)
    monkeypatch.setattr(process, "ask_worker", None)
    again = read(header)
    assert dict(again) == dict(first)
    assert (again.parser, again.complaints) == (first.parser, first.complaints)


@pytest.mark.parametrize("name", ["mine.h", "part.h"])
def test_a_change_of_any_file_that_was_read_is_seen(
    name: str, cache: Path, header: Path, request: pytest.FixtureRequest
) -> None:
    read(header)
    changed = header.with_name(name)
    changed.write_text(changed.read_text() + "/* changed */\n")
    request.getfixturevalue("no_worker")
    with pytest.raises(WorkerAskedError):
        read(header)


def test_other_flags_are_another_entry(cache: Path, header: Path, request: pytest.FixtureRequest) -> None:
    read(header)
    request.getfixturevalue("no_worker")
    with pytest.raises(WorkerAskedError):
        read(header, "OTHER=1")


def test_a_header_that_appears_in_a_directory_searched_earlier_is_seen(tmp_path: Path, cache: Path) -> None:
    early, late = tmp_path / "early", tmp_path / "late"
    early.mkdir()
    late.mkdir()
    (late / "both.h").write_text("int late(void);")
    request = HeaderRequest(("both.h",), include_dirs=(str(early), str(late)))
    assert "late" in read_headers(request)
    (early / "both.h").write_text("int early(void);")
    assert "early" in read_headers(request)


def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, header: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "mine" in read(header)
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/self")
    assert "mine" in read(header)


def test_a_full_disk_is_no_error_and_leaves_no_half_entry(
    cache: Path, header: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    assert "mine" in read(header)
    monkeypatch.undo()
    assert not cache.exists() or [path for path in cache.iterdir() if path.stat().st_size] == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_entry_is_as_good_as_none(data: st.DataObject, cache: Path, header: Path) -> None:
    if not cache.exists():
        read(header)
    (entry,) = (path for path in cache.iterdir() if path.name != "damaged")
    whole = entry.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    damaged = {
        "cut": whole[:cut],
        "flip": whole[:cut] + bytes([whole[cut] ^ 0x41]) + whole[cut + 1 :],
        "grow": whole + b"\nx\t[]",
        "noise": data.draw(st.binary(max_size=64)),
    }[data.draw(st.sampled_from(["cut", "flip", "grow", "noise"]))]
    entry.with_name("damaged").write_bytes(damaged)
    assert load(entry.name) is not None
    assert load("damaged") is None


def test_what_is_damaged_is_read_anew(cache: Path, header: Path) -> None:
    expected = dict(read(header))
    (entry,) = cache.iterdir()
    entry.write_bytes(entry.read_bytes()[:-9])
    assert dict(read(header)) == expected
    assert load(entry.name) is not None


def test_the_cache_is_the_users_and_never_in_the_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "ffi-lsp" / "headers"


def test_the_folder_does_not_grow_for_ever(cache: Path, header: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ffi_core.headers.cache._MOST_ENTRIES", 5)
    for number in range(8):
        read(header, f"N={number}")
    assert len(list(cache.iterdir())) == 5
    monkeypatch.setattr(process, "ask_worker", None)
    assert "mine" in read(header, "N=7")

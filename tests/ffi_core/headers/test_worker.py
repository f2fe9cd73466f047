"""One worker reads many headers; where it is ended, the next task starts another."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ffi_core.headers import HeaderError, HeaderFailure, HeaderRequest, HeaderSettings, find_in_headers, read_headers
from ffi_core.headers.process import Worker


@pytest.fixture(autouse=True)
def _fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def header(folder: Path, name: str, text: str) -> HeaderRequest:
    (folder / name).write_text(text)
    return HeaderRequest((str(folder / name),))


def test_a_second_header_is_read_by_the_same_process(tmp_path: Path) -> None:
    with Worker() as worker:
        assert "one" in read_headers(header(tmp_path, "one.h", "int one(void);"), worker=worker)
        first = worker.pid
        assert "two" in read_headers(header(tmp_path, "two.h", "int two(int, ...);"), worker=worker)
        assert worker.pid == first is not None
    assert worker.pid is None


def test_what_two_headers_include_is_the_same_in_both(tmp_path: Path) -> None:
    (tmp_path / "part.h").write_text("typedef struct { int x, y; } point;\n/** Moves it. */\nvoid move(point where);\n")
    with Worker() as worker:
        tables = [
            read_headers(header(tmp_path, f"{name}.h", f'#include "part.h"\nint {name}(void);'), worker=worker)
            for name in ("one", "two")
        ]
    assert tables[0]["move"] == tables[1]["move"]
    assert tables[1]["move"].comment == "Moves it."
    assert "one" not in tables[1]


def test_a_name_that_means_something_else_in_another_header_is_read_anew(tmp_path: Path) -> None:
    with Worker() as worker:
        one = read_headers(header(tmp_path, "one.h", "typedef int part; part same(void);"), worker=worker)
        two = read_headers(header(tmp_path, "two.h", "typedef char part; part same(void);"), worker=worker)
    assert one["same"].result != two["same"].result


def test_an_error_in_one_header_leaves_the_worker_for_the_next(tmp_path: Path) -> None:
    with Worker() as worker:
        with pytest.raises(HeaderError) as caught:
            read_headers(HeaderRequest(("no/such/header.h",)), worker=worker)
        assert caught.value.reason is HeaderFailure.NOT_FOUND
        first = worker.pid
        assert "mine" in read_headers(header(tmp_path, "mine.h", "int mine(void);"), worker=worker)
        assert worker.pid == first


def test_a_worker_that_was_ended_is_followed_by_another(tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with Worker() as worker:
        with pytest.raises(HeaderError) as caught:
            read_headers(header(tmp_path, "slow.h", "int slow(void);"), worker=worker, cancel=cancel)
        assert caught.value.reason is HeaderFailure.CANCELLED
        assert worker.pid is None
        assert "slow" in read_headers(header(tmp_path, "slow.h", "int slow(void);"), worker=worker)


def test_when_the_time_is_up_what_is_left_is_named(tmp_path: Path) -> None:
    request = header(tmp_path, "mine.h", "int mine(void);")
    assert find_in_headers(["mine"], settings=HeaderSettings(request.headers)).prototypes
    from ffi_core.headers import find_prototypes
    from ffi_core.library import locate, open_library

    path = locate("libc.so.6").path
    assert path is not None
    found = find_prototypes(open_library(path), ["strlen", "mine"], settings=HeaderSettings(request.headers), seconds=0)
    assert found.prototypes == {}
    assert found.unsought == {"strlen", "mine"}

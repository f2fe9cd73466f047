"""`locate` finds the file that the real loader opens, and says where it looked when there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.errors import LoadFailure
from ffi_core.library import ld_cache, locate
from ffi_core.library.linux import musl_directories

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the rules of Linux's loader")

OPEN = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
int main(void) {
  char name[4096];
  while (fgets(name, sizeof name, stdin)) {
    name[strcspn(name, "\\n")] = 0;
    struct link_map *map;
    void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    if (library && !dlinfo(library, RTLD_DI_LINKMAP, &map)) puts(map->l_name);
    else puts(dlerror());
    fflush(stdout);
  }
}
"""
"""Prints for each name on stdin the file that dlopen gives, or its error."""

FOREIGN_HEADER = b"\x7fELF\x02\x01\x01" + bytes(9) + (3).to_bytes(2, "little") + (183).to_bytes(2, "little")


def opened_by_the_loader(program: Path, names: list[str], **environment: str) -> dict[str, Path | None]:
    """By name the file opened, links resolved, or None; left out where the loader failed on another library."""
    asked = subprocess.run(
        [program],
        input="\n".join(names),
        text=True,
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    answers = dict(zip(names, asked.stdout.splitlines(), strict=True))
    opened: dict[str, Path | None] = {}
    for name, answer in answers.items():
        if ": " not in answer:
            opened[name] = Path(answer).resolve()
        elif answer.partition(": ")[0].rpartition("/")[2] == name:
            opened[name] = None
    return opened


def without_constructors(names: list[str]) -> list[str]:
    """Names whose libraries are safe to open by the hundred: loaders and sanitizers take a process over."""
    return [name for name in names if not name.startswith(("ld-", "libasan", "libtsan", "liblsan", "libubsan"))]


def test_a_hundred_names_lead_to_the_file_that_the_loader_opens(compile_program: Callable[[str], Path]) -> None:
    known = sorted(ld_cache.entries())
    names = without_constructors(known[:: max(1, len(known) // 110)])
    names += ["libc.so.6", "libm.so.6", "libc.so", "libm.so", "libnothere.so.9"]
    opened = opened_by_the_loader(compile_program(OPEN), names)
    assert len(opened) >= min(100, len(known) // 2)
    assert {name: _usable(name) for name in opened} == opened


def _usable(name: str, **environment: str) -> Path | None:
    location = locate(name, environment=environment)
    return None if location.path is None or location.failure else location.path.resolve()


def test_ld_library_path_comes_first_and_damaged_or_foreign_files_count_as_for_the_loader(
    compile_program: Callable[[str], Path], compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    library = compile_library("int here;", "libhere.so")
    good, foreign, text, folder, hardware = (tmp_path / name for name in ("good", "foreign", "text", "folder", "hw"))
    for place in (good, foreign, text, folder / "libhere.so"):
        place.mkdir(parents=True)
    shutil.copy(library, good)
    (foreign / "libhere.so").write_bytes(FOREIGN_HEADER + library.read_bytes()[len(FOREIGN_HEADER) :])
    (text / "libhere.so").write_text("INPUT(libhere.so.1)\n")
    for level in ("x86-64-v2", "x86-64-v3", "x86-64-v4"):
        (hardware / "glibc-hwcaps" / level).mkdir(parents=True)
        shutil.copy(library, hardware / "glibc-hwcaps" / level)
    program = compile_program(OPEN)
    for path in (
        f"{good}",
        f"{foreign}:{good}",
        f"{text}:{good}",
        f"{folder}:{good}",
        f"/absent;{good}",
        f"{hardware}",
        "",
    ):
        opened = opened_by_the_loader(program, ["libhere.so"], LD_LIBRARY_PATH=path)
        assert {"libhere.so": _usable("libhere.so", LD_LIBRARY_PATH=path)} == opened, path


@pytest.fixture
def foreign(compile_library: Callable[..., Path], tmp_path: Path) -> Path:
    """A library whose header says that it is for another machine, under a name that the system has too."""
    image = compile_library("int here;", "libhere.so").read_bytes()
    path = tmp_path / "libc.so.6"
    path.write_bytes(FOREIGN_HEADER + image[len(FOREIGN_HEADER) :])
    return path


def test_a_file_for_another_machine_is_passed_over_and_named_in_the_steps(foreign: Path) -> None:
    location = locate("libc.so.6", environment={"LD_LIBRARY_PATH": str(foreign.parent)})
    assert location.path not in (None, foreign)
    assert location.failure is None
    (step,) = [step for step in location.steps if step.place == str(foreign)]
    assert step.outcome.startswith("skipped: built for aarch64")


def test_a_name_that_only_files_for_other_machines_have_says_so(foreign: Path) -> None:
    odd = foreign.rename(foreign.with_name("libonlyforeign.so"))
    location = locate("libonlyforeign.so", environment={"LD_LIBRARY_PATH": str(odd.parent)})
    assert location.path == odd
    assert location.failure is not None
    assert location.failure.reason is LoadFailure.WRONG_ARCHITECTURE


def test_a_path_to_a_file_for_another_machine_is_a_failure(foreign: Path) -> None:
    location = locate(str(foreign))
    assert location.path == foreign
    assert location.failure is not None
    assert location.failure.reason is LoadFailure.WRONG_ARCHITECTURE


def test_a_name_with_a_slash_is_a_path_from_the_base(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    library = compile_library("int here;", "libhere.so")
    shutil.copy(library, tmp_path / "libhere.so")
    assert locate("./libhere.so", base=tmp_path).path == tmp_path / "libhere.so"
    assert locate("../x/libhere.so", base=tmp_path).path is None
    assert locate(str(library), base=tmp_path).path == library


def test_a_name_without_slash_is_not_looked_for_in_the_base(
    compile_library: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = compile_library("int here;", "libhere.so")
    monkeypatch.chdir(library.parent)
    location = locate("libhere.so", base=library.parent, environment={})
    assert location.path is None
    assert str(library) not in location.searched


def test_an_empty_entry_of_ld_library_path_is_the_working_directory(
    compile_library: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = compile_library("int here;", "libhere.so")
    monkeypatch.chdir(library.parent)
    assert locate("libhere.so", environment={"LD_LIBRARY_PATH": "/absent:"}).path == library


def test_a_missing_library_names_every_place_looked_at(tmp_path: Path) -> None:
    location = locate("libnowhere.so.1", environment={"LD_LIBRARY_PATH": f"{tmp_path}:/absent"})
    assert location.path is None
    assert location.failure is None
    assert location.searched[:3] == (str(tmp_path / "libnowhere.so.1"), "/absent", str(ld_cache.CACHE))
    assert location.searched[-1] == "/usr/lib/libnowhere.so.1"


@pytest.mark.parametrize(
    ("wanted", "there", "near"),
    [
        ("libdemo.so", "libdemo.so.1", "libdemo.so.1"),
        ("libdemo.so.2", "libdemo.so.1", "libdemo.so.1"),
        ("libdmeo.so.1", "libdemo.so.1", "libdemo.so.1"),
        ("demo", "libdemo.so", "libdemo.so"),
        ("demo.dll", "libdemo.so", "libdemo.so"),
        ("libdemo.dylib", "libdemo.so", "libdemo.so"),
        ("libdemo.so", "libdemo.txt", None),
    ],
)
def test_a_missing_name_gives_the_nearest_that_is_there(
    wanted: str, there: str, near: str | None, tmp_path: Path
) -> None:
    (tmp_path / there).touch()
    assert next(iter(locate(wanted, environment={"LD_LIBRARY_PATH": str(tmp_path)}).near), None) == near
    beside = next(iter(locate(f"./{wanted}", base=tmp_path).near), None)
    assert beside == (None if near is None else f"./{near}")


def test_a_linker_script_under_the_name_is_a_failure_that_names_the_library(tmp_path: Path) -> None:
    script = tmp_path / "libdemo.so"
    script.write_text("/* GNU ld script */\nGROUP ( libdemo.so.1 AS_NEEDED ( -lm ) )\n")
    (tmp_path / "libdemo.so.1").touch()
    location = locate("libdemo.so", environment={"LD_LIBRARY_PATH": str(tmp_path)})
    assert location.path == script
    assert location.failure is not None
    assert location.failure.reason is LoadFailure.LINKER_SCRIPT
    assert "libdemo.so.1" in location.failure.detail
    assert location.near == ("libdemo.so.1",)


@pytest.mark.parametrize(
    "name", ["", "a\0b", "x" * 5000, "x/" * 3000, "\udcff.so", "./", "..", "/", "~/libz.so", "\ud800"]
)
def test_an_odd_name_gives_an_answer(name: str) -> None:
    location = locate(name)
    assert location.path is None or location.failure is not None
    assert location.steps


def test_musl_has_its_own_directories(tmp_path: Path) -> None:
    for folder in ("lib", "etc"):
        (tmp_path / folder).mkdir()
    assert musl_directories(tmp_path) is None
    (tmp_path / "lib" / "ld-musl-x86_64.so.1").touch()
    assert musl_directories(tmp_path) == ("/lib", "/usr/local/lib", "/usr/lib")
    (tmp_path / "etc" / "ld-musl-x86_64.path").write_text("/lib\n/opt/lib:/usr/lib\n")
    assert musl_directories(tmp_path) == ("/lib", "/opt/lib", "/usr/lib")
    (tmp_path / "etc" / "ld.so.cache").touch()
    assert musl_directories(tmp_path) is None

"""The search rules of macOS and Windows, followed wherever this runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ffi_core.errors import LoadFailure
from ffi_core.library import Location, dependencies, locate, open_library
from ffi_core.library.host import host

DATA = Path(__file__).parents[2] / "data" / "library"
needs_x86_64 = pytest.mark.skipif(host().architecture != "x86_64", reason="the fixtures are for x86-64")


def on_macos(name: str, base: Path | None = None, **environment: str) -> Location:
    return locate(name, base=base, environment=environment, system="darwin")


def on_windows(name: str, base: Path | None = None, **environment: str) -> Location:
    return locate(name, base=base, environment=environment, system="win32")


@pytest.fixture
def dylib(tmp_path: Path) -> Path:
    """A fat dylib, so that it suits any machine, in a directory of its own."""
    (tmp_path / "first").mkdir()
    return Path(shutil.copy(DATA / "libdemo-fat.dylib", tmp_path / "first" / "libdemo.dylib"))


@needs_x86_64
def test_dyld_looks_into_its_library_path_before_the_path_itself(dylib: Path) -> None:
    assert on_macos("/absent/libdemo.dylib", DYLD_LIBRARY_PATH=str(dylib.parent)).path == dylib
    assert on_macos("libdemo.dylib", DYLD_LIBRARY_PATH=f"/absent:{dylib.parent}").path == dylib
    assert on_macos("libdemo.dylib", DYLD_FALLBACK_LIBRARY_PATH=str(dylib.parent)).path == dylib
    assert on_macos("./libdemo.dylib", base=dylib.parent).path == dylib


@needs_x86_64
def test_dyld_looks_into_the_working_directory(dylib: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(dylib.parent)
    assert on_macos("libdemo.dylib").path == dylib


@needs_x86_64
def test_a_framework_is_looked_for_as_a_whole(dylib: Path, tmp_path: Path) -> None:
    inside = tmp_path / "Demo.framework" / "Demo"
    inside.parent.mkdir()
    shutil.copy(dylib, inside)
    assert on_macos("Demo.framework/Demo", DYLD_FRAMEWORK_PATH=str(tmp_path)).path == inside
    assert "/System/Library/Frameworks" in on_macos("/x/Demo.framework/Demo").searched


@needs_x86_64
def test_a_library_of_the_shared_cache_is_known_by_its_stub(tmp_path: Path) -> None:
    stub = tmp_path / "usr" / "lib" / "libdemo.tbd"
    stub.parent.mkdir(parents=True)
    stub.write_text(
        "--- !tapi-tbd\ntbd-version: 4\ntargets: [ x86_64-macos ]\ninstall-name: '/usr/lib/libdemo.dylib'\n"
    )
    assert on_macos("/usr/lib/libdemo.dylib", SDKROOT=str(tmp_path)).path == stub


def test_a_missing_dylib_names_the_places_of_macos_and_what_is_near(dylib: Path) -> None:
    location = on_macos("./libdmeo.dylib", base=dylib.parent)
    assert location.path is None
    assert location.near == ("./libdemo.dylib",)
    assert location.searched[0] == str(dylib.parent / "libdmeo.dylib")
    assert "skipped" in on_macos("@rpath/libdemo.dylib").steps[0].outcome


@needs_x86_64
def test_windows_looks_into_system32_the_working_directory_and_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [tmp_path / "Windows" / "System32", tmp_path / "here", tmp_path / "bin"]
    for place in places:
        place.mkdir(parents=True)
    monkeypatch.chdir(places[1])
    environment = {"SystemRoot": str(tmp_path / "Windows"), "PATH": f"/absent;{places[2]}"}
    for place in reversed(places):
        shutil.copy(DATA / "demo-x86_64.dll", place / "Demo.dll")
        for name in ("Demo.dll", "demo.DLL", "demo"):
            assert on_windows(name, **environment).path == place / "Demo.dll"


@needs_x86_64
def test_a_windows_path_may_have_either_slash_and_no_suffix(tmp_path: Path) -> None:
    (tmp_path / "native").mkdir()
    dll = Path(shutil.copy(DATA / "demo-x86_64.dll", tmp_path / "native" / "demo.dll"))
    for name in ("native/demo.dll", "native\\demo.dll", "native\\demo", ".\\native\\DEMO.dll"):
        assert on_windows(name, base=tmp_path).path == dll
    assert on_windows("native\\dmeo.dll", base=tmp_path).near == ("native\\demo.dll",)


@needs_x86_64
def test_windows_stops_at_the_first_file_even_when_it_is_for_another_machine(tmp_path: Path) -> None:
    for folder, machine in (("first", "aarch64"), ("second", "x86_64")):
        (tmp_path / folder).mkdir()
        shutil.copy(DATA / f"demo-{machine}.dll", tmp_path / folder / "demo.dll")
    location = on_windows("demo.dll", PATH=f"{tmp_path}/first;{tmp_path}/second", SystemRoot="/absent")
    assert location.path == tmp_path / "first" / "demo.dll"
    assert location.failure is not None
    assert location.failure.reason is LoadFailure.WRONG_ARCHITECTURE


def test_a_library_of_another_system_named_by_its_path_is_no_failure() -> None:
    for name in ("demo-x86_64.dll", "demo-aarch64.dll", "libdemo-aarch64.dylib"):
        location = locate(f"./{name}", base=DATA, system="linux")
        assert (location.path, location.failure) == (DATA / name, None)
        assert "for another system" in location.steps[0].outcome


def test_a_library_of_another_system_in_the_search_path_stops_the_loader(dylib: Path) -> None:
    location = locate("libdemo.dylib", environment={"LD_LIBRARY_PATH": str(dylib.parent)}, system="linux")
    assert location.path == dylib
    assert location.failure is not None
    assert location.failure.reason is LoadFailure.NOT_A_LIBRARY


def test_what_a_dylib_needs_is_found_by_the_rules_of_macos(tmp_path: Path) -> None:
    image = (DATA / "libdemo-aarch64.dylib").read_bytes()
    needy = tmp_path / "libneedy.dylib"
    needy.write_bytes(image.replace(b"/usr/lib/libSystem.B.dylib\0", b"@loader_path/libx.1.dylib\0\0"))
    shutil.copy(DATA / "libdemo-aarch64.dylib", tmp_path / "libx.1.dylib")
    assert [library.path.name for library in dependencies(open_library(needy), environment={})] == ["libx.1.dylib"]

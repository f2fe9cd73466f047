"""Which header declares a symbol: settings, the package, what lies near, debug information, the shipped table."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ffi_core.headers import (
    Found,
    HeaderError,
    HeaderSettings,
    find_in_headers,
    find_prototypes,
    mentioned_headers,
    packages,
)
from ffi_core.headers.index import index_of
from ffi_core.headers.packages import package_headers, pkg_config_directories
from ffi_core.headers.reading import read_debug_information
from ffi_core.headers.table import is_standard_library
from ffi_core.library import Library, locate, open_library
from ffi_core.model import PrototypeKind

Compile = Callable[..., Path]
SOURCE = "int alpha(int a) { return a; } double beta(double b) { return b; } int gamma_(void) { return 0; }"
HEADER = "int alpha(int a);\ndouble beta(double b);\n"


@pytest.fixture
def installed(tmp_path: Path, compile_library: Compile) -> Callable[..., Library]:
    """`installed("usr/lib/libmine.so.1")` puts a real library there, below a root of the test's own."""

    def install(place: str, source: str = SOURCE, name: str = "libmine.so.1", flags: tuple[str, ...] = ()) -> Library:
        target = tmp_path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(compile_library(source, name, (f"-Wl,-soname,{name}", *flags)).read_bytes())
        return open_library(target)

    return install


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def told(found: Found) -> dict[str, str]:
    return {name: str(prototype) for name, prototype in found.prototypes.items()}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("// ffi-header: sqlite3.h\nconst x = 1", ("sqlite3.h",)),
        ("/* ffi-header: a.h */ let y; //ffi-header:b.h", ("a.h", "b.h")),
        ('# ffi-header: <curl/curl.h>, "mine.h"\r\n// ffi-header: mine.h', ("curl/curl.h", "mine.h")),
        ("// ffi-header:\n// ffi-headers: no.h", ()),
        ("const ffi_header = 'x.h'", ()),
    ],
)
def test_a_comment_names_headers(text: str, names: tuple[str, ...]) -> None:
    assert mentioned_headers(text) == names


def test_the_headers_of_the_settings_come_first(tmp_path: Path, installed: Callable[..., Library]) -> None:
    library = installed("app/libmine.so.1")
    write(tmp_path / "app/near.h", "long alpha(long near);\nlong beta(long near);\n")
    write(tmp_path / "app/own/mine.h", '#include "types.h"\n#ifdef WITH_ALPHA\nmine_t alpha(mine_t a);\n#endif\n')
    write(tmp_path / "app/types/types.h", "typedef int mine_t;\n")
    said = HeaderSettings(("own/mine.h",), ("types",), ("WITH_ALPHA=1",))
    found = find_prototypes(library, ["alpha", "beta"], settings=said, base=tmp_path / "app")
    assert told(found) == {"alpha": "mine_t alpha(mine_t a)", "beta": "long beta(long near)"}
    assert found.problems == ()


def test_a_header_of_the_settings_that_is_missing_is_a_problem_and_no_more(
    tmp_path: Path, installed: Callable[..., Library]
) -> None:
    library = installed("app/libmine.so.1")
    write(tmp_path / "app/near.h", HEADER)
    found = find_prototypes(library, ["alpha"], settings=HeaderSettings(("absent.h",)), base=tmp_path)
    assert "absent.h" in found.problems[0]
    assert told(found) == {"alpha": "int alpha(int a)"}


def test_the_package_that_owns_the_development_symlink_gives_the_headers(
    tmp_path: Path, installed: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = installed("usr/lib/x/libmine.so.1")
    header = write(tmp_path / "usr/share/mine/include/mine.h", HEADER)
    inner = write(
        header.with_name("part.h"), "#ifndef MINE\n#error include mine.h instead\n#endif\nint gamma_(part p);\n"
    )
    header.write_text(f'{HEADER}#define MINE\ntypedef int part;\n#include "part.h"\n')
    lists = tmp_path / "dpkg"
    write(lists / "libmine1.list", f"/.\n{library.path}\n")
    write(lists / "libmine-dev.list", f"/.\n{library.path.with_name('libmine.so')}\n{inner}\n{header}\n")
    write(lists / "libother-dev.list", f"/.\n{library.path.with_name('libmine.so')}.old\n/usr/include/other.h\n")
    assert package_headers(library, lists) == (str(inner), str(header))
    monkeypatch.setattr(packages, "DPKG_LISTS", lists)
    monkeypatch.setattr(package_headers, "__defaults__", (lists,))
    found = find_prototypes(library, ["alpha", "gamma_"])
    assert told(found) == {"alpha": "int alpha(int a)", "gamma_": "int gamma_(part p)"}


def test_pkg_config_gives_the_include_directories(
    tmp_path: Path, installed: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = installed("opt/lib/libmine.so.1")
    write(tmp_path / "elsewhere/mine.h", HEADER)
    write(
        tmp_path / "pc/mine.pc",
        f"prefix={tmp_path}\nincludedir=${{prefix}}/elsewhere\nName: mine\nLibs: -L${{prefix}}/opt/lib -lmine\n"
        "Cflags: -I${includedir} -DX=1 -I${pcfiledir}/more\n",
    )
    write(tmp_path / "pc/other.pc", f"Libs: -lminer\nCflags: -I{tmp_path}/wrong\n")
    monkeypatch.setenv("PKG_CONFIG_PATH", str(tmp_path / "pc"))
    assert pkg_config_directories(library) == (str(tmp_path / "elsewhere"), str(tmp_path / "pc/more"))
    assert told(find_prototypes(library, ["beta"])) == {"beta": "double beta(double b)"}


@pytest.mark.parametrize(
    ("library", "header"),
    [
        ("opt/lib/libmine.so.1", "opt/include/mine/mine.h"),
        ("opt/lib/x86_64-linux-gnu/libmine.so.1", "opt/include/x86_64-linux-gnu/mine.h"),
        ("app/build/libmine.so.1", "app/include/mine.h"),
        ("app/libmine.so.1", "app/mine.h"),
    ],
)
def test_a_header_near_the_library_is_found(
    library: str, header: str, tmp_path: Path, installed: Callable[..., Library]
) -> None:
    opened = installed(library)
    path = write(tmp_path / header, HEADER)
    found = find_prototypes(opened, ["alpha"])
    assert told(found) == {"alpha": "int alpha(int a)"}
    assert found.prototypes["alpha"].header == str(path)


def test_a_header_that_declares_what_the_library_lacks_is_not_believed(
    tmp_path: Path, installed: Callable[..., Library]
) -> None:
    library = installed("opt/lib/libmine.so.1")
    write(tmp_path / "opt/include/stranger.h", "void alpha(char *s);\nint b1(void);\nint b2(void);\nint b3(void);\n")
    assert told(find_prototypes(library, ["alpha"])) == {}


def test_an_old_header_that_needs_others_before_it_is_read_with_them(
    tmp_path: Path, installed: Callable[..., Library]
) -> None:
    library = installed("opt/lib/libmine.so.1", "int alpha(void *f) { return 0; }")
    write(tmp_path / "opt/include/old.h", "int alpha(FILE *f);\n")
    assert told(find_prototypes(library, ["alpha"])) == {"alpha": "int alpha(FILE *f)"}


def test_debug_information_serves_where_no_header_does(installed: Callable[..., Library]) -> None:
    source = """
    #include <stddef.h>
    #include <stdint.h>
    #include <time.h>
    struct point { double x; float y; int z[2]; };
    enum color { RED, GREEN };
    typedef int (*visit)(const void *, size_t);
    struct point make(const char *text, enum color c, visit v, size_t n) { struct point p = {0}; return p; }
    int report(const char *format, ...) { return 0; }
    time_t when(uint64_t *stamps, _Bool exact, const char *const *names) { return 0; }
    int counter;
    static int hidden(int a) { return a; }
    int uses(void) { return hidden(1); }
    """
    library = installed("lonely/libdwarf.so.1", source, "libdwarf.so.1", ("-g", "-nostdlib"))
    names = ["make", "report", "when", "counter", "hidden", "absent"]
    found = find_prototypes(library, names)
    assert told(found) == {
        "make": "struct point make(const char *text, enum color c, visit v, size_t n)",
        "report": "int report(const char *format, ...)",
        "when": "time_t when(uint64_t *stamps, _Bool exact, const char *const *names)",
        "counter": "int counter",
    }
    assert found.prototypes["make"].line == 8
    assert found.prototypes["make"].header.endswith("source.c")
    assert found.prototypes["counter"].kind is PrototypeKind.VARIABLE


def test_debug_information_lies_in_a_file_of_its_own(installed: Callable[..., Library]) -> None:
    library = installed("lonely/libdwarf.so.1", SOURCE, "libdwarf.so.1", ("-g", "-nostdlib"))
    debug = library.path.with_name(".debug") / "libdwarf.debug"
    debug.parent.mkdir()
    subprocess.run(["objcopy", "--only-keep-debug", library.path, debug], check=True)
    subprocess.run(["strip", "--strip-debug", library.path], check=True)
    subprocess.run(["objcopy", f"--add-gnu-debuglink={debug}", library.path], check=True)
    assert told(find_prototypes(open_library(library.path), ["beta"])) == {"beta": "double beta(double b)"}


def test_damaged_debug_information_is_a_problem_and_no_more(installed: Callable[..., Library]) -> None:
    library = installed("lonely/libdwarf.so.1", SOURCE, "libdwarf.so.1", ("-g", "-nostdlib"))
    data = bytearray(library.path.read_bytes())
    section = subprocess.run(["readelf", "-SW", library.path], capture_output=True, text=True, check=True).stdout
    words = next(line for line in section.splitlines() if ".debug_info" in line).partition("PROGBITS")[2].split()
    start, size = int(words[1], 16), int(words[2], 16)
    data[start + 12 : start + size] = b"\xff" * (size - 12)
    library.path.write_bytes(data)
    found = find_prototypes(open_library(library.path), ["beta"])
    assert found.prototypes == {}
    assert found.problems == () or "debug information" in found.problems[0]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_to_debug_information_ends_in_the_worker(
    data: st.DataObject, compile_library: Compile, tmp_path: Path
) -> None:
    library = compile_library(SOURCE, "libdwarf.so.1", ("-g", "-nostdlib"))
    whole = bytearray(library.read_bytes())
    # What gcc writes behind the code: the sections of debug information, then the table of all sections.
    start = whole.rindex(b"GCC: (")
    for place in data.draw(st.lists(st.integers(start, len(whole) - 1), min_size=1, max_size=8)):
        whole[place] = data.draw(st.integers(0, 255))
    (tmp_path / "libdamaged.so").write_bytes(whole)
    damaged = replace(open_library(library), path=tmp_path / "libdamaged.so")
    try:
        table = read_debug_information(damaged, ["alpha", "beta"], timeout=10)
    except HeaderError as error:
        assert error.detail  # noqa: PT017 - both ends are right
    else:
        assert set(table) <= {"alpha", "beta"}


def test_libc_is_checked_from_the_shipped_table_where_there_are_no_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_headers, "__defaults__", (Path("/nowhere"),))
    monkeypatch.setattr("ffi_core.headers.finding._prefix", lambda _: ())
    path = locate("libm.so.6").path
    assert path is not None
    found = find_prototypes(open_library(path), ["cos", "no_such_function"])
    assert told(found) == {"cos": "double cos(double x)"}
    assert found.prototypes["cos"].where == "math.h"


def test_the_shipped_table_serves_the_c_library_alone(installed: Callable[..., Library]) -> None:
    assert not is_standard_library(
        installed("opt/lib/libcos.so.1", "double cos(double x) { return x; }", "libcos.so.1")
    )
    for name in ("libc.so.6", "libm.so.6"):
        path = locate(name).path
        assert path is not None
        assert is_standard_library(open_library(path))


def test_without_a_library_any_header_of_the_system_may_declare_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = write(tmp_path / "include/deep/only.h", "int only_here(void);\n")
    monkeypatch.setattr("ffi_core.headers.finding._SYSTEM_DIRECTORIES", (str(tmp_path / "include"),))
    assert told(find_in_headers(["only_here", "strlen"])) == {
        "only_here": "int only_here(void)",
        "strlen": "size_t strlen(const char *s)",
    }
    said = HeaderSettings((str(header),))
    assert told(find_in_headers(["only_here", "strlen"], settings=said)) == {"only_here": "int only_here(void)"}


def test_the_index_answers_from_disk_and_sees_what_changed(tmp_path: Path) -> None:
    first = write(tmp_path / "include/a.h", '#include "sub/b.h"\nint alpha(int);\nextern int OF_(beta) ;\n')
    second = write(tmp_path / "include/sub/b.h", "int gamma_ OF((int));\nMACRO(delta, 1)\n/* alpha(1) */\n")
    seen: list[tuple[int, int]] = []
    index = index_of([str(tmp_path / "include")], progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
    for again in (index, index_of([str(tmp_path / "include")], progress=lambda *_: pytest.fail("built twice"))):
        assert again.mentioning("alpha") == [str(first), str(second)]
        assert again.mentioning("gamma_") == [str(second)]
        assert again.mentioning("delta") == [str(second)]
        assert again.mentioning("alph") == again.mentioning("alphaa") == again.mentioning("") == []
        assert again.including(str(second)) == [str(first)]
    third = write(tmp_path / "include/c.h", "int epsilon(void);\n")
    assert index_of([str(tmp_path / "include")]).mentioning("epsilon") == [str(third)]
    write(third, "int zeta_function(void);\n")
    assert index_of([str(tmp_path / "include")]).mentioning("zeta_function") == [str(third)]

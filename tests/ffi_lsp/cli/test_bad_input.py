"""Whatever lies in a project, a check ends, tells what it passed over, judges the rest, and keeps to its exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Check, Write

CALL = 'Deno.dlopen("libc.so.6", { abs: { parameters: ["int"], result: "i32" } });\n'
BAD_INPUTS = {
    "bytes": bytes(range(256)) * 4000,
    "bytes-with-a-call": bytes(range(256)) * 40 + CALL.encode() + bytes(range(256)) * 40,
    "no-utf-8": b"// caf\xe9 \xf0\x9f\n" + CALL.encode() + b"const x = '\xff\xfe\xc3';\n",
    "utf-16": CALL.encode("utf-16"),
    "one-line": CALL.encode().rstrip() + b"a=1;" * 100_000,
    "deep-arrays": b"Deno.dlopen('x'," + b"[" * 100_000,
    "deep-objects": b"Deno.dlopen('x'," + b"{a:" * 100_000 + b"1" + b"}" * 100_000 + b")",
    "deep-parentheses": b"x=" + b"(" * 100_000 + CALL.encode().rstrip(b";\n") + b")" * 100_000,
    "deep-calls": b"Deno.dlopen(" * 30_000,
    "deep-templates": b"Deno.dlopen(" + b"`${" * 50_000 + b"1" + b"}`" * 50_000 + b", {})",
    "deep-blocks": b"{" * 100_000 + CALL.encode() + b"}" * 100_000,
    "deep-sums": b"Deno.dlopen('a'" + b"+'a'" * 100_000 + b", {})",
    "nul": b"\0" * 100_000 + CALL.encode(),
    "empty": b"",
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_a_strange_text_is_judged_in_a_bounded_process(name: str, write: Write, command: list[str]) -> None:
    file = write("strange.ts", BAD_INPUTS[name])
    done = subprocess.run(
        ["/bin/sh", "-c", 'ulimit -v 4000000; exec "$@"', "sh", *command, file.name, "--format=json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr[-2000:]
    assert "Traceback" not in done.stderr


def test_a_long_minified_file_is_passed_over_and_told(project: Path, write: Write, check: Check) -> None:
    write("bundle.min.js", b"var a=1;" * 1_300_000 + CALL.encode())
    write("plain.min.js", b"var a=1;" * 1_300_000)
    write("a.ts", CALL)
    said = check(".", "--format=json")
    assert (said.code, said.files) == (1, ["a.ts"])
    assert said.err == "ffi-lsp: bundle.min.js: longer than 4 MiB, and passed over\n"
    assert check("bundle.min.js").code == 2


def test_modules_that_import_each_other_in_a_circle_are_judged(project: Path, write: Write, check: Check) -> None:
    write("a.ts", 'import { b } from "./b";\nexport const a = b;\nDeno.dlopen("libc.so.6", a);\n')
    write("b.ts", 'import { a } from "./a";\nexport const b = a;\nexport * from "./b";\nDeno.dlopen("libc.so.6", b);\n')
    write("self.ts", f'import * as me from "./self";\nexport const x = me.x;\n{CALL}Deno.dlopen(x, me);\n')
    assert check(".", "--format=json").files == ["self.ts"]


def test_circles_of_links_end(project: Path, write: Write, check: Check) -> None:
    write("deep/a.ts", CALL)
    (project / "deep" / "up").symlink_to(project, target_is_directory=True)
    (project / "left").symlink_to("right")
    (project / "right").symlink_to("left")
    said = check(".", "--format=json")
    assert (said.code, said.files, said.err) == (1, ["deep/a.ts"], "")
    assert check("left").code == 2


def test_a_very_deep_folder_is_searched_as_far_as_the_system_goes(project: Path, write: Write, check: Check) -> None:
    here = os.open(project, os.O_RDONLY)
    try:
        inner = here
        for _ in range(1200):
            os.mkdir("d" * 10, dir_fd=inner)
            inner, outer = os.open("d" * 10, os.O_RDONLY, dir_fd=inner), inner
            if outer != here:
                os.close(outer)
        os.close(inner)
        write("a.ts", CALL)
        said = check(".", "--format=json")
        assert said.files == ["a.ts"]
        assert said.code == 2
        assert "File name too long" in said.err
    finally:
        os.close(here)
        subprocess.run(["rm", "-rf", "d" * 10], cwd=project, check=True, timeout=60)


def test_files_that_vanish_or_turn_into_something_else_while_it_runs_are_told(
    project: Path, write: Write, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ffi_lsp.cli.checking.search import Search

    for name in ("a.ts", "b.ts", "c.ts", "d.ts"):
        write(name, CALL)
    found = Search.files

    def and_then(self: Search, paths: object) -> Iterator[Path]:
        files = list(found(self, paths))  # type: ignore[arg-type]
        Path("a.ts").unlink()
        Path("b.ts").unlink()
        os.mkfifo("b.ts")
        Path("c.ts").unlink()
        Path("c.ts").mkdir()
        yield from files

    monkeypatch.setattr(Search, "files", and_then)
    said = check(".", "--format=json")
    assert (said.code, said.files) == (2, ["d.ts"])
    assert [line.split(": ")[1] for line in said.err.splitlines()] == ["a.ts", "b.ts", "c.ts"]


def test_a_file_that_somebody_changes_while_it_is_mended_is_left_as_it_is(
    write: Write, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ffi_lsp.cli.checking import judge

    file = write("a.ts", CALL)
    mend = judge.apply_safe_fixes

    def and_then(*given: object, **more: object) -> object:
        file.write_text("// theirs\n")
        return mend(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(judge, "apply_safe_fixes", and_then)
    said = check("a.ts", "--fix")
    assert said.code == 2
    assert said.err == "ffi-lsp: a.ts: somebody changed it meanwhile; it was not mended\n"
    assert file.read_text() == "// theirs\n"


@pytest.mark.parametrize("name", ["a\nb.ts", "caf\udce9.ts", "-.ts", "a:b.ts", "[x].ts", " .ts", "\x1b[31mred.ts"])
def test_strange_names_of_files_are_reported_as_they_are(name: str, write: Write, check: Check) -> None:
    if sys.platform == "darwin" and "\udce9" in name:
        name = "cafe.ts"
    write(name, CALL)
    assert check(".", "--format=json").files == [name]
    for form in ("text", "github", "sarif"):
        said = check(".", f"--format={form}")
        assert said.code == 1
        assert "\x1b" not in said.out

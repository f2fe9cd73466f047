"""Which files a check reads: what git would, what settings leave, and nothing that only looks like a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Check, Write

SCRIPT = 'const { toupper } = Deno.dlopen("libc.so.6", { toupper: { parameters: ["int"], result: "i32" } }).symbols;\n'


def test_gitignore_counts_in_a_repository_and_nearer_files_win(project: Path, write: Write, check: Check) -> None:
    (project / ".git").mkdir()
    write(".gitignore", "dist/\n*.gen.ts\n/top.ts\n")
    write("inner/.gitignore", "!kept.gen.ts\nleft.ts\n")
    for name in ("a.ts", "b.gen.ts", "top.ts", "dist/c.ts", "inner/top.ts", "inner/kept.gen.ts", "inner/left.ts"):
        write(name)
    assert check(".", "--format=json").files == ["a.ts", "inner/kept.gen.ts", "inner/top.ts"]
    assert len(check(".", "--format=json", "--no-gitignore").files) == 7


def test_nothing_comes_back_from_a_folder_that_is_left_out(project: Path, write: Write, check: Check) -> None:
    write(".gitignore", "dist/\n")
    write("dist/.gitignore", "!*\n")
    write("dist/a.ts")
    assert check(".", "--format=json").files == []


def test_the_lists_of_the_folders_above_count_up_to_the_top_of_the_repository(
    project: Path, write: Write, check: Check
) -> None:
    (project / ".git" / "info").mkdir(parents=True)
    write(".git/info/exclude", "secret.ts\n")
    write(".gitignore", "*.gen.ts\n")
    write("deep/er/a.gen.ts")
    write("deep/er/secret.ts")
    write("deep/er/b.ts")
    (project.parent / ".gitignore").write_text("b.ts\n")
    assert check("deep/er", "--format=json").files == ["deep/er/b.ts"]


def test_a_folder_that_is_named_is_searched_even_where_it_is_ignored(project: Path, write: Write, check: Check) -> None:
    (project / ".git").mkdir()
    write(".gitignore", "dist/\n")
    write("dist/a.ts")
    assert check("dist", "--format=json").files == ["dist/a.ts"]


def test_settings_exclude_what_their_patterns_say_from_the_place_where_they_stand(
    project: Path, write: Write, check: Check
) -> None:
    write("ffi.toml", '[files]\nexclude = ["/vendor", "*.d.ts"]\n')
    for name in ("a.ts", "vendor/b.ts", "src/vendor/c.ts", "src/d.d.ts"):
        write(name)
    assert check(".", "--format=json").files == ["a.ts", "src/vendor/c.ts"]
    assert check("vendor", "--format=json").files == []
    assert check(".", "--format=json", "--no-config").files == ["a.ts", "src/d.d.ts", "src/vendor/c.ts", "vendor/b.ts"]


def test_a_file_that_is_named_is_read_unless_exclusion_is_forced(project: Path, write: Write, check: Check) -> None:
    write("ffi.toml", '[files]\nexclude = ["gen"]\n')
    write(".git/HEAD", "")
    write(".gitignore", "out.ts\n")
    names = ["gen/a.ts", "out.ts", "b.ts"]
    for name in names:
        write(name)
    assert check(*names, "--format=json").files == names
    assert check(*names, "--format=json", "--force-exclude").files == ["b.ts"]


def test_patterns_that_git_does_not_understand_are_passed_over(project: Path, write: Write, check: Check) -> None:
    write(".gitignore", b"[\n!\n\\\n\xff\xfe\n***\n/\nb.ts\n")
    write("a.ts")
    write("b.ts")
    assert "b.ts" not in check(".", "--format=json").files


def test_every_kind_of_file_that_may_hold_bindings_is_searched(project: Path, write: Write, check: Check) -> None:
    names = [f"a.{suffix}" for suffix in ("cjs", "cts", "js", "jsx", "mjs", "mts", "ts", "tsx")]
    for name in [*names, "a.json", "a.md", "a.TXT"]:
        write(name)
    write("B.TS")
    assert check(".", "--format=json").files == ["B.TS", *names]


@pytest.mark.parametrize("suffix", ["html", "vue", "svelte", "astro"])
def test_scripts_in_pages_are_searched(suffix: str, project: Path, write: Write, check: Check) -> None:
    text = f"---\n{SCRIPT}---\n<p>x</p>\n" if suffix == "astro" else f"<p>x</p>\n<script>\n{SCRIPT}</script>\n"
    write(f"page.{suffix}", text)
    (entry,) = check(".", "--format=json").found
    assert (entry["code"], entry["line"]) == ("FFI101", 2 if suffix == "astro" else 3)


def test_what_only_looks_like_a_file_is_told_and_passed_over(project: Path, write: Write, check: Check) -> None:
    os.mkfifo(project / "pipe.ts")
    (project / "circle.ts").symlink_to("circle.ts")
    (project / "gone.ts").symlink_to("nowhere.ts")
    (project / "up").symlink_to("..")
    write("folder.ts/inner.ts")
    said = check(".", "--format=json")
    assert said.code == 1
    assert said.files == ["folder.ts/inner.ts"]
    assert sorted(line.split(": ")[1] for line in said.err.splitlines()) == ["circle.ts", "gone.ts", "pipe.ts"]


def test_a_pipe_that_is_named_is_an_error_and_nobody_waits(project: Path, check: Check) -> None:
    os.mkfifo(project / "pipe.ts")
    said = check("pipe.ts")
    assert said.code == 2
    assert said.err == "ffi-lsp: pipe.ts: it is a pipe; name - to check what a program prints\n"


def test_what_may_not_be_read_is_told_and_the_rest_is_checked(
    project: Path, write: Write, check: Check, forbid: Callable[[Path], None]
) -> None:
    write("b.ts")
    forbid(write("c.ts"))
    forbid(write("closed/a.ts").parent)
    said = check(".", "--format=json")
    assert said.code == 2
    assert said.files == ["b.ts"]
    assert sorted(said.err.splitlines()) == [
        "ffi-lsp: c.ts: Permission denied",
        "ffi-lsp: closed: Permission denied",
    ]

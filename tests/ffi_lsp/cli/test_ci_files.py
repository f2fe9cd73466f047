"""What other tools read about the command says what the command does."""

from __future__ import annotations

import re
from pathlib import Path

from ffi_core.source import SUFFIXES
from ffi_lsp.cli.check import add_arguments

ROOT = Path(__file__).parents[3]
HOOK = dict(re.findall(r"^[- ] (\w+): (.+)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE))
CI = (ROOT / "docs" / "ci.md").read_text()


def options() -> set[str]:
    from argparse import ArgumentParser

    parser = ArgumentParser()
    add_arguments(parser)
    return {word for action in parser._actions for word in action.option_strings}


def test_the_hook_is_given_every_file_that_can_be_judged_and_no_other() -> None:
    wanted = re.compile(HOOK["files"])
    assert all(wanted.search(f"a/b{suffix}") for suffix in SUFFIXES)
    assert not any(wanted.search(name) for name in ("a.json", "a.tsxx", "ts", "a.ts.map", "a.cjsx", "a.mtsx"))


def test_the_hook_leaves_out_what_the_project_excludes() -> None:
    program, command, *words = HOOK["entry"].split()
    assert (program, command) == ("ffi-lsp", "check")
    assert "--force-exclude" in words
    assert set(words) <= options()


def test_the_page_speaks_of_options_that_there_are() -> None:
    spoken_of = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", CI)) - {"--yes"}
    assert spoken_of <= options() | {"--write"}


def test_the_page_names_every_suffix() -> None:
    assert set(SUFFIXES) == set(
        re.findall(r"(?<=[` \n])\.[a-z]{2,6}(?=[ `\n])", CI.split("are searched for")[1].split("`node_mod")[0])
    )

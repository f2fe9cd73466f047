"""docs/quick-run.md shows what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ffi_core.cli import main
from ffi_core.cli.bench import add_arguments

PAGE = Path(__file__).resolve().parents[3] / "docs" / "quick-run.md"
BLOCKS = re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
COMMANDS = [tuple(part.split("\n", 1)) for block in BLOCKS for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]


@pytest.mark.parametrize(("command", "printed"), COMMANDS)
def test_a_command_of_the_page_prints_what_stands_there(
    command: str, printed: str, capfd: pytest.CaptureFixture[str]
) -> None:
    program, *words = shlex.split(command)
    assert program == "ffi-core"
    main(words)
    said = capfd.readouterr()
    assert said.out + said.err == printed


def test_every_option_of_the_page_exists() -> None:
    import argparse

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = {option for action in parser._actions for option in action.option_strings} | {"--runtime"}
    assert COMMANDS
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE.read_text(encoding="utf-8"))) <= options

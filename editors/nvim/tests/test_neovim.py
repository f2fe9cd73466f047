"""The plugin in the real Neovim, headless: each spec is one claim, in a Neovim of its own with empty folders."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ffi_core.dialects import DIALECTS

HERE = Path(__file__).parent
PLUGIN = HERE.parent
EXAMPLES = PLUGIN.parent.parent / "examples"
SERVER = Path(sys.executable).with_name("ffi-lsp")
SECONDS = 120


def run(neovim: Path, home: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Neovim with folders of its own, so that no configuration of the machine is read and none is written."""
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    environment = {**os.environ, **folders, "HOME": str(home), **extra}
    return subprocess.run(
        [str(neovim), "--headless", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The examples, copied, since specs edit and save them."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "workspace"))


@pytest.mark.parametrize("spec", sorted(path.stem for path in (HERE / "specs").glob("*.lua")))
def test_in_neovim(spec: str, neovim: Path, workspace: Path, tmp_path: Path) -> None:
    done = run(
        neovim,
        tmp_path / "home",
        *("--clean", "-l", str(HERE / "run.lua"), str(HERE / "specs" / f"{spec}.lua")),
        WORKSPACE=str(workspace),
        SERVER=str(SERVER),
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_older_neovim_is_told_what_is_needed_and_nothing_is_set_up(old_neovim: Path, tmp_path: Path) -> None:
    done = run(
        old_neovim,
        tmp_path,
        *("-u", "NONE", "--cmd", f"set runtimepath^={PLUGIN}", "-c", "runtime plugin/ffi_lsp.lua"),
        *("-c", "echo exists(':FfiRun')", "-c", "quit"),
    )
    words = re.sub(r"\s+", " ", done.stdout + done.stderr)
    assert "this plugin needs Neovim 0.11 or newer" in words
    assert words.strip().endswith("0")


def test_it_looks_for_the_same_words_as_the_server_before_it_starts_one() -> None:
    listed = re.search(r"ENTRY_POINTS = \{(.*?)\n\}", (PLUGIN / "lua/ffi_lsp/activation.lua").read_text(), re.DOTALL)
    assert listed is not None
    groups = {tuple(re.findall(r'"([^"]+)"', line)) for line in listed[1].splitlines() if line.strip()}
    assert groups == {
        tuple(word.decode() for word in words) for dialect in DIALECTS.values() for words in dialect.entry_points
    }


def test_the_help_has_a_tag_for_each_command_and_each_setting() -> None:
    plugin = (PLUGIN / "plugin/ffi_lsp.lua").read_text()
    commands = re.findall(r'command\("(\w+)"', plugin)
    settings = re.findall(
        r'(?:wants\(|"ffi_lsp", )"(\w+)"', "".join(path.read_text() for path in (PLUGIN / "lua/ffi_lsp").glob("*.lua"))
    )
    text = (PLUGIN / "doc/ffi_lsp.txt").read_text()
    assert commands
    assert settings
    assert [name for name in commands if f"*:{name}*" not in text] == []
    assert [name for name in settings if f"*g:ffi_lsp.{name}*" not in text] == []


def test_the_lua_is_formatted(stylua: Path) -> None:
    done = subprocess.run([str(stylua), "--check", str(PLUGIN)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

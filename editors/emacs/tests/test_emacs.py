"""The server in a real Emacs with eglot and lsp-mode, set up by the snippets of the page that people read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SERVER = Path(sys.executable).with_name("ffi-lsp")

EXTRA = """
const { sqlite3_libversion_number } = Porffor.dlopen("libsqlite3.so.0", {
  sqlite3_libversion_number: { parameters: [], result: "i32" },
});
"""


@pytest.mark.parametrize("client", ["eglot", "lsp_mode"])
def test_the_client_shows_completes_mends_and_runs(client: str, tmp_path: Path) -> None:
    emacs = shutil.which("emacs")
    if emacs is None:
        pytest.fail("no emacs on PATH; scripts/install_editors.py installs it as root")
    # Emacs 28 has a mode for .js, none for .ts.
    text = (ROOT / "examples/mistakes.porf.ts").read_text(encoding="utf-8").partition("const versionOf")[0]
    (tmp_path / "mistakes.js").write_text(text + EXTRA, encoding="utf-8")
    environment = {
        **os.environ,
        "HOME": str(tmp_path / "home"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "WORKSPACE": str(tmp_path),
        "README": str(HERE.parent / "README.md"),
        "PATH": f"{SERVER.parent}{os.pathsep}{os.environ['PATH']}",
    }
    (tmp_path / "home").mkdir()
    done = subprocess.run(
        [emacs, "-Q", "--batch", "-L", str(HERE), "-l", str(HERE / f"{client}_session.el")],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "ok the server has ended"

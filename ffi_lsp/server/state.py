"""What the server keeps between sessions: small JSON files in the folder that the system has for a person's state.

Files that cannot be read count as empty and files that cannot be written are logged: no run fails for their sake.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

_LARGEST = 64 << 20
_log = logging.getLogger(__name__)


def state_folder() -> Path:
    """``$XDG_STATE_HOME/ffi-lsp``, by default below ``~/.local/state`` (XDG Base Directory Specification); on macOS
    ``~/Library/Application Support/ffi-lsp``, on Windows ``%LOCALAPPDATA%\\ffi-lsp``. It need not exist."""
    # The specification says to ignore a relative path.
    chosen = os.environ.get("XDG_STATE_HOME")
    if chosen and Path(chosen).is_absolute():
        return Path(chosen) / "ffi-lsp"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "ffi-lsp"
    local = os.environ.get("LOCALAPPDATA")
    if sys.platform == "win32" and local:
        return Path(local) / "ffi-lsp"
    return Path.home() / ".local" / "state" / "ffi-lsp"


def short_name(text: str) -> str:
    """A name for a file that stands for any text, always the same one."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def read_object(file: Path) -> dict[str, Any]:
    """The JSON object in a file; an empty one where there is none that can be read."""
    try:
        if file.stat().st_size > _LARGEST:
            raise ValueError(f"more than {_LARGEST >> 20} MiB")
        value = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s counts as empty: %s", file, error)
        return {}
    return value if isinstance(value, dict) else {}


def write_text(file: Path, text: str) -> bool:
    """Put a text in place of a file at once, so that nobody ever reads half of it; whether that could be done.

    The file and its folders are the person's alone.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name[:40]}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="\n") as stream:
                stream.write(text)
            Path(name).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        _log.warning("%s could not be written: %s", file, error)
        return False
    return True


def write_object(file: Path, value: dict[str, Any]) -> bool:
    """`write_text` for a JSON object."""
    return write_text(file, json.dumps(value, ensure_ascii=True, indent=1))

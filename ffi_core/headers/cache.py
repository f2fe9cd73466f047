"""What was read from headers, kept on disk: a name is found without parsing, until one of the files read has changed.

The folder is the user's cache (XDG), never the tree. Where it cannot be written there is no cache; what is damaged in
it is as good as missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ffi_core.headers.codec import VERSION, CodecError, decode
from ffi_core.headers.request import Stamp
from ffi_core.model import Prototype

_MOST_ENTRIES = 400
_MAGIC = b"ffi-headers\n"


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/ffi-lsp/headers``, or the same under ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification: a relative path is to be ignored.
    root = Path(base) if Path(base).is_absolute() else Path("~/.cache").expanduser()
    return root / "ffi-lsp" / "headers"


class PrototypeTable(Mapping[str, Prototype]):
    """Prototypes by name, each decoded when it is asked for.

    Parameters
    ----------
    rows: what `encode` made of each, as JSON text, by name.
    parser: who read them.
    complaints: what the compiler objected to.
    files: every file that was read for them.
    """

    def __init__(
        self, rows: dict[str, str], parser: str, complaints: tuple[str, ...] = (), files: Sequence[str] = ()
    ) -> None:
        self._rows, self._decoded = rows, dict[str, Prototype]()
        self.parser, self.complaints, self.files = parser, complaints, files

    def __getitem__(self, name: str) -> Prototype:
        if name not in self._decoded:
            self._decoded[name] = decode(json.loads(self._rows[name]))
        return self._decoded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def rows(self) -> Iterable[tuple[str, str]]:
        """Each name with its row as it is written."""
        return self._rows.items()


def table_of(answer: Mapping[str, Any]) -> PrototypeTable:
    """The table in a worker's answer."""
    rows = {row[0]: json.dumps(row, separators=(",", ":")) for row in answer["prototypes"]}
    return PrototypeTable(rows, answer["parser"], tuple(answer["complaints"]), [stamp[0] for stamp in answer["stamps"]])


def key_of(*parts: object) -> str:
    """The name of an entry: a digest of all that decides what is in it."""
    text = json.dumps([VERSION, *parts], default=str)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def load(key: str) -> PrototypeTable | None:
    """The entry of that name; None where there is none, it is damaged, or a file it was read from has changed."""
    try:
        data = (cache_folder() / key).read_bytes()
    except OSError:
        return None
    magic, checksum, body = data[: len(_MAGIC)], data[len(_MAGIC) : len(_MAGIC) + 8], data[len(_MAGIC) + 8 :]
    if magic != _MAGIC or checksum != b"%08x" % zlib.crc32(body):
        return None
    try:
        head, *lines = body.decode().split("\n")
        facts = json.loads(head)
        if not all(is_fresh(Stamp(*stamp)) for stamp in facts["stamps"]):
            return None
        rows = dict(line.split("\t", 1) for line in lines if line)
        files = [stamp[0] for stamp in facts["stamps"]]
        return PrototypeTable(rows, facts["parser"], tuple(facts["complaints"]), files)
    except (ValueError, KeyError, TypeError, CodecError):
        return None


def save(key: str, table: PrototypeTable, stamps: list[Stamp]) -> None:
    """Keep a table. Where that cannot be done, nothing is kept."""
    facts = {
        "stamps": [[stamp.path, stamp.size, stamp.modified_ns] for stamp in stamps],
        "parser": table.parser,
        "complaints": table.complaints,
    }
    head = json.dumps(facts, separators=(",", ":"))
    body = "\n".join([head, *(f"{name}\t{row}" for name, row in table.rows())]).encode("utf-8", "surrogatepass")
    write_atomically(cache_folder() / key, _MAGIC + b"%08x" % zlib.crc32(body) + body)
    _prune()


def write_atomically(path: Path, data: bytes) -> bool:
    """Write a file of the cache, so that nobody ever reads half of it; False where it cannot be written."""
    import tempfile

    name = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        if name is not None:
            with suppress(OSError):
                Path(name).unlink()
        return False
    return True


def stamp_of(path: str) -> Stamp | None:
    """A file as it is now; None where it is not there."""
    try:
        status = os.stat(path)  # noqa: PTH116  (asked of every header that was read; a Path takes longer than the question)
    except OSError:
        return None
    return Stamp(path, status.st_size, status.st_mtime_ns)


def is_fresh(stamp: Stamp) -> bool:
    """Whether a file is still as it was."""
    return stamp_of(stamp.path) == stamp


def _prune() -> None:
    """Keep the newest entries, so that the folder does not grow for ever."""
    with suppress(OSError):
        entries = [entry for entry in os.scandir(cache_folder()) if entry.is_file()]
        if len(entries) > _MOST_ENTRIES:
            entries.sort(key=lambda entry: entry.stat().st_mtime)
            for entry in entries[: len(entries) - _MOST_ENTRIES]:
                Path(entry.path).unlink()

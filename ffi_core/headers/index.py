"""An index from identifier to the headers that mention it, kept on disk and searched there without being loaded whole.

It says where a declaration may be, not what it is: a header that is named is then parsed.
"""

from __future__ import annotations

import bisect
import json
import mmap
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from ffi_core.headers import cache
from ffi_core.headers.request import HeaderError, HeaderFailure

Progress = Callable[[int, int], None]
"""Called with how many headers were read, and how many there are."""

_IDENTIFIER = re.compile(rb"\b[A-Za-z_]\w++(?=\s*+(?:[(,)]|OF\b))")
_INCLUDE = re.compile(rb'^\s*#\s*include\s*[<"]([^>"\n]+)', re.MULTILINE)
_MAGIC, _END = b"ffi-index 1\n", b"end of index"
_MOST_HEADERS = 50_000
_MOST_BYTES = 8 << 20
_MOST_WATCHED = 1000
"""So many headers are looked at one by one; of more, only the directories are, since those are a system's."""
_DEEPEST = 12
_SKIPPED = {"c++", ".git", "node_modules"}


class HeaderIndex:
    """Which header mentions a name, and which headers include another.

    Parameters
    ----------
    headers: absolute paths, by number.
    data: holds the sorted lines of the index: a name, a tab, and the numbers of headers.
    start, end: where in `data` the lines stand.
    includes: for each header, the names that it includes, as written.
    """

    def __init__(
        self,
        headers: Sequence[str],
        data: mmap.mmap | bytes,
        start: int,
        end: int,
        includes: Sequence[Sequence[str]],
    ) -> None:
        self.headers, self.includes = headers, includes
        self._lines = _Lines(data, start, end)

    def mentioning(self, name: str) -> list[str]:
        """The headers in which a name stands, in the order of the index."""
        wanted = name.encode("utf-8", "surrogatepass")
        line = self._lines.line_at(bisect.bisect_left(self._lines, wanted))
        word, _, numbers = line.partition(b"\t")
        return [self.headers[int(number)] for number in numbers.split()] if word == wanted else []

    @cached_property
    def _included(self) -> Mapping[str, Sequence[str]]:
        """For each header those of the index that it includes itself, by the end of their paths."""
        by_name: dict[str, list[str]] = {}
        for header in self.headers:
            by_name.setdefault(header.rpartition("/")[2], []).append(header)
        return {
            header: [
                other
                for name in names
                for other in by_name.get(name.rpartition("/")[2], ())
                if other == name or other.endswith(f"/{name}")
            ]
            for header, names in zip(self.headers, self.includes, strict=True)
        }

    @cached_property
    def reached(self) -> Mapping[str, frozenset[str]]:
        """For each header itself and those that it includes, however deep."""
        found = {}
        for header in self.headers:
            reached, waiting = {header}, [header]
            while waiting:
                new = [inner for inner in self._included[waiting.pop()] if inner not in reached]
                reached.update(new)
                waiting.extend(new)
            found[header] = frozenset(reached)
        return found

    def including(self, header: str) -> list[str]:
        """The headers that include another, by the end of its path."""
        return [
            self.headers[number]
            for number, names in enumerate(self.includes)
            if any(header == name or header.endswith(f"/{name}") for name in names)
        ]


class _Lines:
    """The sorted lines as something to bisect: item N is the name in the first line that starts at byte N or later."""

    def __init__(self, data: mmap.mmap | bytes, start: int, end: int) -> None:
        self._data, self._start, self._end = data, start, end

    def __len__(self) -> int:
        return self._end - self._start

    def __getitem__(self, position: int) -> bytes:
        return self.line_at(position).partition(b"\t")[0]

    def line_at(self, position: int) -> bytes:
        """The first line that starts at a byte or later; one that sorts behind all names where there is none."""
        start = self._start
        if position:
            start = self._data.find(b"\n", start + position - 1, self._end) + 1
        end = self._data.find(b"\n", start, self._end)
        return bytes(self._data[start:end]) if start and end >= 0 else b"\xff"


def index_of(
    places: Sequence[str], *, cancel: threading.Event | None = None, progress: Progress | None = None
) -> HeaderIndex:
    """The index of some directories and headers: from disk where it is fresh, else built and kept there.

    Parameters
    ----------
    places: directories, whose headers are found, and headers.
    cancel: set by another thread to end the building.
    progress: called now and then while it is built.

    Raises
    ------
    HeaderError: it was cancelled.
    """
    key = f"index-{cache.key_of('index', tuple(places))}"
    found = _load(cache.cache_folder() / key)
    if found is not None:
        return found
    headers, folders = _headers_in(places)
    words: dict[bytes, list[int]] = {}
    includes: list[list[str]] = []
    for number, header in enumerate(headers):
        if cancel is not None and cancel.is_set():
            raise HeaderError("the index of headers", HeaderFailure.CANCELLED, "cancelled")
        if progress is not None and number % 50 == 0:
            progress(number, len(headers))
        text = _read(header)
        for word in set(_IDENTIFIER.findall(text)):
            words.setdefault(word, []).append(number)
        includes.append([name.decode("utf-8", "replace") for name in _INCLUDE.findall(text)])
    if progress is not None:
        progress(len(headers), len(headers))
    body = b"".join(b"%s\t%s\n" % (word, b" ".join(b"%d" % n for n in words[word])) for word in sorted(words))
    if len(headers) <= _MOST_WATCHED:
        folders += [(header, _modified(header)) for header in headers]
    facts = {"headers": headers, "includes": includes, "stamps": folders}
    head = json.dumps(facts, separators=(",", ":")).encode("utf-8", "surrogateescape")
    cache.write_atomically(cache.cache_folder() / key, _MAGIC + head + b"\n" + body + _END)
    return HeaderIndex(headers, b"\n" + body, 1, 1 + len(body), includes)


def _load(path: Path) -> HeaderIndex | None:
    """The index in a file; None where it is missing, damaged, or one of its directories has changed."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    head = data.find(b"\n", len(_MAGIC))
    if data[: len(_MAGIC)] != _MAGIC or data[-len(_END) :] != _END or head < 0:
        return None
    try:
        facts = json.loads(data[len(_MAGIC) : head].decode("utf-8", "surrogateescape"))
        if any(_modified(place) != modified for place, modified in facts["stamps"]):
            return None
        return HeaderIndex(facts["headers"], data, head + 1, len(data) - len(_END), facts["includes"])
    except (ValueError, KeyError, TypeError):
        return None


def _headers_in(places: Sequence[str]) -> tuple[list[str], list[tuple[str, int]]]:
    headers: dict[str, None] = {}
    folders: dict[str, int] = {}
    for place in places:
        if Path(place).is_dir():
            for folder, names in _walk(place):
                folders[folder] = _modified(folder)
                for name in names:
                    if len(headers) < _MOST_HEADERS:
                        headers[f"{folder}/{name}"] = None
        else:
            headers[place] = None
            folders.setdefault(str(Path(place).parent), _modified(str(Path(place).parent)))
    return list(headers), list(folders.items())


def _walk(root: str) -> Iterator[tuple[str, list[str]]]:
    for folder, inner, names in os.walk(root):
        deep = folder.count("/") - root.count("/") >= _DEEPEST
        inner[:] = [] if deep else sorted(name for name in inner if name not in _SKIPPED)
        yield folder, sorted(name for name in names if name.endswith(".h"))


def _modified(folder: str) -> int:
    try:
        return Path(folder).stat().st_mtime_ns
    except OSError:
        return 0


def _read(path: str) -> bytes:
    try:
        if not Path(path).is_file():  # a FIFO would wait for ever
            return b""
        with Path(path).open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""

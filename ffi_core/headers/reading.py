"""Headers to prototypes: from memory, from the cache on disk, or by a worker; libclang where it is installed.

The prototypes of a set of headers are read once, and again when one of the files changes.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Sequence
from functools import lru_cache

from ffi_core.headers import cache, clang, process
from ffi_core.headers.abi import LibraryFile, host_abi
from ffi_core.headers.cache import PrototypeTable
from ffi_core.headers.request import HeaderError, HeaderFailure, HeaderRequest, Parser, Stamp

_DEBUG_FILES = "/usr/lib/debug/.build-id"


def available_parsers() -> tuple[Parser, ...]:
    """The parsers that this machine has, best first. It asks for them and loads none."""
    found = [Parser.LIBCLANG] if clang.is_installed() else []
    if compiler() is not None:
        found.append(Parser.PYCPARSER)
    return tuple(found)


def compiler() -> str | None:
    """The C compiler whose preprocessor pycparser needs, or None."""
    named = os.environ.get("CC", "").split()
    return shutil.which(named[0]) if named else shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def read_headers(
    request: HeaderRequest,
    *,
    parser: Parser | None = None,
    timeout: float = process.TIMEOUT,
    cancel: threading.Event | None = None,
    worker: process.Worker | None = None,
) -> PrototypeTable:
    """Everything that some headers declare.

    Parameters
    ----------
    request: the headers, directories and macros.
    parser: which parser; the best one there is by default, and the other where that one cannot be loaded.
    timeout: seconds for one parse.
    cancel: set by another thread to end it.
    worker: the process that reads; one for this task alone if None.

    Returns
    -------
    The prototypes by name. What the compiler objected to is in its `complaints`.

    Raises
    ------
    HeaderError: nothing could be read.
    """
    trouble = request.problem()
    if trouble is not None:
        raise HeaderError("the headers asked for", HeaderFailure.BAD_REQUEST, trouble)
    parsers = (parser,) if parser is not None else available_parsers()
    failure = HeaderError(
        " ".join(request.headers),
        HeaderFailure.NO_PARSER,
        "nothing here reads C headers: install the extra `headers` (pip install 'ffi-lsp[headers]'), or a C compiler",
    )
    for candidate in parsers:
        try:
            return _read_by(candidate, request, timeout, cancel, worker)
        except HeaderError as error:
            if error.reason is not HeaderFailure.NO_PARSER:
                raise
            failure = error
    raise failure


def _read_by(
    parser: Parser,
    request: HeaderRequest,
    timeout: float,
    cancel: threading.Event | None,
    worker: process.Worker | None,
) -> PrototypeTable:
    how = (request.headers, request.include_dirs, request.defines, process.paths_of_environment())
    key = cache.key_of(parser, _version_of(parser), host_abi().name, *how)
    table = cache.load(key)
    if table is None:
        task = {
            "what": "headers",
            "parser": parser,
            "headers": request.headers,
            "include_dirs": request.include_dirs,
            "defines": request.defines,
        }
        answer = process.ask_worker(task, timeout, cancel, worker)
        table = cache.table_of(answer)
        # A header that appears in a directory searched earlier changes that directory.
        stamps = [Stamp(*stamp) for stamp in answer["stamps"]]
        stamps += filter(None, (cache.stamp_of(directory) for directory in request.include_dirs))
        cache.save(key, table, stamps)
    return table


def read_debug_information(
    library: LibraryFile,
    names: Sequence[str],
    *,
    timeout: float = process.TIMEOUT,
    cancel: threading.Event | None = None,
) -> PrototypeTable:
    """The prototypes of some functions of an ELF library, from its debug information.

    Parameters
    ----------
    library: the library.
    names: the functions.
    timeout: seconds.
    cancel: set by another thread to end it.

    Raises
    ------
    HeaderError: there is none, or it could not be read.
    """
    # Where packages with debug information are installed, those of a library may arrive later.
    stamps = [cache.stamp_of(str(library.path)), cache.stamp_of(_DEBUG_FILES)]
    key = cache.key_of(Parser.DWARF, _version_of(Parser.DWARF), stamps, list(names))
    table = cache.load(key)
    if table is not None:
        return table
    target = (library.format, library.architecture, library.bits)
    task = {"what": "dwarf", "library": str(library.path), "names": list(names), "target": target}
    try:
        answer = process.ask_worker(task, timeout, cancel)
    except HeaderError as error:
        if error.reason is HeaderFailure.NOT_FOUND:
            cache.save(key, PrototypeTable({}, Parser.DWARF), list(filter(None, stamps)))
        raise
    table = cache.table_of(answer)
    cache.save(key, table, [Stamp(*stamp) for stamp in answer["stamps"]])
    return table


@lru_cache(maxsize=4)
def _version_of(parser: Parser) -> str:
    """What decides how it reads, besides the headers: its own version and this project's."""
    from importlib.metadata import PackageNotFoundError, version

    names = {Parser.LIBCLANG: ("libclang-ng", "libclang", "clang"), Parser.DWARF: ("pyelftools",)}
    for name in names.get(parser, ("pycparser",)):
        try:
            return f"{name} {version(name)}, {version('ffi-lsp')}"
        except PackageNotFoundError:
            continue
    return ""

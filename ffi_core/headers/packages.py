"""Which headers come with a library, as the system's package metadata tell: dpkg's file lists and pkg-config files.

Files are read; neither dpkg nor pkg-config is run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from ffi_core.headers.abi import LibraryFile

DPKG_LISTS = Path("/var/lib/dpkg/info")
"""Where dpkg keeps one ``.list`` of files for each package."""
_PKG_CONFIG_FOLDERS = ("/usr/local/lib/pkgconfig", "/usr/lib/pkgconfig", "/usr/share/pkgconfig", "/usr/lib64/pkgconfig")
_LIBRARY_NAME = re.compile(r"lib((.+?)(?:-\d[\d.]*)?)\.(?:so|dylib)(?:\.[\d.]+)?$")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_MOST_PC_FILES = 5000


def package_headers(library: LibraryFile, lists: Path = DPKG_LISTS) -> tuple[str, ...]:
    """The headers of the package that owns the library's development symlink (``libsqlite3.so``), as dpkg lists them.

    Parameters
    ----------
    library: the library.
    lists: the directory of dpkg's file lists.

    Returns
    -------
    Absolute paths, in the package's order; empty where there is no such package.
    """
    try:
        modified = lists.stat().st_mtime_ns
    except OSError:
        return ()
    return _headers_beside(tuple(_development_links(library)), str(lists), modified)


@lru_cache(maxsize=64)
def _headers_beside(links: tuple[str, ...], lists: str, _modified_ns: int) -> tuple[str, ...]:
    wanted = [f"\n{link}\n".encode() for link in links]
    # Debian's rule is that headers come in a package named -dev; of hundreds, those are looked through first.
    listed = (name for name in os.listdir(lists) if name.endswith(".list"))  # noqa: PTH208  (a Path for each is slow)
    names = sorted(listed, key=_is_not_for_development)
    for name in names:
        try:
            data = b"\n" + Path(lists, name).read_bytes()
        except OSError:
            continue
        if any(link in data for link in wanted):
            lines = data.decode("utf-8", "replace").splitlines()
            headers = tuple(line for line in lines if line.endswith(".h"))
            if headers:
                return headers
    return ()


def _is_not_for_development(name: str) -> tuple[bool, str]:
    return "-dev" not in name, name


def _development_links(library: LibraryFile) -> Iterator[str]:
    """``/usr/lib/x86_64-linux-gnu/libz.so`` for ``/lib/x86_64-linux-gnu/libz.so.1``."""
    names = dict.fromkeys(filter(None, (library.soname, library.path.name, library.path.resolve().name)))
    folders = dict.fromkeys((str(library.path.parent), str(library.path.resolve().parent)))
    for name in names:
        stem, so, _ = str(name).partition(".so")
        if so:
            for folder in folders:
                yield f"{folder}/{stem}.so"
                # Where /lib is a link to /usr/lib, the lists may name either.
                yield (
                    f"{folder.removeprefix('/usr')}/{stem}.so"
                    if folder.startswith("/usr/")
                    else f"/usr{folder}/{stem}.so"
                )


def pkg_config_directories(library: LibraryFile) -> tuple[str, ...]:
    """The include directories that the library's pkg-config file gives; empty where it has none."""
    match = _LIBRARY_NAME.match(library.soname or library.path.name)
    if match is None:
        return ()
    # The linker's name keeps the version in `libglib-2.0.so.0`, and lacks it in `libfoo-1.2.so`.
    flags = frozenset({f"-l{match.group(1)}", f"-l{match.group(2)}"})
    for path in _pkg_config_files(library):
        found = _include_directories(path, flags)
        if found:
            return found
    return ()


def _pkg_config_files(library: LibraryFile) -> Iterator[Path]:
    folder = library.path.parent
    own = [*os.environ.get("PKG_CONFIG_PATH", "").split(os.pathsep), str(folder / "pkgconfig")]
    seen = 0
    for directory in dict.fromkeys((*filter(None, own), str(folder.parent / "share/pkgconfig"), *_PKG_CONFIG_FOLDERS)):
        try:
            entries = sorted(entry.path for entry in os.scandir(directory) if entry.name.endswith(".pc"))
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > _MOST_PC_FILES:
                return
            yield Path(entry)


def _include_directories(path: Path, flags: frozenset[str]) -> tuple[str, ...]:
    """The directories in a ``.pc`` file whose ``Libs`` name the library (pkg-config(1), "Metadata file syntax")."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    if not any(flag in text for flag in flags):
        return ()
    variables, fields = {"pcfiledir": str(path.parent)}, {}
    for line in text.splitlines():
        name, sign, value = re.split(r"([=:])", f"{line}=", maxsplit=1)
        value = _VARIABLE.sub(lambda match: variables.get(match.group(1), ""), value.removesuffix("=").strip())
        if sign == "=":
            variables[name.strip()] = value
        else:
            fields[name.strip()] = value
    if not flags & set(fields.get("Libs", "").split()):
        return ()
    words = fields.get("Cflags", "").split()
    named = [word.removeprefix("-I") for word in words if word.startswith("-I")]
    directories = [*named, variables.get("includedir", "")]
    return tuple(dict.fromkeys(entry for entry in directories if entry.startswith("/")))

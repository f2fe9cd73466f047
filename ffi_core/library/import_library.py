"""Import libraries (``.lib``): archives that list what a DLL exports, for the linker; read as that DLL's exports.

Only short import objects are read, which Microsoft's and LLVM's tools write ("PE Format", section "Import Library
Format"). An archive without any is an ordinary static one.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from ffi_core.library.image import Image
from ffi_core.library.library import Library
from ffi_core.library.listed import ListedExports
from ffi_core.library.pe import MACHINES
from ffi_core.model import Symbol, SymbolKind

MAGIC = b"!<arch>\n"

_MEMBER_HEADER = 60
_IMPORT = Struct("<HHHHIIHH")
_CODE, _BY_NUMBER, _PLAIN, _NO_PREFIX, _UNDECORATED = 0, 0, 1, 2, 3
_MOST_MEMBERS = 1 << 17
_LARGEST_IMPORT = 1 << 13
# Indices and three descriptors stand before the first import; a static archive may go on for thousands.
_MOST_OTHERS = 16


def read_import_library(image: Image) -> Library | None:
    """Read an import library; None where the archive is an ordinary static one.

    Raises
    ------
    LibraryLoadError: DAMAGED where the archive contradicts itself.
    """
    symbols: list[Symbol] = []
    machine, library, others = 0, "", 0
    for offset, size in _members(image):
        if size < _IMPORT.size:
            continue
        data = image.read(offset, min(size, _LARGEST_IMPORT), "a member of the archive")
        first, second, _, its_machine, _, _, number, flags = _IMPORT.unpack_from(data)
        if (first, second) != (0, 0xFFFF):
            others += 1
            if others > _MOST_OTHERS and not symbols:
                return None
            continue
        name, _, rest = data[_IMPORT.size :].partition(b"\0")
        machine, library = its_machine, rest.partition(b"\0")[0].decode(errors="backslashreplace")
        symbols.append(_symbol(name, number, flags))
    if not symbols:
        return None
    architecture = MACHINES.get(machine, f"machine-{machine}")
    return Library(
        path=image.path,
        format="pe",
        architecture=architecture,
        bits=64 if architecture.endswith("64") else 32,
        soname=library,
        needed=(),
        rpath=(),
        runpath=(),
        build_id=None,
        exports=ListedExports(tuple(symbols)),
    )


def _symbol(name: bytes, number: int, flags: int) -> Symbol:
    kind = SymbolKind.FUNCTION if flags & 3 == _CODE else SymbolKind.DATA
    spelling = flags >> 2 & 7
    if spelling == _BY_NUMBER:
        return Symbol(f"#{number}", kind, default=False)
    if spelling in (_NO_PREFIX, _UNDECORATED) and name[:1] in (b"?", b"@", b"_"):
        name = name[1:]
    if spelling == _UNDECORATED:
        name = name.partition(b"@")[0]
    return Symbol(name.decode(errors="backslashreplace"), kind)


def _members(image: Image) -> Iterator[tuple[int, int]]:
    """Offset and size of each member's contents."""
    at = len(MAGIC)
    for _ in range(_MOST_MEMBERS):
        header = image.read_up_to(at, _MEMBER_HEADER)
        if len(header) < _MEMBER_HEADER:
            return
        size = header[48:58].strip()
        if header[58:60] != b"`\n" or not size.isdigit():
            raise image.damaged(f"the archive has no member where one should be, at {at:#x}")
        yield at + _MEMBER_HEADER, int(size)
        at += _MEMBER_HEADER + int(size) + int(size) % 2
    raise image.damaged(f"the archive has more than {_MOST_MEMBERS} members")

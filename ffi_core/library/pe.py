"""Windows libraries: the headers of a PE file that is a DLL. Symbols are `pe_exports`' part.

Facts are from Microsoft's "PE Format" (https://learn.microsoft.com/windows/win32/debug/pe-format).
"""

from __future__ import annotations

from struct import Struct
from types import MappingProxyType

from ffi_core.errors import LibraryLoadError, LoadFailure
from ffi_core.library.image import Image
from ffi_core.library.library import Library
from ffi_core.library.pe_exports import PeExports, imported_libraries, read_export_directory
from ffi_core.library.pe_layout import PeLayout, read_layout

MACHINES = MappingProxyType(
    {
        0x14C: "x86",
        0x1C0: "arm",
        0x1C4: "arm",
        0x5032: "riscv32",
        0x5064: "riscv64",
        0x6264: "loongarch64",
        0x8664: "x86_64",
        0xA641: "aarch64",
        0xAA64: "aarch64",
    }
)
"""IMAGE_FILE_MACHINE numbers; 0xA641 is ARM64EC, which is loaded as AArch64."""

_FILE_IS_DLL = 0x2000
_DEBUG, _DEBUG_IS_CODEVIEW = 6, 2
_DEBUG_ENTRY = Struct("<IIHHIIII")


def read_pe(image: Image) -> Library:
    """Read a Windows library.

    Raises
    ------
    LibraryLoadError: NOT_A_LIBRARY for a program or an MS-DOS file; DAMAGED where the contents contradict themselves.
    """
    (header_at,) = Struct("<I").unpack(image.read(0x3C, 4, "the MS-DOS header"))
    if image.read_up_to(header_at, 4) != b"PE\0\0":
        raise LibraryLoadError(str(image.path), LoadFailure.NOT_A_LIBRARY, "a program for MS-DOS, not a library")
    coff = Struct("<HHIIIHH")
    machine, section_count, _, _, _, optional_size, flags = coff.unpack(
        image.read(header_at + 4, coff.size, "the COFF header")
    )
    if not flags & _FILE_IS_DLL:
        raise LibraryLoadError(str(image.path), LoadFailure.NOT_A_LIBRARY, "this is a program for Windows, not a DLL")
    layout = read_layout(image, header_at + 4 + coff.size, optional_size, section_count)
    directory = read_export_directory(image, layout)
    return Library(
        path=image.path,
        format="pe",
        architecture=MACHINES.get(machine, f"machine-{machine}"),
        bits=layout.bits,
        soname=directory.library if directory else None,
        needed=tuple(library for library, _ in imported_libraries(image, layout)),
        rpath=(),
        runpath=(),
        build_id=_read_build_id(image, layout),
        exports=PeExports(image.path, image.stamp, layout, directory),
    )


def _read_build_id(image: Image, layout: PeLayout) -> str | None:
    """The GUID and age of the program database, as a symbol server spells them."""
    address, size = layout.directory(_DEBUG)
    for index in range(min(size // _DEBUG_ENTRY.size, 16) if address else 0):
        row = layout.read(image, address + index * _DEBUG_ENTRY.size, _DEBUG_ENTRY.size, "the debug directory")
        _, _, _, _, kind, _, _, offset = _DEBUG_ENTRY.unpack(row)
        record = image.read_up_to(offset, 24)
        if kind == _DEBUG_IS_CODEVIEW and record[:4] == b"RSDS" and len(record) == 24:
            first, second, third = Struct("<IHH").unpack_from(record, 4)
            age = int.from_bytes(record[20:24], "little")
            return f"{first:08x}{second:04x}{third:04x}{record[12:20].hex()}{age:x}"
    return None

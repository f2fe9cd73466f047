"""ELF files of any class, byte order and machine: header, segments, dynamic section; symbols are `elf_symbols`' part.

Everything is found through the program headers, as the loader finds it, so stripped files read the same. Facts are
from the System V gABI (https://gabi.xinuos.com/) and glibc's elf.h.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from ffi_core.errors import LibraryLoadError, LoadFailure
from ffi_core.library.elf_header import EM_ALPHA, EM_S390, ElfHeader, read_header
from ffi_core.library.elf_symbols import ElfExports
from ffi_core.library.elf_tables import SymbolTables
from ffi_core.library.image import Image
from ffi_core.library.library import Library

_ET_REL, _ET_EXEC, _ET_DYN, _ET_CORE = 1, 2, 3, 4
_PT_LOAD, _PT_DYNAMIC, _PT_NOTE = 1, 2, 4
_PF_X = 1
_DT_NEEDED, _DT_HASH, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ, _DT_SONAME, _DT_RPATH = 1, 4, 5, 6, 10, 14, 15
_DT_RUNPATH, _DT_GNU_HASH, _DT_VERSYM, _DT_FLAGS_1 = 29, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFB
_DT_VERDEF, _DT_VERDEFNUM = 0x6FFFFFFC, 0x6FFFFFFD
_DF_1_PIE = 0x08000000
_NT_GNU_BUILD_ID = 3

# A file may claim any number; a real one stays far below these.
_MOST_SEGMENTS = 4096
_MOST_DYNAMIC_ENTRIES = 65536
_LONGEST_NOTES = 65536
_LONGEST_STRING = 4096
_MOST_NEEDED = 4096


Piece = tuple[int, int]
"""Offset and size in bytes of a piece of the file."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the file that is loaded: `size` bytes of the file from `offset`, seen in memory at `address`."""

    offset: int
    address: int
    size: int
    memory_size: int
    executable: bool


@dataclass(frozen=True, slots=True)
class AddressMap:
    """Where the loader would put the file's bytes."""

    segments: tuple[Segment, ...]

    def offset(self, image: Image, address: int, what: str) -> int:
        """The file offset of an address; LibraryLoadError (DAMAGED) where no byte of the file is loaded there."""
        for segment in self.segments:
            if segment.address <= address < segment.address + segment.size:
                return address - segment.address + segment.offset
        raise image.damaged(f"{what} is said to be at address {address:#x}, where nothing is loaded")

    def is_code(self, address: int) -> bool:
        """Whether the address lies in an executable segment."""
        return any(
            segment.executable and segment.address <= address < segment.address + segment.memory_size
            for segment in self.segments
        )


def read_elf(image: Image) -> Library:
    """Read an ELF shared library.

    Raises
    ------
    LibraryLoadError: NOT_A_LIBRARY for an executable, an object file or a core dump; DAMAGED where the contents
        contradict themselves.
    """
    header = read_header(image)
    _require_shared_object(image, header)
    loaded, dynamic_at, notes_at = _read_segments(image, header)
    if dynamic_at is None:
        detail = "an ELF file without a dynamic section: no shared library, or the debug information of one"
        raise LibraryLoadError(str(image.path), LoadFailure.NOT_A_LIBRARY, detail)
    dynamic = _read_dynamic(image, header, *dynamic_at)
    if dynamic.get(_DT_FLAGS_1, [0])[0] & _DF_1_PIE:
        detail = "this is an executable program (PIE), which the loader refuses to open as a library"
        raise LibraryLoadError(str(image.path), LoadFailure.NOT_A_LIBRARY, detail)
    tables = _locate_tables(image, header, loaded, dynamic)

    if len(dynamic.get(_DT_NEEDED, ())) > _MOST_NEEDED:
        raise image.damaged(f"it claims to need {len(dynamic[_DT_NEEDED])} libraries")

    def texts(tag: int) -> tuple[str, ...]:
        return tuple(_read_string(image, tables, offset) for offset in dynamic.get(tag, ()))

    def directories(tag: int) -> tuple[str, ...]:
        return tuple(entry for text in texts(tag)[:1] for entry in text.split(":") if entry)

    return Library(
        path=image.path,
        format="elf",
        architecture=header.architecture,
        bits=header.bits,
        soname=next(iter(texts(_DT_SONAME)), None),
        needed=texts(_DT_NEEDED),
        rpath=directories(_DT_RPATH),
        runpath=directories(_DT_RUNPATH),
        build_id=_read_build_id(image, header, notes_at),
        exports=ElfExports(image.path, image.stamp, tables, loaded.is_code),
    )


def _require_shared_object(image: Image, header: ElfHeader) -> None:
    if header.kind == _ET_DYN:
        return
    what = {
        _ET_REL: "an object file, not yet linked into a library",
        _ET_EXEC: "an executable program, not a library",
        _ET_CORE: "a core dump, not a library",
    }.get(header.kind, f"an ELF file of type {header.kind}, not a library")
    raise LibraryLoadError(str(image.path), LoadFailure.NOT_A_LIBRARY, f"this is {what}")


def _read_segments(image: Image, header: ElfHeader) -> tuple[AddressMap, Piece | None, tuple[Piece, ...]]:
    offset, entry_size, count = header.program_headers
    layout = Struct(header.order + ("IIQQQQQQ" if header.bits == 64 else "IIIIIIII"))
    if count > _MOST_SEGMENTS or (count and entry_size != layout.size):
        raise image.damaged(f"{count} program headers of {entry_size} bytes each; {layout.size} bytes were expected")
    loaded: list[Segment] = []
    dynamic: Piece | None = None
    notes: list[Piece] = []
    for entry in layout.iter_unpack(image.read(offset, count * entry_size, "the table of program headers")):
        if header.bits == 64:
            kind, flags, at, address, _, size, memory_size, _ = entry
        else:
            kind, at, address, _, size, memory_size, flags, _ = entry
        if kind == _PT_LOAD:
            loaded.append(Segment(at, address, size, memory_size, bool(flags & _PF_X)))
        elif kind == _PT_DYNAMIC:
            dynamic = (at, size)
        elif kind == _PT_NOTE:
            notes.append((at, size))
    return AddressMap(tuple(loaded)), dynamic, tuple(notes)


def _read_dynamic(image: Image, header: ElfHeader, offset: int, size: int) -> dict[int, list[int]]:
    layout = Struct(header.order + ("QQ" if header.bits == 64 else "II"))
    count = min(size // layout.size, _MOST_DYNAMIC_ENTRIES)
    entries: dict[int, list[int]] = {}
    for tag, value in layout.iter_unpack(image.read(offset, count * layout.size, "the dynamic section")):
        if tag == 0:
            break
        entries.setdefault(tag, []).append(value)
    return entries


def _locate_tables(image: Image, header: ElfHeader, loaded: AddressMap, dynamic: dict[int, list[int]]) -> SymbolTables:
    def offset(tag: int, what: str) -> int | None:
        values = dynamic.get(tag)
        return loaded.offset(image, values[-1], what) if values else None

    strings, symbols = offset(_DT_STRTAB, "the string table"), offset(_DT_SYMTAB, "the symbol table")
    if strings is None or symbols is None:
        raise image.damaged("the dynamic section names no symbol table or no string table")
    wide_hash = header.bits == 64 and header.machine in (EM_S390, EM_ALPHA)
    return SymbolTables(
        bits=header.bits,
        order=header.order,
        strings=strings,
        strings_size=dynamic.get(_DT_STRSZ, [0])[-1],
        symbols=symbols,
        gnu_hash=offset(_DT_GNU_HASH, "the GNU hash table"),
        hash=offset(_DT_HASH, "the hash table"),
        hash_word="Q" if wide_hash else "I",
        versions=offset(_DT_VERSYM, "the table of symbol versions"),
        definitions=offset(_DT_VERDEF, "the table of version definitions"),
        definition_count=dynamic.get(_DT_VERDEFNUM, [0])[-1],
    )


def _read_string(image: Image, tables: SymbolTables, offset: int) -> str:
    if offset >= tables.strings_size:
        raise image.damaged(f"a string at {offset:#x} lies outside of the string table")
    longest = min(_LONGEST_STRING, tables.strings_size - offset)
    return image.read_up_to(tables.strings + offset, longest).partition(b"\0")[0].decode(errors="backslashreplace")


def _read_build_id(image: Image, header: ElfHeader, pieces: tuple[Piece, ...]) -> str | None:
    words = Struct(header.order + "III")
    for offset, size in pieces:
        notes, at = image.read_up_to(offset, min(size, _LONGEST_NOTES)), 0
        while at + words.size <= len(notes):
            name_size, text_size, kind = words.unpack_from(notes, at)
            name_at = at + words.size
            text_at = name_at + name_size + -name_size % 4
            if kind == _NT_GNU_BUILD_ID and notes[name_at : name_at + name_size] == b"GNU\0":
                return notes[text_at : text_at + text_size].hex() or None
            at = text_at + text_size + -text_size % 4
    return None

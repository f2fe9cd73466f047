"""Mach-O libraries, thin and fat: load commands, and which part of a fat file is read. Symbols: `macho_symbols`.

Facts are from Apple's <mach-o/loader.h>, <mach-o/fat.h> and <mach/machine.h>.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct
from types import MappingProxyType

from ffi_core.errors import LibraryLoadError, LoadFailure
from ffi_core.library.host import host
from ffi_core.library.image import Image
from ffi_core.library.library import Library
from ffi_core.library.macho_symbols import MachOExports, Section, SymbolTable

_THIN_MAGICS = MappingProxyType(
    {
        b"\xce\xfa\xed\xfe": (32, "<"),
        b"\xcf\xfa\xed\xfe": (64, "<"),
        b"\xfe\xed\xfa\xce": (32, ">"),
        b"\xfe\xed\xfa\xcf": (64, ">"),
    }
)
_FAT_MAGICS = MappingProxyType({b"\xca\xfe\xba\xbe": "iiIII", b"\xca\xfe\xba\xbf": "iiQQII"})
# A Java class file starts like a fat file; there, a version number above 44 stands where the count of parts does.
_MOST_PARTS = 32

_ARCHITECTURES = MappingProxyType(
    {
        7: "x86",
        0x01000007: "x86_64",
        12: "arm",
        0x0100000C: "aarch64",
        0x0200000C: "arm64_32",
        18: "ppc",
        0x01000012: "ppc64",
    }
)

_MH_DYLIB, _MH_BUNDLE, _MH_DYLIB_STUB = 6, 8, 9
_OTHER_TYPES = MappingProxyType(
    {
        1: "an object file, not yet linked into a library",
        2: "an executable program, not a library",
        4: "a core dump, not a library",
        10: "debug information, not a library",
    }
)
_LC_SEGMENT, _LC_SYMTAB, _LC_DYSYMTAB, _LC_LOAD_DYLIB, _LC_ID_DYLIB, _LC_UUID = 0x1, 0x2, 0xB, 0xC, 0xD, 0x1B
_LC_SEGMENT_64, _LC_RPATH, _LC_LAZY_LOAD_DYLIB, _LC_DYLD_INFO, _LC_DYLD_EXPORTS_TRIE = 0x19, 0x1C, 0x20, 0x22, 0x33
_LC_LOAD_WEAK_DYLIB, _LC_REEXPORT_DYLIB, _LC_LOAD_UPWARD_DYLIB = 0x18, 0x1F, 0x23
_LC_REQUIRED_BY_DYLD = 0x80000000
_NEEDED_COMMANDS = (
    _LC_LOAD_DYLIB,
    _LC_LAZY_LOAD_DYLIB,
    _LC_LOAD_WEAK_DYLIB,
    _LC_REEXPORT_DYLIB,
    _LC_LOAD_UPWARD_DYLIB,
)
_S_THREAD_LOCAL_VARIABLES = 0x13
_INSTRUCTIONS = 0x80000400  # S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS

# A file may claim any number; a real one stays far below these.
_MOST_COMMAND_BYTES = 1 << 22


def is_mach_o(start: bytes) -> bool:
    """Whether a file that starts so is a Mach-O file, thin or fat."""
    if start[:4] in _THIN_MAGICS:
        return True
    return start[:4] in _FAT_MAGICS and 0 < int.from_bytes(start[4:8], "big") <= _MOST_PARTS


def read_mach_o(image: Image) -> Library:
    """Read a Mach-O shared library; of a fat file the part for this machine, or the first where there is none.

    Raises
    ------
    LibraryLoadError: NOT_A_LIBRARY for a program, an object file and the like; DAMAGED where the contents contradict
        themselves.
    """
    start = _chosen_part(image)
    magic = image.read(start, 4, "the Mach-O magic")
    if magic not in _THIN_MAGICS:
        raise image.damaged(f"no Mach-O image is where the fat header says, at {start:#x}")
    bits, order = _THIN_MAGICS[magic]
    layout = Struct(order + "iiIIII")
    cpu, subtype, kind, count, size, _ = layout.unpack(image.read(start + 4, layout.size, "the Mach-O header"))
    if kind not in (_MH_DYLIB, _MH_BUNDLE, _MH_DYLIB_STUB):
        what = _OTHER_TYPES.get(kind, f"a Mach-O file of type {kind}, not a library")
        raise LibraryLoadError(str(image.path), LoadFailure.NOT_A_LIBRARY, f"this is {what}")
    if size > _MOST_COMMAND_BYTES:
        raise image.damaged(f"its load commands claim {size} bytes")
    header_size = 4 + layout.size + (4 if bits == 64 else 0)
    contents = _Contents(image, order, start)
    commands = image.read(start + header_size, size, "the load commands")
    for command, body in _split(image, commands, count, order):
        contents.take(command, body)
    table = SymbolTable(bits, order, start, contents.trie, contents.symbols, tuple(contents.sections), contents.base)
    return Library(
        path=image.path,
        format="mach-o",
        architecture=_architecture(cpu, subtype),
        bits=bits,
        soname=contents.install_name,
        needed=tuple(contents.needed),
        rpath=tuple(contents.rpath),
        runpath=(),
        build_id=contents.uuid,
        exports=MachOExports(image.path, image.stamp, table, tuple(contents.needed)),
    )


def _architecture(cpu: int, subtype: int) -> str:
    name = _ARCHITECTURES.get(cpu, f"machine-{cpu}")
    return "arm64e" if name == "aarch64" and subtype & 0xFF == 2 else name


def _chosen_part(image: Image) -> int:
    magic = image.read(0, 4, "the magic")
    entry_layout = _FAT_MAGICS.get(magic)
    if entry_layout is None:
        return 0
    count = int.from_bytes(image.read(4, 4, "the fat header"), "big")
    layout = Struct(">" + entry_layout)
    if not 0 < count <= _MOST_PARTS:
        raise image.damaged(f"a fat file of {count} parts")
    parts = list(layout.iter_unpack(image.read(8, count * layout.size, "the fat header")))
    fitting = [part for part in parts if _architecture(part[0], part[1]) == host().architecture]
    return int((fitting or parts)[0][2])


def _split(image: Image, commands: bytes, count: int, order: str) -> Iterator[tuple[int, bytes]]:
    head = Struct(order + "II")
    at = 0
    for _ in range(count):
        if at + head.size > len(commands):
            raise image.damaged("its load commands are cut off")
        command, size = head.unpack_from(commands, at)
        if size < head.size or at + size > len(commands):
            raise image.damaged(f"a load command of {size} bytes, where {len(commands) - at} are left")
        yield command & ~_LC_REQUIRED_BY_DYLD, commands[at : at + size]
        at += size


@dataclass
class _Contents:
    """What the load commands say, gathered one by one."""

    image: Image
    order: str
    start: int
    install_name: str | None = None
    uuid: str | None = None
    needed: list[str] = field(default_factory=list)
    rpath: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    base: int = 0
    trie: tuple[int, int] | None = None
    symbols: tuple[int, int, int, int] | None = None

    def take(self, command: int, body: bytes) -> None:
        if command in (_LC_SEGMENT, _LC_SEGMENT_64):
            self._segment(body, wide=command == _LC_SEGMENT_64)
        elif command == _LC_ID_DYLIB:
            self.install_name = self._text(body)
        elif command in _NEEDED_COMMANDS:
            self.needed.append(self._text(body))
        elif command == _LC_RPATH:
            self.rpath.append(self._text(body))
        elif command == _LC_UUID:
            self.uuid = body[8:24].hex()
        elif command == _LC_SYMTAB:
            offset, count, strings, size = self._unpack("IIII", body, 8)
            self.symbols = (offset, count, strings, size)
        elif command == _LC_DYLD_INFO:
            self._set_trie(*self._unpack("II", body, 40))
        elif command == _LC_DYLD_EXPORTS_TRIE:
            self._set_trie(*self._unpack("II", body, 8))

    def _set_trie(self, offset: int, size: int) -> None:
        if size:
            self.trie = (offset, size)

    def _segment(self, body: bytes, *, wide: bool) -> None:
        (address,) = self._unpack("Q" if wide else "I", body, 24)
        if body[8:24].rstrip(b"\0") == b"__TEXT":
            self.base = address
        (count,) = self._unpack("I", body, 64 if wide else 48)
        section = Struct(self.order + ("16s16sQQIIIIIIII" if wide else "16s16sIIIIIIIII"))
        at = 72 if wide else 56
        if at + count * section.size > len(body):
            raise self.image.damaged(f"a segment of {count} sections in {len(body)} bytes")
        for fields in section.iter_unpack(body[at : at + count * section.size]):
            address, size, flags = fields[2], fields[3], fields[8]
            self.sections.append(
                Section(address, size, bool(flags & _INSTRUCTIONS), flags & 0xFF == _S_THREAD_LOCAL_VARIABLES)
            )

    def _text(self, body: bytes) -> str:
        (at,) = self._unpack("I", body, 8)
        return body[at:].partition(b"\0")[0].decode(errors="backslashreplace")

    def _unpack(self, layout: str, body: bytes, at: int) -> tuple[int, ...]:
        fields = Struct(self.order + layout)
        if at + fields.size > len(body):
            raise self.image.damaged(f"a load command of {len(body)} bytes is too short")
        return fields.unpack_from(body, at)

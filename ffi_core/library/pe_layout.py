"""Where the pieces of a PE file are: sections, data directories, and relative addresses turned into file offsets."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from ffi_core.library.image import Image

_SECTION_IS_CODE = 0x20000000
_SECTION = Struct("<8sIIIIIIHHI")

# A file may claim any number; a real one stays far below these.
_MOST_SECTIONS = 96
_LONGEST_NAME = 1 << 12


@dataclass(frozen=True, slots=True)
class PeSection:
    """A section: `size` bytes of the file from `offset`, seen in memory at `address`, relative to the image base."""

    address: int
    memory_size: int
    offset: int
    size: int
    is_code: bool


@dataclass(frozen=True, slots=True)
class PeLayout:
    """Where things are in a PE file.

    Parameters
    ----------
    bits: 32 or 64.
    sections: in order.
    directories: relative address and size of each data directory.
    """

    bits: int
    sections: tuple[PeSection, ...]
    directories: tuple[tuple[int, int], ...]

    def directory(self, index: int) -> tuple[int, int]:
        """Relative address and size of a data directory; zeros where there is none."""
        return self.directories[index] if index < len(self.directories) else (0, 0)

    def read(self, image: Image, address: int, size: int, what: str) -> bytes:
        """Exactly `size` bytes at a relative address; LibraryLoadError (DAMAGED) where the file has none there."""
        piece = self.read_up_to(image, address, size)
        if len(piece) != size:
            raise image.damaged(f"{what} ({size} bytes at {address:#x}) is not inside of a section of the file")
        return piece

    def read_up_to(self, image: Image, address: int, size: int) -> bytes:
        """At most `size` bytes at a relative address; fewer at the end of a section, none where there is no section."""
        for section in self.sections:
            start = address - section.address
            if 0 <= start < section.size:
                return image.read_up_to(section.offset + start, min(size, section.size - start))
        return b""

    def text(self, image: Image, address: int, what: str) -> bytes:
        """The bytes at a relative address up to the next NUL."""
        text, end, _ = self.read_up_to(image, address, _LONGEST_NAME).partition(b"\0")
        if not end:
            raise image.damaged(f"{what} is said to be at {address:#x}, where no text is")
        return text

    def is_code(self, address: int) -> bool:
        """Whether a relative address lies in an executable section."""
        return any(entry.is_code and 0 <= address - entry.address < entry.memory_size for entry in self.sections)


def read_layout(image: Image, at: int, size: int, section_count: int) -> PeLayout:
    """Read optional header and section table.

    Parameters
    ----------
    at, size: offset and size in bytes of the optional header; the section table follows it.
    section_count: as the COFF header says.

    Raises
    ------
    LibraryLoadError: DAMAGED where they contradict themselves.
    """
    if section_count > _MOST_SECTIONS:
        raise image.damaged(f"it claims {section_count} sections")
    optional = image.read(at, size, "the optional header")
    bits = {b"\x0b\x01": 32, b"\x0b\x02": 64}.get(optional[:2])
    directories_at = 96 if bits == 32 else 112
    if bits is None or len(optional) < directories_at:
        raise image.damaged("its optional header is neither that of a 32-bit file nor that of a 64-bit one")
    count = min(int.from_bytes(optional[directories_at - 4 : directories_at], "little"), 16)
    room = optional[directories_at : directories_at + count * 8]
    directories = tuple(Struct("<II").iter_unpack(room[: len(room) & ~7]))
    rows = image.read(at + size, section_count * _SECTION.size, "the section table")
    sections = tuple(
        PeSection(address, max(memory, length), offset, length, bool(flags & _SECTION_IS_CODE))
        for _, memory, address, length, offset, _, _, _, _, flags in _SECTION.iter_unpack(rows)
    )
    return PeLayout(bits, sections, directories)

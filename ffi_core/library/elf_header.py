"""The header of an ELF file: width, byte order, machine, and where the program headers are.

Numbers are from the System V gABI (https://gabi.xinuos.com/) and glibc's elf.h.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from types import MappingProxyType

from ffi_core.library.image import Image

MAGIC = b"\x7fELF"

_MACHINES = MappingProxyType(
    {
        2: "sparc",
        3: "x86",
        4: "m68k",
        8: "mips",
        15: "hppa",
        18: "sparc",
        20: "ppc",
        21: "ppc64",
        22: "s390",
        40: "arm",
        42: "sh",
        43: "sparc64",
        50: "ia64",
        62: "x86_64",
        183: "aarch64",
        243: "riscv",
        247: "bpf",
        258: "loongarch",
        0x9026: "alpha",
    }
)
_WIDTH_IN_NAME = ("riscv", "loongarch")
_LITTLE_IS_SPECIAL = ("ppc64", "mips", "mips64")
_BIG_IS_SPECIAL = ("aarch64", "arm")
EM_S390, EM_ALPHA = 22, 0x9026
"""Machines on which 64-bit files have hash tables of 64-bit words."""


@dataclass(frozen=True, slots=True)
class ElfHeader:
    """What the first bytes of an ELF file say.

    Parameters
    ----------
    bits: 32 or 64.
    order: ``"<"`` or ``">"``, as `struct` writes byte order.
    abi: the byte EI_OSABI.
    kind: e_type.
    machine: e_machine.
    program_headers: file offset, size of an entry and number of entries.
    """

    bits: int
    order: str
    abi: int
    kind: int
    machine: int
    program_headers: tuple[int, int, int]

    @property
    def architecture(self) -> str:
        """The machine's usual name: ``x86_64``, ``aarch64``, ``ppc64le``, ..."""
        name = _MACHINES.get(self.machine, f"machine-{self.machine}")
        if name == "mips" and self.bits == 64:
            name = "mips64"
        if name in _WIDTH_IN_NAME:
            name += str(self.bits)
        if name == "s390" and self.bits == 64:
            name = "s390x"
        if name in _LITTLE_IS_SPECIAL and self.order == "<":
            name += "el" if name.startswith("mips") else "le"
        if name in _BIG_IS_SPECIAL and self.order == ">":
            name += "_be" if name == "aarch64" else "eb"
        if self.machine == 62 and self.bits == 32:
            name = "x32"
        return name


def read_header(image: Image) -> ElfHeader:
    """Read the ELF header.

    Raises
    ------
    LibraryLoadError: DAMAGED where it is cut off or contradicts itself.
    """
    ident = image.read(0, 16, "the ELF identification")
    bits, order = {1: 32, 2: 64}.get(ident[4]), {1: "<", 2: ">"}.get(ident[5])
    if bits is None or order is None:
        raise image.damaged(f"ELF class {ident[4]} and byte order {ident[5]}; each is 1 or 2")
    layout = Struct(order + ("HHIQQQIHHHHHH" if bits == 64 else "HHIIIIIHHHHHH"))
    kind, machine, _, _, table, _, _, _, entry_size, count, *_ = layout.unpack(
        image.read(16, layout.size, "the ELF header")
    )
    return ElfHeader(bits, order, ident[7], kind, machine, (table, entry_size, count))

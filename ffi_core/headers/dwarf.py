"""Prototypes from debug information (DWARF), in the library or beside it, through pyelftools. For the worker alone.

Sections and attributes: DWARF 5, https://dwarfstd.org/dwarf5std.html; where debug files lie: GDB's manual, "Separate
Debug Files".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ffi_core.c_types import (
    CArray,
    CBool,
    CField,
    CFloat,
    CFunction,
    CInteger,
    CPointer,
    CStruct,
    CType,
    CUnknown,
    CVoid,
)
from ffi_core.headers.abi import Abi, lay_out
from ffi_core.headers.building import (
    INTEGER_WORDS,
    MOST_NODES,
    NOT_MODELLED,
    TooLargeError,
    integer_name,
    integer_of,
    with_layout,
)
from ffi_core.headers.request import HeaderAnswer, HeaderError, HeaderFailure, Parser, Stamp
from ffi_core.model import Prototype, PrototypeKind

DEBUG_ROOT = Path("/usr/lib/debug")
_FLOAT, _BOOLEAN, _SIGNED = 0x04, 0x02, (0x05, 0x06, 0x0D)
_INTEGERS = (0x05, 0x06, 0x07, 0x08, 0x10)
_PASS_BY_REFERENCE = 0x04
_TRANSPARENT = ("DW_TAG_volatile_type", "DW_TAG_restrict_type", "DW_TAG_atomic_type")
_POINTERS = ("DW_TAG_pointer_type", "DW_TAG_reference_type", "DW_TAG_rvalue_reference_type")
_MOST_BYTES_SEARCHED = 1 << 20
"""Of debug information, for names that are not where their addresses are: those of assembly, say."""
_RECORDS = ("DW_TAG_structure_type", "DW_TAG_union_type", "DW_TAG_class_type")


def is_installed() -> bool:
    """Whether pyelftools is there; loads nothing."""
    return find_spec("elftools") is not None


def read(library: str, names: list[str], abi: Abi) -> HeaderAnswer:
    """Read the prototypes of some functions.

    Parameters
    ----------
    library: the ELF file.
    names: the symbols that are wanted.
    abi: the library's.

    Raises
    ------
    HeaderError: there is no debug information, or it cannot be read.
    """
    from elftools.common.exceptions import DWARFError, ELFError, ELFParseError

    try:
        with ExitStack() as stack:
            return _read(stack, Path(library), names, abi)
    except OSError as error:
        raise HeaderError(library, HeaderFailure.UNREADABLE, f"cannot be read: {error.strerror}") from error
    except (
        DWARFError,
        ELFError,
        ELFParseError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        AssertionError,
        NotImplementedError,
    ) as error:
        # What pyelftools raises for damaged files, besides its own errors.
        detail = f"its debug information is damaged ({type(error).__name__})"
        raise HeaderError(library, HeaderFailure.UNREADABLE, detail) from error


def _read(stack: ExitStack, library: Path, names: list[str], abi: Abi) -> HeaderAnswer:
    from elftools.elf.elffile import ELFFile

    elf = ELFFile(stack.enter_context(library.open("rb")))
    stamps = [_stamp(library)]
    debug = elf
    if not elf.has_dwarf_info(strict=True):
        path = next((path for path in _debug_files(elf, library) if path.is_file()), None)
        if path is None:
            raise HeaderError(str(library), HeaderFailure.NOT_FOUND, "it has no debug information")
        debug = ELFFile(stack.enter_context(path.open("rb")))
        stamps.append(_stamp(path))
    reader = _Reader(debug.get_dwarf_info(), abi)
    return HeaderAnswer(Parser.DWARF, reader.find(names, _addresses(elf, names)), tuple(stamps))


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return Stamp(str(path), status.st_size, status.st_mtime_ns)


def _debug_files(elf: Any, library: Path) -> Iterator[Path]:
    """Where a library's debug information may lie, by its build id and by the name that it gives."""
    note = elf.get_section_by_name(".note.gnu.build-id")
    for entry in note.iter_notes() if note is not None else ():
        identity = str(entry["n_desc"])
        yield DEBUG_ROOT / ".build-id" / identity[:2] / f"{identity[2:]}.debug"
    link = elf.get_section_by_name(".gnu_debuglink")
    if link is not None:
        name = link.data().partition(b"\0")[0].decode("utf-8", "replace")
        folder = library.resolve().parent
        if name and "/" not in name:
            yield from (folder / name, folder / ".debug" / name, DEBUG_ROOT / folder.relative_to("/") / name)


def _addresses(elf: Any, names: list[str]) -> dict[str, int]:
    found = {}
    table = elf.get_section_by_name(".dynsym")
    wanted = set(names)
    for symbol in table.iter_symbols() if table is not None else ():
        if symbol.name in wanted and symbol["st_shndx"] != "SHN_UNDEF":
            found[symbol.name] = symbol["st_value"]
    return found


class _Reader:
    """Walks the units that hold the wanted functions, and makes C types of their entries."""

    def __init__(self, info: Any, abi: Abi) -> None:
        self._info, self._abi = info, abi
        self._budget = 0

    def find(self, names: list[str], addresses: dict[str, int]) -> tuple[Prototype, ...]:
        wanted, found = set(names), dict[str, Prototype]()
        for unit in self._units(addresses):
            if not wanted:
                break
            for entry in unit.iter_DIE_children(unit.get_top_DIE()):
                name = self._symbol_of(entry)
                if name in wanted and "DW_AT_external" in entry.attributes:
                    self._budget = MOST_NODES
                    try:
                        found[name] = self._prototype(entry, name)
                    except (TooLargeError, RecursionError):
                        continue
                    wanted.discard(name)
        return tuple(found.values())

    def _units(self, addresses: dict[str, int]) -> Iterator[Any]:
        """The units that hold the addresses first, then the others, as far as their search ends in a second or so."""
        ranges = self._info.get_aranges()
        first = {ranges.cu_offset_at_addr(address) for address in addresses.values()} if ranges is not None else set()
        first.discard(None)
        for offset in sorted(first):
            yield self._info.get_CU_at(offset)
        searched = 0
        for unit in self._info.iter_CUs():
            if unit.cu_offset not in first:
                yield unit
                searched += unit.size
                if searched > _MOST_BYTES_SEARCHED:
                    return

    def _symbol_of(self, entry: Any) -> str:
        if entry.tag not in ("DW_TAG_subprogram", "DW_TAG_variable"):
            return ""
        name = entry.attributes.get("DW_AT_linkage_name") or entry.attributes.get("DW_AT_name")
        return name.value.decode("utf-8", "replace") if name is not None else ""

    def _prototype(self, entry: Any, name: str) -> Prototype:
        header, line = self._place(entry)
        result = self._type_of(entry)
        if entry.tag == "DW_TAG_variable":
            return Prototype(name, PrototypeKind.VARIABLE, result, header=header, line=line)
        parameters, variadic = self._parameters(entry)
        prototyped = (
            "DW_AT_prototyped" in entry.attributes or bool(parameters) or "DW_AT_linkage_name" in entry.attributes
        )
        return Prototype(
            name, PrototypeKind.FUNCTION, result, parameters, variadic, not prototyped, header=header, line=line
        )

    def _parameters(self, entry: Any) -> tuple[tuple[tuple[str, CType], ...], bool]:
        children = list(entry.iter_children())
        parameters = tuple(
            (_name(child), self._type_of(child)) for child in children if child.tag == "DW_TAG_formal_parameter"
        )
        return parameters, any(child.tag == "DW_TAG_unspecified_parameters" for child in children)

    def _place(self, entry: Any) -> tuple[str, int]:
        file, line = entry.attributes.get("DW_AT_decl_file"), entry.attributes.get("DW_AT_decl_line")
        program = self._info.line_program_for_CU(entry.cu)
        if file is None or line is None or program is None:
            return "", 0
        new = program["version"] >= 5
        files, folders = program["file_entry"], program["include_directory"]
        index = file.value if new else file.value - 1
        if not 0 <= index < len(files):
            return "", 0
        name = Path(files[index].name.decode("utf-8", "replace"))
        folder = files[index].dir_index - (not new)
        if 0 <= folder < len(folders):
            directory = folders[folder] if isinstance(folders[folder], bytes) else bytes(folders[folder].name)
            name = Path(directory.decode("utf-8", "replace")) / name
        compiled = entry.cu.get_top_DIE().attributes.get("DW_AT_comp_dir")
        root = Path(compiled.value.decode("utf-8", "replace")) if compiled is not None else Path()
        return str(root / name), line.value

    # --- types ------------------------------------------------------------------------------------------------------

    def _type_of(self, entry: Any, *, behind: bool = False) -> CType:
        """The type that an entry refers to; none is ``void``."""
        if "DW_AT_type" not in entry.attributes:
            return CVoid()
        return self._type(entry.get_DIE_from_attribute("DW_AT_type"), behind=behind)

    def _type(self, entry: Any, *, behind: bool = False) -> CType:
        self._budget -= 1
        if self._budget < 0:
            raise TooLargeError
        names: list[str] = []
        while entry.tag in (*_TRANSPARENT, "DW_TAG_typedef", "DW_TAG_const_type"):
            if entry.tag == "DW_TAG_typedef":
                names.append(_name(entry))
            if "DW_AT_type" not in entry.attributes:
                return CVoid(names[0] if names else None)
            entry = entry.get_DIE_from_attribute("DW_AT_type")
        typedef = names[0] if names else None
        if entry.tag == "DW_TAG_base_type":
            return self._base(entry, names)
        if entry.tag in _POINTERS:
            to = self._type_of(entry, behind=True)
            return CPointer(to, self._is_const(entry), typedef)
        if entry.tag == "DW_TAG_enumeration_type":
            return self._enum(entry, typedef)
        if entry.tag == "DW_TAG_subroutine_type":
            parameters, variadic = self._parameters(entry)
            return CFunction(self._type_of(entry), tuple(type_ for _, type_ in parameters), variadic, typedef=typedef)
        if entry.tag == "DW_TAG_array_type":
            return replace(self._array(entry, behind=behind), typedef=typedef)
        if entry.tag in _RECORDS:
            return self._record(entry, typedef, behind=behind)
        return CUnknown(_name(entry) or entry.tag, NOT_MODELLED, typedef)

    def _is_const(self, entry: Any) -> bool:
        while "DW_AT_type" in entry.attributes:
            entry = entry.get_DIE_from_attribute("DW_AT_type")
            if entry.tag not in _TRANSPARENT:
                return bool(entry.tag == "DW_TAG_const_type")
        return False

    def _base(self, entry: Any, names: list[str]) -> CType:
        name, size = _name(entry), _number(entry, "DW_AT_byte_size")
        encoding = _number(entry, "DW_AT_encoding")
        typedef = names[0] if names else None
        words = name.split()
        if encoding == _BOOLEAN and size == 1:
            return CBool(typedef)
        if encoding == _FLOAT:
            basis = name if name in self._abi.floats else {4: "float", 8: "double"}.get(size, "")
            if self._abi.floats.get(basis, (0,))[0] == size:
                return CFloat(basis, typedef)
        if encoding in _INTEGERS:
            if words and set(words) <= INTEGER_WORDS:
                return integer_of(integer_name(words), names, self._abi, size)
            if size in (1, 2, 4, 8):  # another language's name for it
                return CInteger(f"{'' if encoding in _SIGNED else 'u'}int{size * 8}_t", typedef or name)
        return CUnknown(name, NOT_MODELLED, typedef)

    def _enum(self, entry: Any, typedef: str | None) -> CType:
        tag = f"enum {_name(entry)}".rstrip()
        values = [_number(child, "DW_AT_const_value") for child in entry.iter_children()]
        size = _number(entry, "DW_AT_byte_size")
        signed = any(value < 0 for value in values)
        basis = {4: "int" if signed else "unsigned int"}.get(size, f"{'' if signed else 'u'}int{size * 8}_t")
        if basis not in self._abi.integers:
            return CUnknown(tag, "the debug information does not define it", typedef)
        return CInteger(basis, typedef, tag)

    def _array(self, entry: Any, *, behind: bool) -> CArray:
        counts = []
        for child in entry.iter_children():
            if child.tag == "DW_TAG_subrange_type":
                upper = child.attributes.get("DW_AT_upper_bound")
                known = isinstance(upper.value, int) if upper is not None else False
                counts.append(_number(child, "DW_AT_count") or (upper.value + 1 if known and upper is not None else 0))
        made: CType = self._type_of(entry, behind=behind)
        for count in reversed(counts[1:]):
            made = CArray(made, count)
        return CArray(made, counts[0] if counts else 0)

    def _record(self, entry: Any, typedef: str | None, *, behind: bool) -> CType:
        word = "union" if entry.tag == "DW_TAG_union_type" else "struct"
        tag = f"{word} {_name(entry)}".rstrip()
        if "DW_AT_declaration" in entry.attributes:
            return CStruct(tag, typedef=typedef)
        if _number(entry, "DW_AT_calling_convention") == _PASS_BY_REFERENCE:
            return CUnknown(tag, "it is a class that travels by reference", typedef)
        size = _number(entry, "DW_AT_byte_size")
        if behind:
            return CStruct(tag, (), size, 0, complete=True, typedef=typedef)
        fields = []
        for child in entry.iter_children():
            if child.tag != "DW_TAG_member" or "DW_AT_external" in child.attributes:
                continue
            bits = _number(child, "DW_AT_bit_size") or None
            offset = _number(child, "DW_AT_data_member_location") * 8 + _number(child, "DW_AT_data_bit_offset")
            fields.append(CField(_name(child), self._type_of(child), offset, bits))
        bare = CStruct(tag, tuple(fields), size, 0, complete=True, typedef=typedef)
        placed = lay_out(bare, self._abi)
        align = _number(entry, "DW_AT_alignment") or (placed.align if placed is not None else 1)
        return with_layout(replace(bare, align=align), self._abi)


def _name(entry: Any) -> str:
    name = entry.attributes.get("DW_AT_name")
    return name.value.decode("utf-8", "replace") if name is not None else ""


def _number(entry: Any, attribute: str) -> int:
    found = entry.attributes.get(attribute)
    return found.value if found is not None and isinstance(found.value, int) else 0

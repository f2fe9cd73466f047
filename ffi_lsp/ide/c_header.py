"""What a call declares as a C header: for reading, for copying, and where no header of the library is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ffi_core.c_types import CArray, CField, CFunction, CInteger, CPointer, CStruct, CType, spell
from ffi_core.model import Declaration, DlopenCall, Prototype, PrototypeKind, Text
from ffi_core.types import NativeType, Type
from ffi_lsp.ide.c_side import c_name, summary
from ffi_lsp.rules import LibraryFacts

_INTEGERS = {f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64, "max", "ptr")}
_STANDARD = frozenset(
    {"FILE", "bool", "clock_t", "dev_t", "gid_t", "ino_t", "mode_t", "off_t", "pid_t", "ptrdiff_t", "size_t", "ssize_t"}
    | {"time_t", "uid_t", "va_list", "wchar_t", "wint_t"}
    | _INTEGERS
)
"""Names that the headers give which a generated one includes."""
_INCLUDES = ("stdbool.h", "stddef.h", "stdint.h", "stdio.h", "sys/types.h", "time.h", "wchar.h")


@dataclass(frozen=True, slots=True)
class CHeader:
    """A header.

    Parameters
    ----------
    text: the whole of it.
    lines: for each C name that it declares, the line (from 1).
    """

    text: str
    lines: dict[str, int] = field(default_factory=dict)


def c_header(call: DlopenCall, facts: LibraryFacts) -> CHeader:
    """Everything that a call declares: as C has it where that is known, else as the declaration says."""
    name = call.library.value if isinstance(call.library, Text) else "a library"
    prototypes = {c_name(entry): facts.prototypes.get(c_name(entry)) for entry in call.declarations}
    lines = [
        f"/* {_in_comment(name)}: what is declared for it, as C. Made by ffi-lsp; changes are lost. */",
        "#pragma once",
        "",
        *(f"#include <{header}>" for header in _INCLUDES),
    ]
    known = [prototype for prototype in prototypes.values() if prototype is not None and not prototype.is_macro]
    types = [type_ for each in known for type_ in (each.result, *(type_ for _, type_ in each.parameters))]
    definitions = _Definitions(types).text()
    if definitions:
        lines += ["", *"\n".join(definitions).splitlines()]
    places: dict[str, int] = {}
    for entry in call.declarations:
        symbol = c_name(entry)
        prototype = prototypes[symbol]
        text = _declared(entry.declaration) if prototype is None else _as_in_c(prototype)
        if text is not None and symbol not in places:
            lines += ["", *_comment(prototype), text]
            places[symbol] = len(lines)
    return CHeader("\n".join(lines) + "\n", places)


def _as_in_c(prototype: Prototype) -> str:
    if prototype.is_macro:
        return str(prototype)
    return f"extern {prototype};" if prototype.kind is PrototypeKind.VARIABLE else f"{prototype};"


def _comment(prototype: Prototype | None) -> Iterator[str]:
    if prototype is None:
        yield "/* No header that is known here declares it; this is what the file says. */"
        return
    about = [*_in_comment(summary(prototype.comment)).splitlines(), *([prototype.where] if prototype.header else [])]
    if len(about) == 1:
        yield f"/* {_in_comment(about[0])} */"
    elif about:
        yield f"/* {about[0]}"
        yield from (f" * {_in_comment(line)}".rstrip() for line in about[1:])
        yield " */"


def _in_comment(text: str) -> str:
    return text.replace("*/", "* /").replace("/*", "/ *")


class _Definitions:
    """The definitions that some types need, each behind those that it needs itself."""

    def __init__(self, types: Iterable[CType]) -> None:
        self._written: dict[str, str] = {}
        self._complete: dict[str, CStruct] = {}
        roots = list(types)
        for type_ in roots:
            self._note_complete(type_)
        for type_ in roots:
            self._need(type_)

    def text(self) -> list[str]:
        return list(self._written.values())

    def _note_complete(self, type_: CType) -> None:
        for inner in _inside(type_):
            self._note_complete(inner)
        if isinstance(type_, CStruct) and type_.complete and type_.fields:
            self._complete.setdefault(_key(type_), type_)

    def _need(self, type_: CType, *, whole: bool = True) -> None:
        """Write what has to stand before a use of a type; not the whole of it where only its address is used."""
        if type_.typedef in _STANDARD:
            return
        if isinstance(type_, CStruct):
            self._need_struct(type_, whole=whole)
        for inner in () if isinstance(type_, CStruct) else _inside(type_):
            self._need(inner, whole=whole and isinstance(type_, CArray))
        if isinstance(type_, CInteger) and type_.enum is not None and type_.typedef is None and " " in type_.enum:
            self._written.setdefault(type_.enum, f"{type_.enum} {{ {type_.enum.replace(' ', '_')} }};")
        if type_.typedef is not None and type_.typedef not in self._written:
            bare = (
                replace(type_, typedef=None, enum=None) if isinstance(type_, CInteger) else replace(type_, typedef=None)
            )
            self._written[type_.typedef] = f"typedef {spell(bare, type_.typedef)};"

    def _need_struct(self, type_: CStruct, *, whole: bool) -> None:
        key, has_tag = _key(type_), " " in type_.tag
        if not has_tag and type_.typedef is None:
            for each in type_.fields:
                self._need(each.type)
            return
        known = self._complete.get(key)
        if has_tag:
            self._written.setdefault(f"{key};", f"{key};")
        elif type_.typedef is not None and known is None:
            # What the header does not show gets a tag of our own, which nobody sees.
            self._written.setdefault(type_.typedef, f"typedef {type_.tag} {type_.typedef} {type_.typedef};")
        if known is None or key in self._written or (has_tag and not whole):
            return
        if has_tag:
            self._written[key] = ""
        for each in known.fields:
            self._need(each.type)
        body = "".join(f"  {_field(each)};\n" for each in known.fields)
        self._written.pop(key, None)
        start, end = ("", "") if has_tag else ("typedef ", f" {key}")
        self._written[key] = f"{start}{known.tag} {{\n{body}}}{end};"


def _inside(type_: CType) -> tuple[CType, ...]:
    match type_:
        case CPointer(to=to):
            return (to,)
        case CArray(element=element):
            return (element,)
        case CFunction(result=result, parameters=parameters):
            return (result, *parameters)
        case CStruct(fields=fields):
            return tuple(each.type for each in fields)
        case _:
            return ()


def _key(type_: CStruct) -> str:
    """What tells a struct from others: its tag, or without one the name that a typedef gives it."""
    return type_.tag if " " in type_.tag else type_.typedef or type_.tag


def _field(field: CField) -> str:
    """A field; a struct without any name stands inside of the one that holds it."""
    type_ = field.type
    if isinstance(type_, CStruct) and type_.typedef is None and " " not in type_.tag:
        inside = " ".join(f"{_field(each)};" for each in type_.fields)
        return f"{type_.tag} {{ {inside} }} {field.name}".rstrip()
    return f"{spell(type_, field.name)}{_bits(field.bits)}"


def _bits(bits: int | None) -> str:
    return "" if bits is None else f" : {bits}"


def _declared(declaration: Declaration | None) -> str | None:
    """A declaration in C's words, as far as native types tell; None where it holds structs, or is not known."""
    if declaration is None:
        return None
    if declaration.static is not None:
        type_ = _c_type(declaration.static)
        return None if type_ is None else f"extern {_join(type_, declaration.symbol)};"
    signature = declaration.signature
    if signature is None:
        return None
    words = [_c_type(type_) for type_ in signature.parameters]
    result = _c_type(signature.result)
    if result is None or None in words:
        return None
    named = [word for word in words if word is not None]
    if signature.fixed is not None:
        named.insert(signature.fixed, "...")
    return f"{_join(result, declaration.symbol)}({', '.join(named) or 'void'});"


def _c_type(type_: Type) -> str | None:
    return type_.c_type if isinstance(type_, NativeType) else None


def _join(type_: str, name: str) -> str:
    return f"{type_}{name}" if type_.endswith("*") else f"{type_} {name}"

"""What a call declares as a C header: for reading, for copying, and where no header of the library is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ffi_core.c_types import CArray, CFunction, CPointer, CStruct, CType, spell
from ffi_core.model import Declaration, DlopenCall, Prototype, Text
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
    names: dict[str, str] = {}
    for prototype in prototypes.values():
        if prototype is not None and not prototype.is_macro:
            for type_ in (prototype.result, *(type_ for _, type_ in prototype.parameters)):
                _collect(type_, names)
    if names:
        lines += ["", *names.values()]
    places = {}
    for entry in call.declarations:
        symbol = c_name(entry)
        prototype = prototypes[symbol]
        text = str(prototype) if prototype is not None else _declared(entry.declaration)
        if text is None or symbol in places:
            continue
        lines += ["", *_comment(prototype)]
        lines.append(text if prototype is not None and prototype.is_macro else f"{text};")
        places[symbol] = len(lines)
    return CHeader("\n".join(lines) + "\n", places)


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


def _collect(type_: CType, names: dict[str, str]) -> None:
    """Note the definitions that a type needs, those that they need before them."""
    match type_:
        case CPointer(to=to):
            _collect(to, names)
        case CArray(element=element):
            _collect(element, names)
        case CFunction(result=result, parameters=parameters):
            for inner in (result, *parameters):
                _collect(inner, names)
        case CStruct(fields=fields, tag=tag, complete=complete):
            for each in fields:
                _collect(each.type, names)
            body = "".join(f"  {spell(each.type, each.name)}{_bits(each.bits)};\n" for each in fields)
            if " " in tag and tag not in names and type_.typedef not in _STANDARD:
                names[tag] = f"{tag} {{\n{body}}};" if complete and fields else f"{tag};"
        case _:
            pass
    typedef = type_.typedef
    if typedef is not None and typedef not in _STANDARD and typedef not in names:
        bare = replace(type_, typedef=None)
        if isinstance(bare, CStruct) and " " not in bare.tag:
            return
        names[typedef] = f"typedef {spell(bare, typedef)};"


def _bits(bits: int | None) -> str:
    return "" if bits is None else f" : {bits}"


def _declared(declaration: Declaration | None) -> str | None:
    """A declaration in C's words, as far as native types tell; None where it holds structs, or is not known."""
    if declaration is None:
        return None
    if declaration.static is not None:
        type_ = _c_type(declaration.static)
        return None if type_ is None else f"extern {_join(type_, declaration.symbol)}"
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
    return f"{_join(result, declaration.symbol)}({', '.join(named) or 'void'})"


def _c_type(type_: Type) -> str | None:
    return type_.c_type if isinstance(type_, NativeType) else None


def _join(type_: str, name: str) -> str:
    return f"{type_}{name}" if type_.endswith("*") else f"{type_} {name}"

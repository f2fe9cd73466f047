"""Prototype -> Declaration -> the text of an entry in any dialect, in the words that the dialect itself gives. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from ffi_core.c_types import CInteger, CPointer, CType
from ffi_core.dialects import DIALECTS, Dialect
from ffi_core.errors import FFIError
from ffi_core.headers import Abi, host_abi, native_type, signature_of
from ffi_core.headers.native import NotNativeError
from ffi_core.model import Declaration, Prototype, PrototypeKind
from ffi_core.types import StructType, Type

KOFFI = "koffi"
"""koffi declares functions by calls, ``lib.func("name", result, [parameters])``, not by a schema."""

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_STRINGS: Mapping[str, str] = MappingProxyType({"bun": "cstring", "node": "string", KOFFI: "str"})
"""What a dialect calls text that it encodes itself, for a ``const char *`` parameter."""
_STAND_INS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # What Porffor 0.61 makes C types of: its i8 is uint8_t and its i16 uint16_t, and it knows no others so small.
        "porffor": {"bool": "i8", "u8": "i8", "u16": "i16", "isize": "i64", "usize": "u64", "function": "pointer"},
        "node": {"bool": "u8", "isize": "i64", "usize": "u64"},
        KOFFI: {"buffer": "pointer", "function": "pointer"},
    }
)


class NotExpressibleError(FFIError):
    """A dialect has no words for a declaration; the message says which it lacks."""


def declaration_of(prototype: Prototype, abi: Abi | None = None) -> Declaration:
    """The declaration to write for what a header says.

    Parameters
    ----------
    prototype: a function or a variable.
    abi: the library's; this machine's by default.

    Raises
    ------
    NotExpressibleError: no native type stands for a type of it, or it is a macro.
    """
    target = abi or host_abi()
    try:
        if prototype.kind is PrototypeKind.VARIABLE:
            static = native_type(prototype.result, target, result=True)
            return Declaration(prototype.name, prototype.name, static=static)
        return Declaration(prototype.name, prototype.name, signature_of(prototype, target))
    except NotNativeError as error:
        raise NotExpressibleError(f"{prototype.name}: {error}") from error


def entry_text(declaration: Declaration, dialect: str, prototype: Prototype | None = None) -> str:
    """The text of one declaration, as a line of a schema with its comma; for koffi, as a statement.

    Parameters
    ----------
    declaration: what to declare.
    dialect: ``"porffor"``, ``"deno"``, ``"bun"``, ``"node"`` or ``"koffi"``.
    prototype: what the header says, so that text can be told from other memory.

    Raises
    ------
    NotExpressibleError: the dialect cannot declare it.
    KeyError: there is no such dialect.
    """
    if dialect == KOFFI:
        return _koffi(declaration, prototype)
    return f"{_key(declaration.name)}: {entry_value(declaration, dialect, prototype)},"


def entry_value(declaration: Declaration, dialect: str, prototype: Prototype | None = None) -> str:
    """What stands behind the key in a schema: ``{ parameters: ["f64"], result: "f64" }``. Not for koffi.

    Parameters and errors are those of `entry_text`.
    """
    words = DIALECTS[dialect]
    entry = _static(declaration, words) if declaration.static is not None else _function(declaration, words, prototype)
    for field, wanted in (("nonblocking", declaration.nonblocking), ("optional", declaration.optional)):
        if wanted:
            entry.append(f"{_supported(words, field)}: true")
    if declaration.symbol != declaration.name:
        entry.append(f"{_supported(words, 'name')}: {json.dumps(declaration.symbol)}")
    return f"{{ {', '.join(entry)} }}"


def type_text(type_: Type, dialect: str) -> str:
    """How a dialect writes a type, quotes and all.

    Raises
    ------
    NotExpressibleError: it has no word for the type.
    KeyError: there is no such dialect.
    """
    return _word(type_, DIALECTS[dialect])


def _function(declaration: Declaration, dialect: Dialect, prototype: Prototype | None) -> list[str]:
    signature = declaration.signature
    assert signature is not None
    if signature.fixed is not None:
        raise NotExpressibleError(f"{declaration.name} is variadic, and {dialect.title} declares no such functions")
    parameters = [
        json.dumps(_STRINGS[dialect.name])
        if dialect.name in _STRINGS and type_.name == "buffer" and _is_text(prototype, index)
        else _word(type_, dialect)
        for index, type_ in enumerate(signature.parameters)
    ]
    entry = [f"{dialect.parameters}: [{', '.join(parameters)}]"]
    # Porffor reads a result from every function that has the field, whatever it says.
    if signature.result.name != "void" or dialect.name != "porffor":
        entry.append(f"{dialect.result}: {_word(signature.result, dialect)}")
    return entry


def _static(declaration: Declaration, dialect: Dialect) -> list[str]:
    assert declaration.static is not None
    return [f"{_supported(dialect, 'type')}: {_word(declaration.static, dialect)}"]


def _supported(dialect: Dialect, field: str) -> str:
    if field not in dialect.fields or field in dialect.ignored:
        what = "data symbols" if field == "type" else f"the field {field!r}"
        raise NotExpressibleError(f"{dialect.title} has no {what}")
    return field


def _word(type_: Type, dialect: Dialect) -> str:
    if isinstance(type_, StructType):
        if dialect.name == KOFFI:
            fields = (f"f{index}: {_word(field, dialect)}" for index, field in enumerate(type_.fields))
            return f"koffi.struct({{ {', '.join(fields)} }})"
        if dialect.name != "deno":
            raise NotExpressibleError(f"{dialect.title} passes no structs by value")
        return f"{{ struct: [{', '.join(_word(field, dialect) for field in type_.fields)}] }}"
    name = _STAND_INS.get(dialect.name, {}).get(type_.name, type_.name)
    word = next((spelling for spelling, meaning in dialect.types.items() if meaning == name), None)
    if word is None:
        raise NotExpressibleError(f"{dialect.title} has no type for {type_.name}")
    return json.dumps(word)


def _is_text(prototype: Prototype | None, index: int) -> bool:
    if prototype is None or index >= len(prototype.parameters):
        return False
    return is_text(prototype.parameters[index][1])


def is_text(type_: CType) -> bool:
    """Whether a C type is ``const char *``: text that ends in NUL, as far as a type can tell."""
    return isinstance(type_, CPointer) and type_.const and isinstance(type_.to, CInteger) and type_.to.basis == "char"


def _koffi(declaration: Declaration, prototype: Prototype | None) -> str:
    if declaration.nonblocking or declaration.optional:
        raise NotExpressibleError("koffi declares neither nonblocking nor optional functions")
    words, symbol = DIALECTS[KOFFI], json.dumps(declaration.symbol)
    if not _IDENTIFIER.fullmatch(declaration.name):
        raise NotExpressibleError(f"{declaration.name!r} is no name of a variable")
    if declaration.static is not None:
        return f"const {declaration.name} = lib.symbol({symbol}, {_word(declaration.static, words)});"
    assert declaration.signature is not None
    parameters = [
        f'"{_STRINGS[KOFFI]}"' if type_.name == "buffer" and _is_text(prototype, index) else _word(type_, words)
        for index, type_ in enumerate(declaration.signature.parameters)
    ]
    if declaration.signature.fixed is not None:
        parameters.insert(declaration.signature.fixed, '"..."')
    result = _word(declaration.signature.result, words)
    return f"const {declaration.name} = lib.func({symbol}, {result}, [{', '.join(parameters)}]);"


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)

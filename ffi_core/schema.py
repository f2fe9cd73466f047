"""Schema to `Declaration`: the check that every dict passes before a library is opened.

All mistakes are found in one pass, each with its path and the nearest right answer; a schema read from a source file
goes through the same door as one written in Python.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ffi_core.errors import SchemaError, SchemaProblem
from ffi_core.model import Declaration, Signature
from ffi_core.types import NATIVE_TYPES, Kind, StructType, Type, nearest_type

FUNCTION_FIELDS = ("parameters", "result", "nonblocking", "optional", "name")
"""Fields of a function's entry, in the order people write them."""
STATIC_FIELDS = ("type", "optional", "name")
"""Fields of a data symbol's entry."""
CALLBACK_FIELDS = ("parameters", "result")
"""Fields of a callback's or function pointer's definition."""
FOREIGN_FIELDS = {"args": "parameters", "arguments": "parameters", "params": "parameters"} | {
    "returns": "result",
    "return": "result",
    "returnType": "result",
}
"""What other dialects, and haste, call our fields."""

_MAX_DEPTH = 32
# Bounds on what a schema may ask of memory and of the C stack, far beyond what any C library declares: a struct that
# holds itself is met by the depth, one that doubles at each level by the size.
_MAX_STRUCT = 1 << 16
_MAX_ARGUMENTS = 1 << 17


def check(schema: object) -> tuple[Declaration, ...]:
    """Check a whole schema, as given to `ffi_core.dlopen`.

    Parameters
    ----------
    schema: a mapping from symbol name to its entry: ``{"parameters": [...], "result": ...}`` or ``{"type": ...}``.

    Returns
    -------
    One declaration for each entry, in order.

    Raises
    ------
    SchemaError: listing every problem with its path.
    """
    reader = _Reader()
    if not isinstance(schema, Mapping):
        reader.problem("", f"a schema is a dict from symbol name to declaration, not {_kind_of(schema)}")
        raise SchemaError(tuple(reader.problems))
    declarations = [reader.declaration(name, entry) for name, entry in schema.items()]
    if reader.problems:
        raise SchemaError(tuple(reader.problems))
    return tuple(declaration for declaration in declarations if declaration is not None)


def check_definition(definition: object, what: str = "definition", *, variadic: bool = True) -> Signature:
    """Check the definition of a callback or function pointer: ``{"parameters": [...], "result": ...}``.

    Parameters
    ----------
    definition: the mapping.
    what: how messages call it.
    variadic: whether ``...`` may stand among its parameters.

    Raises
    ------
    SchemaError: listing every problem with its path.
    """
    reader = _Reader()
    signature = None
    if not isinstance(definition, Mapping):
        reader.problem("", f"a {what} is a dict with parameters and result, not {_kind_of(definition)}")
    else:
        reader.fields("", definition, CALLBACK_FIELDS, f"a {what}")
        signature = reader.signature("", definition)
        if signature is not None and signature.fixed is not None and not variadic:
            reader.problem(f"parameters[{signature.fixed}]", f"a {what} cannot be variadic", "list what C will pass")
    if reader.problems or signature is None:
        raise SchemaError(tuple(reader.problems))
    return signature


def read_type(type_: object) -> Type:
    """Read one native type as a schema spells it: ``"i32"`` or ``{"struct": ["u8", "f64"]}``.

    Raises
    ------
    SchemaError: where it is none.
    """
    reader = _Reader()
    found = reader.type("", type_, result=True)
    if found is None:
        raise SchemaError(tuple(reader.problems))
    return found


def sizeof(type_: object) -> int:
    """Size in bytes of a native type, given as in a schema: ``"i32"`` or ``{"struct": ["u8", "f64"]}``."""
    return read_type(type_).size


def alignof(type_: object) -> int:
    """Alignment in bytes of a native type, given as in a schema."""
    return read_type(type_).align


def offsets(type_: object) -> tuple[int, ...]:
    """Byte offset of each field of a struct, given as in a schema; TypeError for a type that is no struct."""
    found = read_type(type_)
    if not isinstance(found, StructType):
        raise TypeError(f"{found} has no fields; only a struct has offsets")
    return found.offsets


def to_schema(declaration: Declaration) -> dict[str, Any]:
    """The entry that `check` would read as this declaration; made of JSON's types alone."""
    entry: dict[str, Any] = {}
    if declaration.signature is not None:
        words: list[Any] = [_spell(parameter) for parameter in declaration.signature.parameters]
        if declaration.signature.fixed is not None:
            words.insert(declaration.signature.fixed, "...")
        entry = {"parameters": words, "result": _spell(declaration.signature.result)}
    elif declaration.static is not None:
        entry = {"type": _spell(declaration.static)}
    if declaration.nonblocking:
        entry["nonblocking"] = True
    if declaration.optional:
        entry["optional"] = True
    if declaration.symbol != declaration.name:
        entry["name"] = declaration.symbol
    return entry


def parse_signature(text: str) -> Declaration:
    """Read a declaration from its short form, ``cos(f64) -> f64``; a missing result means void.

    Raises
    ------
    SchemaError: naming what could not be read.
    """
    head, bracket, rest = text.partition("(")
    inside, closing, tail = rest.rpartition(")")
    arrow = tail.strip()
    if not bracket or not closing or not head.strip() or (arrow and not arrow.startswith("->")):
        raise SchemaError((SchemaProblem("", f"{text!r} is no signature", "write it as 'cos(f64) -> f64'"),))
    name = head.strip()
    words = [word.strip() for word in inside.split(",")] if inside.strip() else []
    return check({name: {"parameters": words, "result": arrow[2:].strip() or "void"}})[0]


def _spell(type_: Type) -> Any:
    return {"struct": [_spell(entry) for entry in type_.fields]} if isinstance(type_, StructType) else type_.name


def _kind_of(value: object) -> str:
    if value is None:
        return "None"
    try:
        return f"{type(value).__name__} {value!r:.40}"
    except Exception:  # noqa: BLE001 - survives any __repr__, and Python's refusal to write very long ints
        return type(value).__name__


@lru_cache(maxsize=4096)
def _plain_signature(parameters: tuple[object, ...], result: object) -> Signature | None:
    """The signature made of these names, or None where one of them is not simply the name of a type that fits there."""
    types = [NATIVE_TYPES.get(word) if isinstance(word, str) else None for word in (*parameters, result)]
    known = tuple(type_ for type_ in types if type_ is not None)
    if len(known) < len(types) or any(type_.kind is Kind.VOID for type_ in known[:-1]):
        return None
    return Signature(known[:-1], known[-1]) if 8 * len(parameters) <= _MAX_ARGUMENTS else None


def _plain_declaration(name: str, entry: object) -> Declaration | None:
    """The commonest kind of entry without mistakes, in a fraction of the time; None for all others, right or wrong.

    Libraries have thousands of symbols and tens of signatures, so signatures are remembered.
    """
    if type(entry) is not dict or len(entry) != 2 or not name or not name.isascii() or "\0" in name:
        return None
    parameters = entry.get("parameters")
    if not isinstance(parameters, list | tuple) or "result" not in entry:
        return None
    try:
        signature = _plain_signature(tuple(parameters), entry["result"])
    except TypeError:
        # A struct is a dict, and has no hash.
        return None
    return None if signature is None else Declaration(name, name, signature)


class _Reader:
    """Collects problems while it reads, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[SchemaProblem] = []
        # Set once a struct of this entry is past bounds: to go on might take for ever.
        self.overgrown = False

    def problem(self, path: str, message: str, hint: str | None = None) -> None:
        self.problems.append(SchemaProblem(path, message, hint))

    def declaration(self, name: object, entry: object) -> Declaration | None:
        if not isinstance(name, str):
            self.problem("", f"a symbol's name is a str, not {_kind_of(name)}")
            return None
        plain = _plain_declaration(name, entry)
        if plain is not None:
            return plain
        path = name if name.isidentifier() else f"[{name!r}]"
        self.overgrown = False
        before = len(self.problems)
        self.symbol_name(path, name)
        if not isinstance(entry, Mapping):
            self.problem(path, f"expected a dict with parameters and result, or type, not {_kind_of(entry)}")
            return None
        symbol = entry.get("name", name)
        if "name" in entry:
            self.symbol_name(f"{path}.name", symbol)
        flags = {flag: self.flag(path, entry, flag) for flag in ("nonblocking", "optional") if flag in entry}
        signature, static = None, None
        if "type" in entry:
            self.fields(path, entry, STATIC_FIELDS, "a static")
            static = self.type(f"{path}.type", entry["type"])
        else:
            self.fields(path, entry, FUNCTION_FIELDS, "a function")
            signature = self.signature(path, entry)
        if len(self.problems) > before:
            return None
        return Declaration(name, symbol, signature, static, **flags)

    def symbol_name(self, path: str, name: object) -> None:
        if not isinstance(name, str):
            self.problem(path, f"a symbol's name is a str, not {_kind_of(name)}")
        elif not name:
            self.problem(path, "a symbol's name cannot be empty")
        elif "\0" in name:
            self.problem(path, f"a symbol's name cannot hold a NUL character: {name!r}")
        elif any("\ud800" <= letter <= "\udfff" for letter in name):
            self.problem(path, f"a symbol's name cannot hold a lone surrogate: {name!r}")

    def flag(self, path: str, entry: Mapping[Any, Any], flag: str) -> bool:
        value = entry[flag]
        if not isinstance(value, bool):
            self.problem(f"{path}.{flag}", f"expected True or False, not {_kind_of(value)}")
        return value is True

    def fields(self, path: str, entry: Mapping[Any, Any], known: Sequence[str], what: str) -> None:
        for key in entry:
            if key in known:
                continue
            where = f"{path}.{key}" if path else f"{key}"
            right = FOREIGN_FIELDS.get(key) if isinstance(key, str) else None
            if right in known:
                self.problem(where, "unknown field", f"here it is called {right!r}")
                continue
            close = difflib.get_close_matches(str(key), known, n=1, cutoff=0.6)
            hint = f"did you mean {close[0]!r}?" if close else f"{what} has {', '.join(known)}"
            self.problem(where, "unknown field", hint)

    def signature(self, path: str, entry: Mapping[Any, Any]) -> Signature | None:
        dot = f"{path}." if path else ""
        parameters: list[Type | None] = []
        fixed = None
        if "parameters" not in entry:
            self.missing(path, entry, "parameters", "write [] where there are none")
        elif isinstance(entry["parameters"], str | bytes) or not isinstance(entry["parameters"], Sequence):
            self.problem(f"{dot}parameters", f"expected a list of types, not {_kind_of(entry['parameters'])}")
        else:
            for index, word in enumerate(entry["parameters"]):
                where = f"{dot}parameters[{index}]"
                if word != "...":
                    parameters.append(self.type(where, word))
                elif fixed is not None:
                    self.problem(where, "'...' stands once at the most")
                elif index == 0:
                    self.problem(where, "'...' needs a parameter before it")
                else:
                    fixed = index
        result = None
        if "result" not in entry:
            self.missing(path, entry, "result", "write 'void' where there is none")
        else:
            result = self.type(f"{dot}result", entry["result"], result=True)
        known = tuple(parameter for parameter in parameters if parameter is not None)
        if result is None or len(known) < len(parameters):
            return None
        size = sum(-(-parameter.size // 8) * 8 for parameter in known)
        if size > _MAX_ARGUMENTS:
            self.problem(f"{dot}parameters", f"{size} bytes of arguments; a call can take {_MAX_ARGUMENTS}")
            return None
        return Signature(known, result, fixed)

    def missing(self, path: str, entry: Mapping[Any, Any], field: str, hint: str) -> None:
        if not any(FOREIGN_FIELDS.get(key) == field for key in entry if isinstance(key, str)):
            self.problem(path, f"missing field {field!r}", hint)

    def type(self, path: str, word: object, *, result: bool = False, depth: int = 0) -> Type | None:
        if isinstance(word, str):
            found = NATIVE_TYPES.get(word)
            if found is None:
                near = nearest_type(word)
                hint = f"did you mean {near!r}?" if near else f"the types are {', '.join(NATIVE_TYPES)}"
                self.problem(path, f"unknown native type {word!r}", hint)
            elif found.kind is Kind.VOID and not result:
                self.problem(path, "'void' is a result only")
                return None
            return found
        if isinstance(word, Mapping):
            return self.struct(path, word, depth)
        self.problem(path, f"expected the name of a type or {{'struct': [...]}}, not {_kind_of(word)}")
        return None

    def struct(self, path: str, word: Mapping[Any, Any], depth: int) -> StructType | None:
        self.fields(path, word, ("struct",), "a struct")
        fields = word.get("struct")
        where = f"{path}.struct" if path else "struct"
        if isinstance(fields, str | bytes) or not isinstance(fields, Sequence):
            self.problem(where, f"expected a list of types, not {_kind_of(fields)}")
            return None
        if not fields:
            self.problem(where, "a struct needs at least one field")
            return None
        if depth >= _MAX_DEPTH:
            self.overgrown = True
            self.problem(where, f"structs are nested more than {_MAX_DEPTH} deep")
            return None
        known: list[Type] = []
        size = 0
        for index, entry in enumerate(fields):
            field = self.type(f"{where}[{index}]", entry, depth=depth + 1)
            if field is not None:
                known.append(field)
                size += field.size
            if self.overgrown:
                return None
            if size > _MAX_STRUCT:
                self.overgrown = True
                self.problem(where, f"the struct is larger than {_MAX_STRUCT} bytes")
                return None
        return StructType(tuple(known)) if len(known) == len(fields) else None

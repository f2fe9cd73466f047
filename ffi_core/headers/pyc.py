"""Headers read by pycparser behind ``cc -E``, for machines without libclang. For the worker alone.

Each external declaration is parsed by itself, with the typedefs it uses put before it: what pycparser cannot read is
left out, and the rest is not lost with it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pycparser import c_ast
from pycparser.c_parser import CParser

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
    VA_LIST,
    TooLargeError,
    bounded,
    exported_names,
    integer_name,
    integer_of,
    is_too_large,
)
from ffi_core.headers.comments import comment_above
from ffi_core.headers.constants import NotConstantError, evaluate
from ffi_core.headers.preprocess import ODD_LAYOUT, Chunk, Macro, existing, preprocess
from ffi_core.headers.request import HeaderAnswer, HeaderRequest, Parser, Stamp
from ffi_core.model import Prototype, PrototypeKind

_VA_LISTS = ("va_list", "__builtin_va_list", "__gnuc_va_list")
_UNKNOWN_WORDS = {"_Float128", "__float128", "_Float64x", "__int128", "__int128_t", "__uint128_t"}
_FLOAT_WORDS = {"_Float32": "float", "_Float64": "double", "_Float32x": "double"}
_MOST_COMPLAINTS = 50
_UNDEFINED = "the header does not define it"


def read(request: HeaderRequest, abi: Abi) -> HeaderAnswer:
    """Read headers.

    Parameters
    ----------
    request: which, and how.
    abi: of this machine.

    Raises
    ------
    HeaderError: nothing could be read at all: no compiler, or the header is missing.
    """
    text = preprocess(request, os.environ.get("CC") or "cc")
    reader = _Reader(abi)
    for chunk in text.chunks:
        reader.add(chunk)
    found = reader.prototypes()
    macros = (_macro(macro) for macro in text.macros if macro.name not in found)
    complaints = (*text.complaints, *reader.complaints)[:_MOST_COMPLAINTS]
    return HeaderAnswer(Parser.PYCPARSER, (*found.values(), *macros), tuple(_stamps(text.files)), complaints)


def _stamps(files: tuple[str, ...]) -> list[Stamp]:
    stamps = []
    for name in existing(files):
        status = Path(name).stat()
        stamps.append(Stamp(os.path.realpath(name), status.st_size, status.st_mtime_ns))
    return stamps


def _macro(macro: Macro) -> Prototype:
    words = [word for word in macro.parameters if word != "..."]
    return Prototype(
        macro.name,
        PrototypeKind.MACRO,
        CUnknown("", "a macro's result has no type"),
        tuple((word, CUnknown("", "a macro's parameters have no type")) for word in words),
        "..." in macro.parameters,
        header=macro.file,
        line=macro.line,
        comment=comment_above(macro.file, macro.line),
    )


class _Reader:
    """Collects typedefs, tags and enum constants as it goes, as a compiler does."""

    def __init__(self, abi: Abi) -> None:
        self.complaints: list[str] = []
        self._abi, self._parser = abi, CParser()
        self._typedefs: dict[str, Any] = {}
        self._tags: dict[str, Any] = {}
        self._structs: dict[int, CType] = {}
        self._constants: dict[str, int] = {}
        self._bounds: dict[int, tuple[int, int]] = {}
        self._declared: dict[str, Any] = {}
        self._budget = 0

    def add(self, chunk: Chunk) -> None:
        """Read one external declaration."""
        words = {word.decode("utf-8", "replace") for word in chunk.words}
        if chunk.pieces[0] == b"static" or "_Static_assert" in words:
            return
        known = sorted(words & (self._typedefs.keys() | set(_VA_LISTS) | _UNKNOWN_WORDS | _FLOAT_WORDS.keys()))
        # One line of typedefs, whose own declarations are dropped again.
        before = "".join(f"typedef int {word};" for word in known)
        text = f'{before}\n# {chunk.line} "{chunk.file}"\n{chunk.text}'
        try:
            declarations = self._parser.parse(text).ext[before.count(";") :]
        except RecursionError:
            self._complain(chunk, "nested too deep")
            return
        except Exception as error:  # noqa: BLE001 - pycparser raises its ParseError, and AssertionError on odd input
            self._complain(chunk, str(error))
            return
        for declaration in declarations:
            self._note(declaration, chunk.label)

    def _complain(self, chunk: Chunk, why: str) -> None:
        if len(self.complaints) < _MOST_COMPLAINTS:
            self.complaints.append(f"{chunk.file}:{chunk.line}: left out: {why}")

    def prototypes(self) -> dict[str, Prototype]:
        """What was declared, by name; made at the end, when every struct is known that is defined at all."""
        found = {}
        for name, node in self._declared.items():
            self._budget = MOST_NODES
            try:
                found[name] = bounded(self._prototype(node, name))
            except (TooLargeError, RecursionError):
                continue
        return found

    def _note(self, node: Any, label: str) -> None:
        if not isinstance(node, c_ast.Typedef | c_ast.Decl):
            return
        self._budget = MOST_NODES
        self._note_tags(node.type)
        if isinstance(node, c_ast.Typedef):
            self._typedefs[node.name] = node.type
        elif node.name is not None:
            for name in exported_names(node.name, label):
                self._declared.setdefault(name, node)

    def _prototype(self, node: Any, name: str) -> Prototype:
        place = _place_of(node.type) or node.coord
        where, line = place.file, place.line
        comment = comment_above(where, line)
        type_ = self._type(node.type)
        if not isinstance(type_, CFunction):
            return Prototype(name, PrototypeKind.VARIABLE, type_, header=where, line=line, comment=comment)
        # One declared through a typedef of a function's type gives no names.
        names = _parameter_names(node.type) if isinstance(node.type, c_ast.FuncDecl) else [""] * len(type_.parameters)
        return Prototype(
            name,
            PrototypeKind.FUNCTION,
            type_.result,
            tuple(zip(names, type_.parameters, strict=True)),
            type_.variadic,
            type_.unspecified,
            where,
            line,
            comment,
        )

    # --- tags and constants -----------------------------------------------------------------------------------------

    def _note_tags(self, node: Any) -> None:
        """Note the structs, unions and enums that a declaration defines, at any depth."""
        waiting = [node]
        while waiting:
            current = waiting.pop()
            if isinstance(current, c_ast.Struct | c_ast.Union) and current.decls is not None:
                if current.name:
                    self._tags[f"{_word(current)} {current.name}"] = current
                waiting += current.decls
            elif isinstance(current, c_ast.Enum) and current.values is not None:
                self._note_enum(current)
            elif isinstance(current, c_ast.FuncDecl):
                waiting += [current.type, *(current.args.params if current.args else [])]
            elif hasattr(current, "type") and not isinstance(current.type, str):
                waiting.append(current.type)

    def _note_enum(self, node: Any) -> None:
        if node.name:
            self._tags[f"enum {node.name}"] = node
        value: int | None = -1
        values = []
        for entry in node.values.enumerators:
            if entry.value is not None:
                value = self._constant(entry.value)
            elif value is not None:
                value += 1
            if value is not None:
                self._constants[entry.name] = value
                values.append(value)
        self._bounds[id(node)] = min(values, default=0), max(values, default=0)

    def _constant(self, node: Any) -> int | None:
        try:
            return evaluate(node, self._constants, self._size_of)
        except (NotConstantError, TooLargeError):
            return None

    def _size_of(self, node: Any) -> int | None:
        layout = self._abi.layout(self._type(node))
        return layout[0] if layout is not None else None

    # --- types ------------------------------------------------------------------------------------------------------

    def _type(self, node: Any, names: tuple[str, ...] = (), *, behind: bool = False) -> CType:
        """The C type of a declarator; `names` are the typedefs that led here, `behind` says that a pointer did."""
        self._budget -= 1
        if self._budget < 0:
            raise TooLargeError
        typedef = names[0] if names else None
        match node:
            case c_ast.PtrDecl():
                to = self._type(node.type, behind=True)
                return to if to == VA_LIST else CPointer(to, _is_const(node.type), typedef)
            case c_ast.ArrayDecl():
                count = self._constant(node.dim) if node.dim is not None else 0
                element = self._type(node.type, behind=behind)
                if count is None or count < 0:
                    return CUnknown("an array", "its length is not known", typedef)
                return CArray(element, count, typedef)
            case c_ast.FuncDecl():
                return self._function(node, typedef)
            case c_ast.TypeDecl():
                return self._named(node.type, names, behind=behind)
            case _:
                return self._named(node, names, behind=behind)

    def _named(self, node: Any, names: tuple[str, ...], *, behind: bool) -> CType:
        typedef = names[0] if names else None
        if isinstance(node, c_ast.Struct | c_ast.Union):
            return self._record(node, typedef, behind=behind)
        if isinstance(node, c_ast.Enum):
            return self._enum(node, typedef)
        words = [word for word in node.names if word not in ("const", "volatile")]
        if len(words) == 1 and words[0] in _VA_LISTS:
            return VA_LIST
        if len(words) == 1 and words[0] in self._typedefs:
            return self._type(self._typedefs[words[0]], (*names, words[0]), behind=behind)
        return self._basic(words, names)

    def _basic(self, words: list[str], names: tuple[str, ...]) -> CType:
        typedef = names[0] if names else None
        text = " ".join(words)
        if text == "void":
            return CVoid(typedef)
        if text == "_Bool":
            return CBool(typedef)
        if text in _FLOAT_WORDS:
            return CFloat(_FLOAT_WORDS[text], typedef)
        if sorted(words) in (["float"], ["double"], ["double", "long"]):
            return CFloat("long double" if len(words) == 2 else text, typedef)
        if words and set(words) <= INTEGER_WORDS:
            return integer_of(integer_name(words), list(names), self._abi, None)
        return CUnknown(
            text, _UNDEFINED if len(words) == 1 and words[0] not in _UNKNOWN_WORDS else NOT_MODELLED, typedef
        )

    def _enum(self, node: Any, typedef: str | None) -> CType:
        tag = f"enum {node.name}" if node.name else "enum"
        definition = node if node.values is not None else self._tags.get(tag)
        if definition is None:
            return CUnknown(tag, _UNDEFINED, typedef)
        low, high = self._bounds[id(definition)]
        wide = low < -(1 << 31) or high >= 1 << (32 if low >= 0 else 31)
        return CInteger(f"{'' if low < 0 else 'unsigned '}{'long' if wide else 'int'}", typedef, tag)

    def _record(self, node: Any, typedef: str | None, *, behind: bool) -> CType:
        word = _word(node)
        tag = f"{word} {node.name}" if node.name else word
        definition = node if node.decls is not None else self._tags.get(tag)
        if definition is None:
            return CStruct(tag, typedef=typedef)
        made = self._structs.get(id(definition))
        if made is None:
            # Behind a pointer, the struct may be under way: then the name is all that can be said.
            self._structs[id(definition)] = CUnknown(tag, "it holds itself")
            made = self._structs[id(definition)] = self._laid_out(definition, tag)
        match made:
            case CStruct():
                fields = () if behind else made.fields
                return CStruct(tag, fields, made.size, made.align, complete=True, typedef=typedef)
            case CUnknown(text=text, reason=reason):
                if behind:
                    return CStruct(tag, complete=True, natural=False, typedef=typedef)
                return CUnknown(text, reason, typedef)
            case _:
                return made

    def _laid_out(self, node: Any, tag: str) -> CType:
        fields = []
        for entry in node.decls:
            if not isinstance(entry, c_ast.Decl):
                continue
            if entry.name == ODD_LAYOUT:
                return CUnknown(tag, "it is packed or specially aligned")
            bits = None
            if entry.bitsize is not None:
                bits = self._constant(entry.bitsize)
                if bits is None:
                    return CUnknown(tag, "the width of a bit-field is not known")
            fields.append(CField(entry.name or "", self._type(entry.type), 0, bits))
        if is_too_large(field.type for field in fields):
            return CUnknown(tag, "it has more parts than any real one")
        placed = lay_out(CStruct(tag, tuple(fields), complete=True), self._abi)
        return placed or CUnknown(tag, "a field's type is not known")

    def _function(self, node: Any, typedef: str | None) -> CFunction:
        result = self._type(node.type)
        if node.args is None:
            return CFunction(result, (), unspecified=True, typedef=typedef)
        parameters: list[CType] = []
        variadic = False
        for parameter in node.args.params:
            if isinstance(parameter, c_ast.EllipsisParam):
                variadic = True
            elif isinstance(parameter, c_ast.ID):  # an old-style list of names
                return CFunction(result, (), unspecified=True, typedef=typedef)
            else:
                parameters.append(self._parameter(parameter.type))
        if len(parameters) == 1 and isinstance(parameters[0], CVoid):
            parameters = []
        return CFunction(result, tuple(parameters), variadic, typedef=typedef)

    def _parameter(self, node: Any) -> CType:
        if isinstance(node, c_ast.ArrayDecl):
            to = self._type(node.type, behind=True)
            return to if to == VA_LIST else CPointer(to, _is_const(node.type))
        type_ = self._type(node)
        match type_:
            case CFunction():
                return CPointer(type_)
            case CArray(element=element):
                return CPointer(element, _is_const(node))
            case _:
                return type_


def _is_const(node: Any) -> bool:
    return "const" in (getattr(node, "quals", None) or [])


def _word(node: Any) -> str:
    return "union" if isinstance(node, c_ast.Union) else "struct"


def _place_of(node: Any) -> Any:
    """Where the declared name stands: the innermost declarator's place."""
    while node is not None and not isinstance(node, c_ast.TypeDecl):
        node = getattr(node, "type", None)
    return node.coord if node is not None else None


def _parameter_names(node: Any) -> list[str]:
    entries = [entry for entry in (node.args.params if node.args else ()) if not isinstance(entry, c_ast.EllipsisParam)]
    if any(isinstance(entry, c_ast.ID) for entry in entries) or (len(entries) == 1 and _is_void(entries[0])):
        return []
    return [entry.name or "" for entry in entries]


def _is_void(entry: Any) -> bool:
    inner = getattr(entry.type, "type", None)
    return isinstance(inner, c_ast.IdentifierType) and inner.names == ["void"]

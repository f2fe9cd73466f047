"""koffi: ``koffi.load(path)``, then ``func`` with a C prototype, or with name, result and parameters one by one; the
types that a program defines; callbacks. What the types mean is for `ffi_core.dialects.koffi_types`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from ffi_core.dialects.base import Dialect, Form
from ffi_core.dialects.koffi_types import OWN_TYPES, KoffiTypes, shares_types, sharing
from ffi_core.dialects.prototype import PrototypeText, TypeText, bare_type, read_prototype
from ffi_core.model import (
    Array,
    CallKind,
    Declaration,
    DlopenCall,
    Nothing,
    Number,
    Object,
    Property,
    SourceDeclaration,
    Span,
    Text,
    Unknown,
    Value,
)
from ffi_core.schema import read_type
from ffi_core.source import Scopes
from ffi_core.source.call import CallText
from ffi_core.source.flow import Flow
from ffi_core.source.opening import Openings, closing
from ffi_core.source.shapes import Constant, Entry, Members, Shape, Symbols

_CONVENTIONS = {"__cdecl", "__stdcall", "__fastcall", "__thiscall"}
_FUNC = ("func", "cdecl", "stdcall", "fastcall", "thiscall")
_NAME_OF_PROTOTYPE = re.compile(r"([A-Za-z_]\w*)\s*\(")
_DEFINES = re.compile(
    rb"//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
    rb"|\.\s*(opaque|alias|enumeration|pointer|disposable|proto|callback|struct|pack|union)\s*(?=\()",
    re.DOTALL,
)
"""A call that may define a type, whosever method it is; or a comment or string, which is passed over."""
_RECORDS = ("struct", "pack", "union")


def _read(scopes: Scopes) -> Iterator[DlopenCall]:
    reader = _Reader(scopes)
    flow = Flow(scopes)
    flow.from_module("koffi", reader.module())
    flow.run()
    named, pointed_to = reader.types.known(), reader.types.only_pointed_to
    sure = reader.knows_all_types()
    for call in reader.openings.calls():
        yield replace(call, named_types=named, only_pointed_to=pointed_to, knows_all_types=sure)


class _Reader:
    """What the calls of one file's koffi give. Types are known from their definition on, as when the program runs."""

    def __init__(self, scopes: Scopes) -> None:
        self.source = scopes.tree.text
        self.types = KoffiTypes()
        self.definers_read: set[int] = set()
        self.openings = Openings("koffi", lambda _name, _entry: None, scopes)

    def module(self) -> Members:
        entries: dict[str, Shape] = {
            "load": Entry(self.load),
            "types": Members({word: Constant(word) for word in OWN_TYPES if word != "..."}),
            "array": Entry(self.array),
            "out": Entry(lambda call: self.directed("_Out_", call)),
            "inout": Entry(lambda call: self.directed("_Inout_", call)),
            "type": Entry(self.same),
            "resolve": Entry(self.same),
            "register": Entry(self.register),
            "unregister": Entry(self.openings.close_argument),
            "decode": Entry(self.decode),
        }
        definers: dict[str, Callable[[CallText], Shape | None]] = {
            "opaque": self.opaque,
            "alias": self.alias,
            "enumeration": self.enumeration,
            "pointer": self.pointer,
            "disposable": self.disposable,
            "proto": self.proto,
            "callback": self.proto,  # its name in koffi 2
            **{word: partial(self.record, word) for word in _RECORDS},
        }
        return Members({**entries, **{word: self.definer(define) for word, define in definers.items()}})

    def definer(self, define: Callable[[CallText], Shape | None]) -> Entry:
        def on_call(call: CallText) -> Shape | None:
            self.definers_read.add(call.callee.end_byte)
            return define(call)

        return Entry(on_call)

    def knows_all_types(self) -> bool:
        """Whether nothing defines types but the calls that were read: no other module, no function given koffi."""
        places = {match.end(1) for match in _DEFINES.finditer(self.source) if match[1]}
        return self.types.all_known and places <= self.definers_read and not shares_types(self.source)

    # --- libraries and their functions

    def load(self, call: CallText) -> Shape:
        path = _item(call, 0)
        library = Symbols()

        def func(call: CallText) -> Shape | None:
            return self.function(call, path, Symbols(closings=library.closings))

        def symbol(call: CallText) -> None:
            name = _item(call, 0)
            if isinstance(name, Text):
                declared = SourceDeclaration(name.value, name.span, call.arguments.span, Unknown(name.span))
                self.openings.add_declared(call, path, declared, symbols=Symbols(closings=library.closings))

        return Members({**{word: Entry(func) for word in _FUNC}, "symbol": Entry(symbol), "unload": closing(library)})

    def function(self, call: CallText, path: Value | None, symbols: Symbols) -> Shape | None:
        first, arguments = _item(call, 0), call.arguments.items
        if not call.arguments.complete or not isinstance(first, Text):
            return None
        if len(arguments) == 1:
            prototype = read_prototype(first.value, self.types.is_type)
            if not isinstance(prototype, PrototypeText):
                return self.openings.add(call, path, first, symbols=symbols)
            checked = self.types.declaration_of(prototype)
            place = _place(self.source, first, prototype.name_offset, len(prototype.name))
            declared = SourceDeclaration(prototype.name, place, first.span, self.entry(first, prototype), checked)
            return self.openings.add_declared(call, path, declared, symbols=symbols)
        name, result, parameters = arguments[-3:] if len(arguments) >= 3 else (None, None, None)
        if not isinstance(name, Text) or result is None or parameters is None:
            return None
        value = _fields(call.arguments.span, result=result, parameters=parameters)
        checked = self.types.declaration(name.value, result, parameters)
        declared = SourceDeclaration(name.value, name.span, value.span, value, checked)
        return self.openings.add_declared(call, path, declared, symbols=symbols)

    def entry(self, text: Text, prototype: PrototypeText) -> Object:
        """A prototype as the entry of a schema that it amounts to; types stand where they do in the string."""

        def word(type_: TypeText) -> Value:
            place = _place(self.source, text, type_.start, type_.end - type_.start)
            return Unknown(place) if place == text.span else Text(place, type_.text)

        parameters = Array(text.span, tuple(word(type_) for type_ in prototype.parameters))
        return _fields(text.span, result=word(prototype.result), parameters=parameters)

    # --- types

    def record(self, word: str, call: CallText) -> Shape | None:
        name, members = _name_and_rest(call)
        redefined = isinstance(name, Text) and name.value in self.types.opaque and not self.is_literal(name)
        types = self.types.struct(members) if word == "struct" else None
        span = call.arguments.span if members is None else members.span
        listed = _members(members)
        value: Value = Unknown(span) if listed is None else _fields(span, type=_fields(span, struct=listed))
        if redefined and isinstance(name, Text):
            self.types.named[name.value] = types
            self.types.opaque.discard(name.value)
            return None
        return self.defined(call, name, types, value)

    def opaque(self, call: CallText) -> Shape | None:
        shape = self.defined(call, _item(call, 0), None, None)
        if isinstance(shape, Constant):
            self.types.opaque.add(shape.value)
        return shape

    def alias(self, call: CallText) -> Shape | None:
        name, type_ = _item(call, 0), _item(call, 1)
        if isinstance(name, Text) and isinstance(type_, Text):
            if type_.value in self.types.prototypes:
                self.types.prototypes.setdefault(name.value, self.types.prototypes[type_.value])
            if type_.value in self.types.opaque:
                self.types.opaque.add(name.value)
        native = self.types.native(type_.value) if isinstance(type_, Text) else None
        return self.defined(call, name, native, type_ and _fields(type_.span, type=type_))

    def enumeration(self, call: CallText) -> Shape | None:
        return self.defined(call, _name_and_rest(call)[0], None, None)

    def pointer(self, call: CallText) -> Shape | None:
        first, second = _item(call, 0), _item(call, 1)
        if second is None or isinstance(second, Number):
            stars = second.value if isinstance(second, Number) and isinstance(second.value, int) else 1
            return Constant(f"{first.value} {'*' * min(stars, 8)}") if isinstance(first, Text) else None
        native = self.types.native(f"{second.value} *") if isinstance(second, Text) else "pointer"
        return self.defined(call, first, native, _fields(second.span, type=second))

    def array(self, call: CallText) -> Shape | None:
        first, second = _item(call, 0), _item(call, 1)
        if not isinstance(first, Text) or not isinstance(second, Number):
            return None
        return Constant(f"{first.value} [{second.value}]")

    def disposable(self, call: CallText) -> Shape | None:
        first, second = _item(call, 0), _item(call, 1)
        if not isinstance(second, Text):
            return Constant(first.value) if isinstance(first, Text) else None
        return self.defined(call, first, self.types.native(second.value), _fields(second.span, type=second))

    def directed(self, direction: str, call: CallText) -> Shape | None:
        type_ = _item(call, 0)
        return Constant(f"{direction} {type_.value}") if isinstance(type_, Text) else None

    def same(self, call: CallText) -> Shape | None:
        type_ = _item(call, 0)
        return Constant(type_.value) if isinstance(type_, Text) else None

    def proto(self, call: CallText) -> Shape | None:
        arguments, first = call.arguments.items, _item(call, 0)
        name: Value | None = None
        if len(arguments) == 1 and isinstance(first, Text):
            prototype = read_prototype(first.value, self.types.is_type, named=False)
            if not isinstance(prototype, PrototypeText):
                return self.unreadable_proto(call, first)
            place = _place(self.source, first, prototype.name_offset, len(prototype.name))
            name = Text(place, prototype.name) if prototype.name else None
            declared, value = self.types.declaration_of(prototype), self.entry(first, prototype)
        else:
            if isinstance(first, Text) and first.value in _CONVENTIONS:
                arguments = arguments[1:]
            *names, result, parameters = arguments if len(arguments) >= 2 else (None, None)
            name = names[0] if names else None
            if result is None or parameters is None:
                return None
            value = _fields(call.arguments.span, result=result, parameters=parameters)
            declared = self.types.declaration("", result, parameters)
        shape = self.defined(call, name, None, value, declared)
        if isinstance(shape, Constant):
            self.types.prototypes.setdefault(shape.value, declared)
        return shape

    def unreadable_proto(self, call: CallText, text: Text) -> Shape | None:
        """Note a prototype that koffi cannot read; its name, if it shows one, is meant to be a type."""
        self.openings.add(call, None, text, kind=CallKind.TYPE)
        meant = _NAME_OF_PROTOTYPE.search(text.value)
        if meant is None:
            self.types.all_known = False
            return None
        self.types.define(meant[1], None)
        self.types.prototypes.setdefault(meant[1], None)
        return Constant(meant[1])

    def defined(
        self,
        call: CallText,
        name: Value | None,
        native: Any,
        value: Value | None,
        declared: Declaration | None = None,
    ) -> Shape | None:
        """Note a type that the call defines under a name, or under none."""
        if isinstance(name, Text):
            word = name.value
        else:
            word = f"anonymous_type_{len(self.types.named)}"
            self.types.all_known &= name is None or isinstance(name, Nothing | Object)
        self.types.define(word, native)
        if declared is None and native is not None:
            declared = Declaration(word, word, static=read_type(native))
        if value is not None:
            own_name = name if isinstance(name, Text) else None
            self.openings.add_definition(call, CallKind.TYPE, value, declaration=declared, name=own_name)
        return Constant(word)

    # --- callbacks

    def register(self, call: CallText) -> Shape | None:
        function, type_ = call.arguments.items[-2:] if len(call.arguments.items) in (2, 3) else (None, None)
        if function is None or type_ is None or not call.arguments.complete:
            return None
        return self.of_prototype(call, CallKind.CALLBACK, type_, function)

    def decode(self, call: CallText) -> Shape | None:
        type_ = _item(call, 1)
        is_function = isinstance(type_, Text) and bare_type(type_.value)[0] in self.types.prototypes
        return self.of_prototype(call, CallKind.POINTER, type_) if is_function and type_ is not None else None

    def of_prototype(self, call: CallText, kind: CallKind, type_: Value, function: Value | None = None) -> Shape:
        bare = bare_type(type_.value)[0] if isinstance(type_, Text) else ""
        return self.openings.add_definition(
            call,
            kind,
            _fields(type_.span, type=type_),
            function=function,
            declaration=self.types.prototypes.get(bare),
        )

    def is_literal(self, text: Text) -> bool:
        """Whether a string is written where it stands, and is not what `koffi.opaque` gave."""
        return self.source[text.span.start : text.span.start + 1] in (b'"', b"'", b"`")


def _item(call: CallText, index: int) -> Value | None:
    items = call.arguments.items
    return items[index] if index < len(items) else None


def _name_and_rest(call: CallText) -> tuple[Value | None, Value | None]:
    first, second = _item(call, 0), _item(call, 1)
    return (None, first) if isinstance(first, Object) else (first, second)


def _members(members: Value | None) -> Array | None:
    """The types of a struct's members; where one has an alignment of its own, its type stands behind that."""
    if not isinstance(members, Object):
        return None
    types = [
        entry.value.items[1] if isinstance(entry.value, Array) and len(entry.value.items) == 2 else entry.value
        for entry in members
    ]
    return Array(members.span, tuple(types), members.complete)


def _fields(span: Span, **fields: Value) -> Object:
    """What a call says in its own way, as the entry of a schema that it amounts to."""
    return Object(span, tuple(Property(key, value.span, value, value.span) for key, value in fields.items()))


def _place(source: bytes, text: Text, start: int, length: int) -> Span:
    """Where a piece of a string stands in the file; the whole of it where that is not how the string is written."""
    inside = Span(text.span.start + 1, text.span.end - 1)
    if source[inside.start : inside.end] != text.value.encode("utf-8", "replace"):
        return text.span
    first = inside.start + len(text.value[:start].encode())
    return Span(first, first + len(text.value[start : start + length].encode()))


def _reaches_far(before: bytes, after: bytes) -> bool:
    either = before + b"\n" + after
    defines = b"koffi" in either or any(match[1] for match in _DEFINES.finditer(either)) or b"/*" in either
    return defines or sharing(before) != sharing(after)


DIALECT = Dialect(
    name="koffi",
    title="koffi",
    entry_points=((b"koffi",),),
    parameters="parameters",
    result="result",
    fields=("parameters", "result"),
    ignored=(),
    required=(),
    types=OWN_TYPES,
    read=_read,
    forms={
        CallKind.TYPE: Form(("parameters", "result", "type")),
        CallKind.CALLBACK: Form(("type",)),
        CallKind.POINTER: Form(("type",)),
    },
    needs_schema=False,
    types_can_be_added=True,
    has_structs=True,
    takes_prototypes=True,
    bare_type=bare_type,
    reaches_far=_reaches_far,
)

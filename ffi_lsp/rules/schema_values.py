"""The parts of a schema that rules look at: the fields of an entry, and every place where a type stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ffi_core.dialects import DIALECTS, Dialect
from ffi_core.model import (
    Array,
    Boolean,
    CallKind,
    DlopenCall,
    Object,
    Property,
    SourceDeclaration,
    Span,
    Text,
    Unknown,
    Value,
)

PARAMETERS_ELSEWHERE = frozenset({"parameters", "args", "arguments", "params", "argTypes", "parameterTypes"})
"""What dialects, and haste, call the list of parameter types."""
RESULT_ELSEWHERE = frozenset({"result", "returns", "return", "returnType", "returnValue", "resultType", "ret"})
"""What dialects, and haste, call the type of the result."""


def dialect_of(call: DlopenCall) -> Dialect:
    """The dialect that a call is written in, as it is in calls of that kind."""
    return _dialect(call.dialect, call.kind)


@cache
def _dialect(name: str, kind: CallKind) -> Dialect:
    return DIALECTS[name].of(kind)


def right_field(dialect: Dialect, field: str) -> str | None:
    """What `dialect` calls the field that another one calls `field`; None for a field of its own, or of nobody."""
    if field in PARAMETERS_ELSEWHERE:
        right = dialect.parameters
    elif field in RESULT_ELSEWHERE:
        right = dialect.result
    else:
        return None
    return None if field == right else right


def parameter_types(dialect: Dialect, entry: Object) -> Iterator[Value]:
    """What stands in an entry's list of parameters, the types of struct fields aside."""
    parameters = entry.get(dialect.parameters)
    if parameters is not None and isinstance(parameters.value, Array):
        yield from parameters.value.items


def types(dialect: Dialect, entry: Object) -> Iterator[Value]:
    """Every place of an entry where a type belongs: parameters, result, a static's type and the fields of structs."""
    for word in parameter_types(dialect, entry):
        yield from _with_struct_fields(word)
    for field in dict.fromkeys((dialect.result, "type")):
        found = entry.get(field) if field in dialect.fields else None
        if found is not None:
            yield from _with_struct_fields(found.value)


def renaming_field(call: DlopenCall, entry: SourceDeclaration) -> Property | None:
    """The field by which an entry names another symbol than its key, where the dialect looks at it."""
    return _honoured(call, entry, "name")


def symbol_of(call: DlopenCall, entry: SourceDeclaration) -> str | None:
    """The C name that the runtime looks up for an entry; None where the text does not tell."""
    if isinstance(entry.value, Object) and (not entry.value.complete or _has_ignored_name(call, entry.value)):
        return None
    field = renaming_field(call, entry)
    if field is None:
        return entry.name
    return field.value.value if isinstance(field.value, Text) else None


def symbol_span(call: DlopenCall, entry: SourceDeclaration) -> Span:
    """The text that gives the C name of an entry."""
    field = renaming_field(call, entry)
    return entry.name_span if field is None else field.value.span


def may_be_missing(call: DlopenCall, entry: SourceDeclaration) -> bool:
    """Whether an entry says that its symbol may be missing, in a dialect that allows it, or might say so."""
    optional = _honoured(call, entry, "optional")
    return optional is not None and (
        isinstance(optional.value, Unknown) or optional.value == Boolean(optional.value.span, True)
    )


def is_static(call: DlopenCall, entry: SourceDeclaration) -> bool:
    """Whether an entry declares a data symbol, in a dialect that has them."""
    return _honoured(call, entry, "type") is not None


def _honoured(call: DlopenCall, entry: SourceDeclaration, field: str) -> Property | None:
    dialect = dialect_of(call)
    honoured = field in dialect.fields and field not in dialect.ignored
    return entry.value.get(field) if honoured and isinstance(entry.value, Object) else None


def _has_ignored_name(call: DlopenCall, entry: Object) -> bool:
    """Whether FFI106 speaks of the name already: the text asks for another symbol than the runtime will look up."""
    return "name" in dialect_of(call).ignored and entry.get("name") is not None


def struct_of(word: Value) -> Property | None:
    """The field ``struct`` of a type that is written as ``{ struct: [...] }``."""
    return word.get("struct") if isinstance(word, Object) else None


def _with_struct_fields(word: Value) -> Iterator[Value]:
    struct = struct_of(word)
    if struct is None:
        yield word
    elif isinstance(struct.value, Array):
        for inner in struct.value.items:
            yield from _with_struct_fields(inner)

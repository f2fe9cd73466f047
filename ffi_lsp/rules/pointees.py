"""What lies behind the addresses that a function of C takes: a text that ends with NUL, a value of known size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ffi_core.c_types import CInteger, CPointer, CType
from ffi_core.headers.abi import POINTER_SIZED, Abi
from ffi_core.model import CallSite, DlopenCall, Origin, OriginKind, Prototype, Value
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.schema_values import symbol_of

_MAY_BE_A_LENGTH = re.compile(
    r"_*(?:n|.*(?:len|size|count|cnt|byte|num|max|limit|cb|cch|sz|avail|room)).*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Passed:
    """Memory, or the address of some, as an argument.

    Parameters
    ----------
    origin: what made it.
    type: C's type of the parameter.
    prototype: the function's.
    index: of the argument, from 0.
    value: the argument.
    """

    origin: Origin
    type: CPointer
    prototype: Prototype
    index: int
    value: Value


def memory_passed(call: DlopenCall, facts: LibraryFacts, site: CallSite) -> Iterator[Passed]:
    """Every argument of a call that is memory made in this file, where C is known to take an address."""
    if not site.origins or len(site.arguments.items) < len(site.origins):
        return
    entry = call.declaration_of(site.symbol)
    symbol = symbol_of(call, entry) if entry is not None else None
    prototype = facts.prototypes.get(symbol) if symbol is not None else None
    if prototype is None or prototype.is_macro:
        return
    for index, (origin, (_, type_)) in enumerate(zip(site.origins, prototype.parameters, strict=False)):
        is_memory = origin is not None and origin.kind in (OriginKind.MEMORY, OriginKind.ADDRESS)
        if origin is not None and is_memory and isinstance(type_, CPointer):
            yield Passed(origin, type_, prototype, index, site.arguments.items[index])


def is_text(type_: CPointer) -> bool:
    """Whether C takes a text that it does not change: ``const char *``."""
    return type_.const and isinstance(type_.to, CInteger) and type_.to.basis == "char"


def may_have_length(prototype: Prototype) -> bool:
    """Whether some parameter may say how many bytes there are, so that none of them need be NUL."""
    return prototype.variadic or any(_may_be_length(name, type_) for name, type_ in prototype.parameters)


def size_behind(type_: CPointer, abi: Abi) -> int | None:
    """Bytes of one value behind an address; None where C does not say, or where there is only a handle."""
    layout = abi.layout(type_.to)
    return layout[0] if layout is not None else None


def _may_be_length(name: str, type_: CType) -> bool:
    if not isinstance(type_, CInteger):
        return False
    return type_.basis in POINTER_SIZED or not name or _MAY_BE_A_LENGTH.fullmatch(name) is not None

"""Inlay hints: C's names before parameters and arguments, C's types behind native ones, and what calls took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ffi_core.dialects import DIALECTS
from ffi_core.model import CallSite, DlopenCall, Object, SourceDeclaration, Span, Text, Value
from ffi_lsp.config.settings import Hints
from ffi_lsp.ide import measured as measuring
from ffi_lsp.ide.c_side import CParameter, c_parameters, c_result, prototype_of
from ffi_lsp.ide.cursor import is_imported, parameter_values
from ffi_lsp.ide.hover import HeaderPlace, header_place
from ffi_lsp.ide.measured import Measurement
from ffi_lsp.ide.wording import code
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot

_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Hint:
    """A few words between those of the text.

    Parameters
    ----------
    offset: byte offset at which they are shown.
    text: the words.
    tooltip: sentences that say more; what stands in backticks is code.
    before: whether they belong to what follows, rather than to what stands before.
    is_name: whether they are the name of a parameter.
    place: the line of a header that they come from, or None.
    """

    offset: int
    text: str
    tooltip: tuple[str, ...]
    before: bool = False
    is_name: bool = False
    place: HeaderPlace | None = None


def inlay_hints(snapshot: Snapshot, span: Span, measured: Mapping[str, Measurement]) -> list[Hint]:
    """The hints in a part of a text, in its order, as far as the settings ask for them.

    Parameters
    ----------
    snapshot: the text.
    span: the part that is on the screen.
    measured: the last run of each function by its key in the schema.
    """
    choice = snapshot.settings.hints
    found: list[Hint] = []
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        for entry in call.declarations:
            if entry.span.start <= span.end and span.start <= entry.span.end and not is_imported(call, entry.span):
                found += _in_schema(call, facts, entry, choice)
        if choice.parameters:
            for site in call.calls:
                if site.span.start <= span.end and span.start <= site.span.end:
                    found += _at_call(call, facts, site)
    if choice.measured:
        times = measuring.inlay_hints(snapshot, span, measured)
        found += [Hint(hint.offset, hint.text, (hint.tooltip,)) for hint in times]
    return sorted((hint for hint in found if hint.offset in span), key=lambda hint: hint.offset)


def _in_schema(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration, choice: Hints) -> Iterator[Hint]:
    prototype = prototype_of(facts, entry)
    place = header_place(prototype)
    values = parameter_values(call, entry)
    for value, parameter in zip(values, c_parameters(prototype), strict=False):
        if choice.parameters and parameter.name:
            yield _name(value, parameter, place)
        if choice.types:
            yield _type(value, parameter.text, place)
    result, text = _result_value(call, entry), c_result(prototype)
    if choice.types and result is not None and text:
        yield _type(result, text, place)


def _at_call(call: DlopenCall, facts: LibraryFacts, site: CallSite) -> Iterator[Hint]:
    entry = call.declaration_of(site.symbol)
    prototype = prototype_of(facts, entry) if entry is not None else None
    for value, parameter in zip(site.arguments.items, c_parameters(prototype), strict=False):
        written = call.source[value.span.start : value.span.end].decode("utf-8", "replace")
        # Behind a spread nobody knows which parameter an argument is for.
        if written.startswith("..."):
            return
        if parameter.name and not _says_it_already(written, parameter.name):
            yield _name(value, parameter, header_place(prototype))


def _name(value: Value, parameter: CParameter, place: HeaderPlace | None) -> Hint:
    tooltip = (f"C has {code(parameter.text)}.",)
    return Hint(value.span.start, f"{parameter.name}:", tooltip, before=True, is_name=True, place=place)


def _type(value: Value, text: str, place: HeaderPlace | None) -> Hint:
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return Hint(value.span.end, short, (f"C has {code(text)}.",), place=place)


def _says_it_already(written: str, name: str) -> bool:
    """Whether the last word of an argument is the parameter's name: ``flags``, ``options.flags``, ``FLAGS``."""
    return written.rpartition(".")[2].replace("_", "").lower() == name.replace("_", "").lower()


def _result_value(call: DlopenCall, entry: SourceDeclaration) -> Value | None:
    if not isinstance(entry.value, Object):
        return None
    field = entry.value.get(DIALECTS[call.dialect].result) or entry.value.get("type")
    return field.value if field is not None and isinstance(field.value, Text | Object) else None

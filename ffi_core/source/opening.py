"""The calls of one file that open a library or make functions, put together from their text and their uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ffi_core.model import CallKind, Declaration, DlopenCall, Object, Property, SourceDeclaration, Span, Text, Value
from ffi_core.source.call import CallText
from ffi_core.source.literal import TRANSPARENT, span_of, text_of
from ffi_core.source.scope import Scopes
from ffi_core.source.shapes import BoundSymbol, Entry, Shape, Symbols

if TYPE_CHECKING:
    from tree_sitter import Node

Declare = Callable[[str, Object], "Declaration | None"]
"""Makes a declaration of a name and its entry, or None where the entry is wrong or cannot be known."""

_WITHOUT_A_NAME = {CallKind.CALLBACK: "callback", CallKind.POINTER: "function pointer", CallKind.TYPE: "type"}


@dataclass(frozen=True, slots=True)
class _Opening:
    call: CallText
    library: Value | None
    schema: Value | None
    declarations: tuple[SourceDeclaration, ...]
    symbols: Symbols
    kind: CallKind
    function: Span | None = None
    held_by: Span | None = None


@dataclass(slots=True)
class Openings:
    """Collects calls while values are still being followed; `calls` gives them once all have been.

    Parameters
    ----------
    dialect: the dialect's name.
    declare: checks an entry.
    scopes: the names of the file.
    """

    dialect: str
    declare: Declare
    scopes: Scopes
    _found: list[_Opening] = field(default_factory=list)
    _closers: list[CallText] = field(default_factory=list)

    def add(
        self,
        call: CallText,
        library: Value | None = None,
        schema: Value | None = None,
        *,
        symbols: Symbols | None = None,
        kind: CallKind = CallKind.LIBRARY,
    ) -> Symbols:
        """Note a call with a schema; gives the object whose members are its symbols."""
        symbols = symbols if symbols is not None else Symbols()
        declarations = tuple([self._entry(call, entry) for entry in (schema if isinstance(schema, Object) else ())])
        self._found.append(_Opening(call, library, schema, declarations, symbols, kind))
        return symbols

    def _entry(self, call: CallText, entry: Property) -> SourceDeclaration:
        known = call.entries.of(entry) if call.entries is not None else None
        # A method is another object each time it is asked for; its function is not.
        key = (self.dialect, getattr(self.declare, "__func__", self.declare))
        if known is not None and key in known.declared:
            return known.declared[key]
        checked = self._declared(entry.key, entry.value)
        found = SourceDeclaration(entry.key, entry.key_span, entry.span, entry.value, checked)
        if known is not None:
            known.declared[key] = found
        return found

    def add_single(
        self,
        call: CallText,
        library: Value | None,
        name: Value | None,
        entry: Value | None,
        *,
        symbols: Symbols | None = None,
    ) -> BoundSymbol | None:
        """Note a call that asks for one symbol by its name, as Node's ``library.getFunction(name, definition)``."""
        if not isinstance(name, Text) or entry is None:
            return None
        checked = self._declared(name.value, entry)
        declared = SourceDeclaration(name.value, name.span, entry.span, entry, checked)
        return self.add_declared(call, library, declared, symbols=symbols)

    def add_declared(
        self,
        call: CallText,
        library: Value | None,
        declared: SourceDeclaration,
        *,
        symbols: Symbols | None = None,
    ) -> BoundSymbol:
        """Note a call that gives one symbol, declared in the dialect's own way; gives that symbol's function."""
        symbols = symbols if symbols is not None else Symbols()
        self._found.append(_Opening(call, library, declared.value, (declared,), symbols, CallKind.LIBRARY))
        return BoundSymbol(declared.name, symbols, declared.name_span)

    def add_definition(
        self,
        call: CallText,
        kind: CallKind,
        definition: Value | None,
        *,
        function: Value | None = None,
        declaration: Declaration | None = None,
        name: Text | None = None,
        closed_by: str | None = None,
        called_by: str | None = None,
    ) -> BoundSymbol:
        """Note a call that makes one callback, function pointer or type.

        Parameters
        ----------
        call: the call.
        kind: what it makes.
        definition: the value given as its definition, or None where there is no argument.
        function: the value given as a callback's function.
        declaration: what the definition amounts to, where it is no entry as the dialect's schemas have them.
        name: the name that it is given, as types are; without one it bears that of its variable.
        closed_by: the method that ends it, where it has one.
        called_by: the method by which its function is called, where it cannot be called itself.

        Returns
        -------
        What the call gives: it is followed, so that its uses, and the calls of it, are found.
        """
        variable = variable_of(call)
        known_as = _WITHOUT_A_NAME[kind] if variable is None else text_of(variable)
        name_span = span_of(call.callee if variable is None else variable)
        if name is not None:
            known_as, name_span = name.value, name.span
        symbols = Symbols()
        if definition is None:
            declarations: tuple[SourceDeclaration, ...] = ()
        else:
            if declaration is None:
                checked = self._declared(known_as, definition)
            else:
                checked = replace(declaration, name=known_as, symbol=known_as)
            declarations = (SourceDeclaration(known_as, name_span, definition.span, definition, checked),)
        held_by = None if variable is None else span_of(variable)
        place = None if function is None else function.span
        self._found.append(_Opening(call, None, definition, declarations, symbols, kind, place, held_by))
        members: dict[str, Shape] = {}
        if closed_by is not None:
            members[closed_by] = closing(symbols)
        if called_by is not None:
            members[called_by] = BoundSymbol(known_as, symbols, name_span, named=False)
        return BoundSymbol(known_as, symbols, name_span, members, named=variable is not None)

    def close_argument(self, call: CallText) -> None:
        """Note a call such as ``unregister(callback)``, which ends what its argument holds."""
        if call.arguments.items:
            self._closers.append(call)

    def calls(self) -> Iterator[DlopenCall]:
        """The calls, in the order in which they were noted."""
        for opening in self._found:
            symbols = opening.symbols
            places = {span for _, span in symbols.uses} if self._closers else set()
            closed = [call.span for call in self._closers if call.arguments.items[0].span in places]
            call = DlopenCall(
                dialect=self.dialect,
                span=opening.call.span,
                callee_span=span_of(opening.call.callee),
                library=opening.library,
                schema=opening.schema,
                declarations=opening.declarations,
                bindings=tuple(symbols.bindings),
                uses=tuple(sorted(symbols.uses, key=lambda use: (use[1].start, use[1].end))),
                calls=tuple(sorted(symbols.calls, key=lambda site: (site.span.start, site.span.end))),
                labels=tuple(sorted(symbols.labels)),
                source=self.scopes.tree.text,
                kind=opening.kind,
                function=opening.function,
                held_by=opening.held_by,
                closings=tuple(sorted([*symbols.closings, *closed])),
            )
            self.scopes.trail.found.append((call, symbols))
            yield call

    def _declared(self, name: str, entry: Value) -> Declaration | None:
        return self.declare(name, entry) if isinstance(entry, Object) else None


def closing(symbols: Symbols) -> Entry:
    """The method ``close`` of what gave these symbols."""
    return Entry(lambda call: symbols.closings.append(call.span))


def variable_of(call: CallText) -> Node | None:
    """The variable that is set to what a call gives, in ``const name = call`` and ``name = call``; None otherwise."""
    node = call.callee.parent
    while node is not None and node.parent is not None and node.parent.type in TRANSPARENT:
        node = node.parent
    parent = node.parent if node is not None else None
    if parent is None or parent.type not in {"variable_declarator", "assignment_expression"}:
        return None
    target = parent.child_by_field_name("name" if parent.type == "variable_declarator" else "left")
    return target if target is not None and target.type == "identifier" else None

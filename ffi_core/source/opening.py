"""The calls of one file that open a library, put together from what the text says and where the symbols go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ffi_core.model import Declaration, DlopenCall, Object, SourceDeclaration, Text, Value
from ffi_core.source.call import CallText
from ffi_core.source.flow import BoundSymbol, Symbols
from ffi_core.source.literal import span_of

Declare = Callable[[str, Object], "Declaration | None"]
"""Makes a declaration of a name and its entry, or None where the entry is wrong or cannot be known."""


class Openings:
    """Collects calls while values are still being followed; `calls` gives them once all have been.

    Parameters
    ----------
    dialect: the dialect's name.
    declare: checks an entry.
    source: the text of the file.
    """

    def __init__(self, dialect: str, declare: Declare, source: bytes) -> None:
        self._dialect, self._declare, self._source = dialect, declare, source
        self._found: list[tuple[CallText, Value | None, Value | None, tuple[SourceDeclaration, ...], Symbols]] = []

    def add(
        self,
        call: CallText,
        library: Value | None = None,
        schema: Value | None = None,
        *,
        symbols: Symbols | None = None,
    ) -> Symbols:
        """Note a call with a schema; gives the object whose members are its symbols."""
        symbols = symbols if symbols is not None else Symbols()
        entries = schema if isinstance(schema, Object) else ()
        self._found.append(
            (
                call,
                library,
                schema,
                tuple(
                    SourceDeclaration(
                        entry.key,
                        entry.key_span,
                        entry.span,
                        entry.value,
                        self._declare(entry.key, entry.value) if isinstance(entry.value, Object) else None,
                    )
                    for entry in entries
                ),
                symbols,
            )
        )
        return symbols

    def add_single(
        self, call: CallText, library: Value | None, name: Value | None, entry: Value | None
    ) -> BoundSymbol | None:
        """Note a call that asks for one symbol by its name, as Node's ``library.getFunction(name, definition)``."""
        if not isinstance(name, Text) or entry is None:
            return None
        checked = self._declare(name.value, entry) if isinstance(entry, Object) else None
        return self.add_declared(call, library, SourceDeclaration(name.value, name.span, entry.span, entry, checked))

    def add_declared(self, call: CallText, library: Value | None, declared: SourceDeclaration) -> BoundSymbol:
        """Note a call that gives one symbol, declared in the dialect's own way; gives that symbol's function."""
        symbols = Symbols()
        self._found.append((call, library, declared.value, (declared,), symbols))
        return BoundSymbol(declared.name, symbols, declared.name_span)

    def calls(self) -> Iterator[DlopenCall]:
        """The calls, in the order in which they were noted."""
        for call, library, schema, declarations, symbols in self._found:
            yield DlopenCall(
                dialect=self._dialect,
                span=call.span,
                callee_span=span_of(call.callee),
                library=library,
                schema=schema,
                declarations=declarations,
                bindings=tuple(symbols.bindings),
                uses=tuple(sorted(symbols.uses, key=lambda use: use[1])),
                calls=tuple(sorted(symbols.calls, key=lambda site: site.span)),
                labels=tuple(sorted(symbols.labels)),
                source=self._source,
            )

"""The contract of rules by part: what their silence about a part of a call may depend on, besides the part itself.

Whether `check_declaration` and `check_site` yield anything is decided by what the part's mark stands for, by the fields
of `Common` and `Circumstances`, and for a call of a bound function by its symbol's entry. What their findings say, and
how they are mended, may be read anywhere. A rule that needs more in order to decide is one about the call as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ffi_core.headers.abi import Abi
from ffi_core.library import Library
from ffi_core.model import CallKind, DlopenCall, Prototype, SourceDeclaration, Symbol
from ffi_core.types import Type
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import DeclarationCheck, Rule
from ffi_lsp.rules.schema_values import symbol_of


@dataclass(frozen=True, slots=True)
class Common:
    """What is the same for all parts of a call; of `DlopenCall` and `LibraryFacts`, which tell what the fields mean."""

    dialect: str
    kind: CallKind
    named_types: Mapping[str, Type | None]
    only_pointed_to: frozenset[str]
    knows_all_types: bool
    library: Library | None
    needed: tuple[Library, ...]
    complete: bool
    abi: Abi | None


@dataclass(frozen=True, slots=True, eq=False)
class Circumstances:
    """Those of one entry of a schema, and of the calls of its symbol. Each is its own: two are never alike.

    Parameters
    ----------
    common: what it shares with the call's other parts.
    inside: whether the entry stands in the call itself, and not in an object that is defined elsewhere.
    symbol: its C name, where the text tells.
    exported: what the facts say that dlsym gives for that.
    prototype: what they say that C declares. A mismatch follows from these and the entry.
    speaking: the rules that found something in the entry. The others need not be asked again.
    """

    common: Common
    inside: bool
    symbol: str | None
    exported: tuple[Symbol, Library] | None
    prototype: Prototype | None
    speaking: tuple[tuple[Rule, DeclarationCheck], ...]

    def still_hold(self, common: Common, facts: LibraryFacts, *, inside: bool) -> bool:
        """Whether an entry with the same mark would be judged just so again."""
        symbol = self.symbol
        return (
            self.common is common
            and self.inside is inside
            and (symbol is None or facts.exported.get(symbol) is self.exported)
            and (symbol is None or facts.prototypes.get(symbol) is self.prototype)
        )


def common_of(call: DlopenCall, facts: LibraryFacts) -> Common:
    """What all parts of a call have in common: the very object that their marks know, where it is like that."""
    found = Common(
        call.dialect,
        call.kind,
        call.named_types,
        call.only_pointed_to,
        call.knows_all_types,
        facts.library,
        facts.needed,
        facts.complete,
        facts.abi,
    )
    known = _known_common(call)
    return known if known == found else found


def circumstances_of(
    common: Common,
    call: DlopenCall,
    facts: LibraryFacts,
    entry: SourceDeclaration,
    speaking: tuple[tuple[Rule, DeclarationCheck], ...],
) -> Circumstances:
    """Those of an entry that was just judged."""
    symbol = symbol_of(call, entry)
    exported, prototype = (None, None) if symbol is None else (facts.exported.get(symbol), facts.prototypes.get(symbol))
    return Circumstances(common, stands_inside(call, entry), symbol, exported, prototype, speaking)


def stands_inside(call: DlopenCall, entry: SourceDeclaration) -> bool:
    """Whether an entry stands in the call itself, and not in an object that is defined elsewhere."""
    return call.span.start < entry.span.start and entry.span.end < call.span.end


def _known_common(call: DlopenCall) -> Common | None:
    for entry in call.declarations:
        known = entry.mark.found
        if isinstance(known, Circumstances):
            return known.common
    for site in () if call.declarations else call.calls:
        known = site.mark.found
        if isinstance(known, Common):
            return known
    return None

"""Asks the rules about a call, and about those of its parts of which it is not known that they have nothing to say.

At a keystroke nearly all entries of a schema, and nearly all calls of bound functions, are what they were in the text
before; only their places are others. The mark of such a part holds the circumstances in which it was judged, and which
rules found something. They are asked anew each time, so that what is found always speaks of the text as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ffi_core.model import CallSite, DlopenCall, SourceDeclaration
from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.rules.circumstances import Circumstances, Common, circumstances_of, common_of, stands_inside
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding, Rule, SiteCheck

_Part = TypeVar("_Part", SourceDeclaration, CallSite)
_Asked = tuple[Rule, Callable[[DlopenCall, LibraryFacts, _Part], Iterable[Finding]]]


class Judges:
    """Some rules, sorted by what they look at."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        rules = tuple(rules)
        self._of_calls = [(rule, rule.check) for rule in rules if rule.check is not None]
        self._of_declarations = [(rule, rule.check_declaration) for rule in rules if rule.check_declaration is not None]
        self._of_sites = [(rule, rule.check_site) for rule in rules if rule.check_site is not None]

    def judge(self, call: DlopenCall, facts: LibraryFacts) -> list[Diagnostic]:
        """What is wrong with a call and its parts; at one place a rule's findings come as `Rule.judge` gives them."""
        common = common_of(call, facts)
        found = [rule.diagnostic(finding) for rule, check in self._of_calls for finding in check(call, facts)]
        by_symbol = self._judge_declarations(call, facts, common, found)
        self._judge_sites(call, facts, common, by_symbol, found)
        return found

    def _judge_declarations(
        self, call: DlopenCall, facts: LibraryFacts, common: Common, into: list[Diagnostic]
    ) -> Mapping[str, Circumstances]:
        by_symbol: dict[str, Circumstances] = {}
        for entry in call.declarations:
            known = entry.mark.found
            if isinstance(known, Circumstances) and known.still_hold(common, facts, inside=stands_inside(call, entry)):
                if known.speaking:
                    _ask(known.speaking, call, facts, entry, into)
            else:
                speaking = _ask(self._of_declarations, call, facts, entry, into)
                known = entry.mark.found = circumstances_of(common, call, facts, entry, speaking)
            by_symbol[entry.name] = known
        return by_symbol

    def _judge_sites(
        self,
        call: DlopenCall,
        facts: LibraryFacts,
        common: Common,
        by_symbol: Mapping[str, Circumstances],
        into: list[Diagnostic],
    ) -> None:
        for site in call.calls:
            around = by_symbol.get(site.symbol, common)
            known = site.mark.found
            if known is around:
                continue  # and no rule found anything
            if isinstance(known, _Spoken) and known.around is around:
                _ask(known.rules, call, facts, site, into)
            else:
                speaking = _ask(self._of_sites, call, facts, site, into)
                site.mark.found = _Spoken(around, speaking) if speaking else around


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Noted on the mark of a call of a bound function in which some rules found something, in these circumstances."""

    around: Circumstances | Common
    rules: tuple[tuple[Rule, SiteCheck], ...]


def _ask(
    rules: Iterable[_Asked[_Part]], call: DlopenCall, facts: LibraryFacts, part: _Part, into: list[Diagnostic]
) -> tuple[_Asked[_Part], ...]:
    """Those of the rules that find something."""
    speaking = []
    for rule, check in rules:
        found = [rule.diagnostic(finding) for finding in check(call, facts, part)]
        if found:
            into += found
            speaking.append((rule, check))
    return tuple(speaking)

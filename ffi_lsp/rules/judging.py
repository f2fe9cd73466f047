"""Asks the rules about a call, and about those of its parts of which it is not known that they have nothing to say.

At a keystroke nearly all entries of a schema, and nearly all calls of bound functions, are what they were in the text
before; only their places are others. The mark of such a part holds the circumstances in which no rule found anything.
A part in which one did is judged anew each time, so that what is found always speaks of the text as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.rules.circumstances import Circumstances, Common, circumstances_of, common_of, stands_inside
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Rule


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
            mark = entry.mark
            known = mark.found
            if not isinstance(known, Circumstances) or not known.still_hold(
                common, facts, inside=stands_inside(call, entry)
            ):
                known = None
            if known is None or not known.silent:
                found = [
                    rule.diagnostic(finding)
                    for rule, check in self._of_declarations
                    for finding in check(call, facts, entry)
                ]
                if known is None:
                    known = mark.found = circumstances_of(common, call, facts, entry, silent=not found)
                into += found
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
            if site.mark.found is around:
                continue
            found = [rule.diagnostic(finding) for rule, check in self._of_sites for finding in check(call, facts, site)]
            if found:
                into += found
            else:
                site.mark.found = around

"""Which findings a run is asked for: by code, by the beginning of a code, by name, by severity. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from ffi_lsp.diagnostic import Diagnostic, Severity
from ffi_lsp.rules import RULES

_ORDER = (Severity.HINT, Severity.INFORMATION, Severity.WARNING, Severity.ERROR)


class UnknownRuleError(ValueError):
    """No rule goes by a word.

    Parameters
    ----------
    word: the word.
    nearest: the code or name that was probably meant, or None.
    """

    def __init__(self, word: str, nearest: str | None) -> None:
        self.word, self.nearest = word, nearest
        hint = f"; did you mean {nearest}?" if nearest else "; `ffi-lsp rules` lists all"
        super().__init__(f"there is no rule {word!r}{hint}")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for.

    Parameters
    ----------
    codes: the codes of the rules.
    least: the least severity.
    hints: the codes of the rules whose hints are asked for; what is worse than a hint needs no asking.
    """

    codes: frozenset[str] = frozenset(RULES)
    least: Severity = Severity.HINT
    hints: frozenset[str] = frozenset(RULES)

    def of(self, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Those of the diagnostics that are asked for."""
        return tuple(entry for entry in found if self._wants(entry))

    def _wants(self, entry: Diagnostic) -> bool:
        if entry.severity is Severity.HINT and entry.code not in self.hints:
            return False
        return entry.code in self.codes and _ORDER.index(entry.severity) >= _ORDER.index(self.least)


def select(
    chosen: Iterable[str], ignored: Iterable[str], least: Severity = Severity.HINT, *, hints: bool = True
) -> Selection:
    """Read a selection.

    Parameters
    ----------
    chosen: words for rules: ``FFI201``, ``FFI2``, ``symbol-not-exported``; none means all.
    ignored: words for rules that are left out of those.
    least: the least severity.
    hints: whether hints are asked for; without, only those of rules that are chosen one by one.

    Raises
    ------
    UnknownRuleError: a word stands for no rule.
    """
    words = [(word, _codes_of(word)) for word in chosen]
    codes = frozenset(code for _, found in words for code in found) or frozenset(RULES)
    named = frozenset(code for word, found in words for code in found if word.upper() == code or len(found) == 1)
    left_out = {code for word in ignored for code in _codes_of(word)}
    return Selection(codes - left_out, least, frozenset(RULES) if hints else named)


def _codes_of(word: str) -> set[str]:
    family = word.upper()
    found = {rule.code for rule in RULES.values() if rule.code.startswith(family) or rule.name == word.lower()}
    if not found or not word:
        words = [*RULES, *(rule.name for rule in RULES.values())]
        near = difflib.get_close_matches(family, words, n=1) or difflib.get_close_matches(word.lower(), words, n=1)
        raise UnknownRuleError(word, next(iter(near), None))
    return found

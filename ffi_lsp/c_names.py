"""Which C name the runtime looks up for a declaration: found out once for each, wherever it stands then."""

from __future__ import annotations

from ffi_core.mark import Mark
from ffi_core.model import DlopenCall
from ffi_lsp.rules.schema_values import symbol_of

_MOST_KEPT = 10_000


class CNames:
    """The C names of declarations, each found out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], dict[Mark, str | None]] = {}

    def of(self, call: DlopenCall) -> frozenset[str]:
        """Those of a call's declarations, as far as the text tells."""
        return frozenset([name for name in self.in_order(call) if name is not None])

    def in_order(self, call: DlopenCall) -> list[str | None]:
        """That of each of a call's declarations; None where the text does not tell."""
        known = self._known.setdefault((call.dialect, call.kind), {})
        if len(known) > _MOST_KEPT:
            known.clear()
        for entry in call.declarations:
            if entry.mark not in known:
                known[entry.mark] = symbol_of(call, entry)
        return [known[entry.mark] for entry in call.declarations]

"""The rules, one file each. A rule is a pure function of a call and the facts about its library; it does no I/O.

To add one, add a file ``ffiNNN_name.py`` with a docstring, a ``SEVERITY`` and one or more checks:
``check(call, facts)``, ``check_declaration(call, facts, entry)``, ``check_site(call, facts, site)``; a rule for some
dialects names them in ``DIALECTS``.
`ffi_lsp.rules.circumstances` tells which one.
"""

from __future__ import annotations

from dataclasses import replace

from ffi_core.dialects import DIALECTS
from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Diagnostic, Related
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.judging import Judges
from ffi_lsp.rules.registry import Finding, Rule, scan

__all__ = ["RULES", "Finding", "LibraryFacts", "Rule", "run"]

RULES = scan(__name__, __path__)
"""Every rule by its code, ``FFI201``, in order."""
_JUDGES = {name: Judges(rule for rule in RULES.values() if rule.is_about(name)) for name in DIALECTS}


def run(call: DlopenCall, facts: LibraryFacts) -> list[Diagnostic]:
    """Judge one call by every rule; what is found out about its parts is noted on their marks.

    Parameters
    ----------
    call: the call as its dialect read it.
    facts: what is known about the library that it names.

    Returns
    -------
    The diagnostics in the order of the text.
    """
    found = [_explained(call, facts, _mendable_here(call, entry)) for entry in _JUDGES[call.dialect].judge(call, facts)]
    return sorted(found, key=lambda diagnostic: (diagnostic.span, diagnostic.code))


def _mendable_here(call: DlopenCall, diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic without the fixes that would change a value which another module exports."""
    if not call.imported or not diagnostic.fixes:
        return diagnostic
    kept = tuple(
        fix
        for fix in diagnostic.fixes
        if not any(
            edit.span.start < span.end and span.start < edit.span.end for edit in fix.edits for span in call.imported
        )
    )
    return replace(diagnostic, fixes=kept)


def _explained(call: DlopenCall, facts: LibraryFacts, diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic with the place of the C prototype, where it is about a difference from that."""
    if not diagnostic.code.startswith("FFI3") or diagnostic.symbol is None or diagnostic.related:
        return diagnostic
    entry = call.declaration_of(diagnostic.symbol)
    declared = entry.declaration if entry is not None else None
    prototype = facts.prototypes.get(declared.symbol) if declared is not None else None
    if prototype is None or not prototype.header.startswith("/"):
        return diagnostic
    return replace(diagnostic, related=(Related(prototype.header, prototype.line, str(prototype)),))

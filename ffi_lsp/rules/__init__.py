"""The rules, one file each. A rule is a pure function of a call and the facts about its library; it does no I/O.

To add one, add a file ``ffiNNN_name.py`` with a docstring, a ``SEVERITY`` and ``check(call, facts)``.
"""

from __future__ import annotations

from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding, Rule, scan

__all__ = ["RULES", "Finding", "LibraryFacts", "Rule", "run"]

RULES = scan(__name__, __path__)
"""Every rule by its code, ``FFI201``, in order."""


def run(call: DlopenCall, facts: LibraryFacts) -> list[Diagnostic]:
    """Judge one call by every rule.

    Parameters
    ----------
    call: the call as its dialect read it.
    facts: what is known about the library that it names.

    Returns
    -------
    The diagnostics in the order of the text.
    """
    found = [diagnostic for rule in RULES.values() for diagnostic in rule.judge(call, facts)]
    return sorted(found, key=lambda diagnostic: (diagnostic.span, diagnostic.code))

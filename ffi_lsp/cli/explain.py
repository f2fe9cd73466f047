"""`ffi-lsp explain CODE`: a rule's page, as it stands in docs/rules."""

from __future__ import annotations

import argparse
import difflib
import sys

from ffi_lsp.rules import RULES, Rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("rule", metavar="CODE", help="a rule's code or name: FFI201, symbol-not-exported")


def run(arguments: argparse.Namespace) -> int:
    """Print the page; 2 where there is no such rule."""
    return explain(arguments.rule)


def explain(word: str) -> int:
    """Print the page of the rule that goes by a code or a name; 2 where there is none."""
    rule = _find(word)
    if rule is None:
        words = [*RULES, *(entry.name for entry in RULES.values())]
        near = difflib.get_close_matches(word.upper(), words, n=1) or difflib.get_close_matches(
            word.lower(), words, n=1
        )
        hint = f"; did you mean {near[0]}?" if near else "; `ffi-lsp rules` lists all"
        print(f"ffi-lsp: there is no rule {word!r}{hint}", file=sys.stderr)
        return 2
    print(rule.page, end="")
    return 0


def _find(word: str) -> Rule | None:
    by_name = {rule.name: rule for rule in RULES.values()}
    return RULES.get(word.upper()) or by_name.get(word.lower())

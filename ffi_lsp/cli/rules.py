"""`ffi-lsp rules`: one line for each rule."""

from __future__ import annotations

import argparse

from ffi_lsp.rules import RULES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options: there are none."""


def run(_arguments: argparse.Namespace) -> int:
    """Print code, name, severity and summary of every rule."""
    width = max(len(rule.name) for rule in RULES.values())
    for rule in RULES.values():
        print(f"{rule.code}  {rule.name:<{width}}  {rule.severity:<11}  {rule.summary}")
    return 0

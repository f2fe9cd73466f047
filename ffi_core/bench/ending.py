"""How a process ended, in the words that every report uses."""

from __future__ import annotations

import signal


def describe_exit(code: int) -> str:
    """A return code as `subprocess` gives it: ``exit 3``, or the signal's name where it is negative: ``SIGSEGV``."""
    if code >= 0:
        return f"exit {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"

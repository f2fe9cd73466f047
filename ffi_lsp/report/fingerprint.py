"""What a finding is known by in the next run: its rule, its symbol and the words of its line, not the line's number."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.text import SourceText

_DIGITS = 16


def fingerprints(text: SourceText, diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    """A fingerprint for each diagnostic of a text, in their order.

    It survives lines that move, indentation and a message in new words. Of several that are alike in all that counts,
    each has its number behind a colon.

    Parameters
    ----------
    text: the text.
    diagnostics: what was found in it.
    """
    seen: Counter[str] = Counter()
    for entry in diagnostics:
        digest = _digest(text, entry)
        seen[digest] += 1
        yield f"{digest}:{seen[digest]}"


def _digest(text: SourceText, entry: Diagnostic) -> str:
    line = " ".join(text.line_text(text.position(entry.span.start)[0]).split())
    marked = " ".join(text.data[entry.span.start : entry.span.end].decode("utf-8", "replace").split())
    parts = "\0".join((entry.code, entry.symbol or "", line, marked))
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=_DIGITS // 2).hexdigest()

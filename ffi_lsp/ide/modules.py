"""The imports that a dialect needs, as edits: added, pointed to another module, or taken away."""

from __future__ import annotations

import re

from ffi_core.model import Span
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.call_form import line_of, words

MODULES = {"bun": ("bun:ffi", "{ dlopen }"), "node": ("node:ffi", "{ dlopen }"), "koffi": ("koffi", "koffi")}
"""Where a dialect's functions come from: the module, and what is imported from it."""

_FIRST_LINE = re.compile(rb"(?:\xef\xbb\xbf)?(?:#![^\r\n]*(?:\r\n|\n))?")


class ImportsError(ValueError):
    """The imports of a file cannot be changed as needed; the message says why."""


def import_edits(data: bytes, source: str, target: str, *, last: bool) -> tuple[Edit, ...]:
    """The edits of a file's imports for a call that goes from one dialect to another.

    Parameters
    ----------
    data: the file.
    source, target: the dialects.
    last: whether no other call of the file needs what the old dialect imports.

    Raises
    ------
    ImportsError: a name that is needed is taken, or is imported in another form.
    """
    old = _import_of(data, source) if source in MODULES else None
    if target not in MODULES:
        return (Edit(line_of(data, old), ""),) if old is not None and last else ()
    module, names = MODULES[target]
    if _import_of(data, target) is not None:
        return (Edit(line_of(data, old), ""),) if old is not None and last else ()
    statement = f'import {names} from "{module}";'
    if old is not None and last:
        return (Edit(old, statement),)
    if words(data, names.strip("{ }")) and (source in MODULES or b"import" in data):
        raise ImportsError(f"{names.strip('{ }')} stands for something else in this file already")
    first = _FIRST_LINE.match(data)
    at = first.end() if first else 0
    return (Edit(Span(at, at), f"{statement}\n"),)


def _import_of(data: bytes, dialect: str) -> Span | None:
    """The statement that imports what a dialect needs and nothing else."""
    module, names = MODULES[dialect]
    inside = rb"\s*".join(re.escape(word) for word in names.encode().split())
    found = re.search(rb"import\s*" + inside + rb"\s*from\s*(['\"])" + re.escape(module.encode()) + rb"\1;?", data)
    return Span(found.start(), found.end()) if found else None

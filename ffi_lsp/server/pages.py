"""The rules' pages as files that an editor can open: written into the user's cache when a client can follow a link."""

from __future__ import annotations

import logging
from functools import cache

from ffi_core import __version__

_log = logging.getLogger(__name__)


@cache
def page_of(code: str) -> str | None:
    """The URI of a rule's page; None where it cannot be written."""
    from ffi_core.headers.cache import cache_folder, write_atomically
    from ffi_lsp.rules import RULES

    file = cache_folder().parent / "rules" / __version__ / f"{code}.md"
    page = RULES[code].page.encode()
    try:
        is_there = file.read_bytes() == page
    except OSError:
        is_there = False
    if not is_there and not write_atomically(file, page):
        _log.warning("the page %s could not be written", file)
        return None
    return file.as_uri()

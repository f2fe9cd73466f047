"""What Porffor's compiler insists on seeing in the text itself: plain literals, written inside the call."""

from __future__ import annotations

import re

from ffi_core.model import DlopenCall, Span

_STRING = re.compile(rb"""\s*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*""", re.DOTALL)


def is_porffors(call: DlopenCall) -> bool:
    """Whether the call is one for Porffor's compiler."""
    return call.dialect == "porffor"


def is_written_inside(call: DlopenCall, span: Span) -> bool:
    """Whether a value stands in the call itself, and not where a const was set to it."""
    return call.span.start <= span.start and span.end <= call.span.end


def is_plain_string(call: DlopenCall, span: Span) -> bool:
    """Whether the text is one string in quotes: no name, no template, no sum."""
    return is_written_inside(call, span) and _STRING.fullmatch(call.source[span.start : span.end]) is not None


def end_of_code_before(call: DlopenCall, offset: int, blank: bytes = b" \t\r\n") -> int:
    """The byte offset behind the last byte before `offset` that is none of `blank`; 0 where there is none."""
    while offset > 0 and call.source[offset - 1] in blank:
        offset -= 1
    return offset

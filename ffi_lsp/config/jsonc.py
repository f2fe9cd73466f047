"""JSON as people write it in deno.json: with comments, and with commas behind the last entry."""

from __future__ import annotations

import json
import re
from typing import Any

_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*+")|//[^\n]*+|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:\\.|[^"\\\n])*+")|,(?=\s*+[}\]])')


def loads(text: str) -> Any:
    """The value of a text.

    Raises
    ------
    ValueError: it is no JSON; a `json.JSONDecodeError` has the line as it stands in the text.
    """
    for noise in (_COMMENT, _LAST_COMMA):
        text = noise.sub(_blank, text)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _blank(match: re.Match[str]) -> str:
    """A string stays; what JSON does not know becomes blanks, so that lines keep their numbers."""
    return match.group(1) or re.sub(r"[^\n]", " ", match.group())

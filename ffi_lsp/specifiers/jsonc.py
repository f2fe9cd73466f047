"""JSON as configuration files are written: with comments, and with commas at the end of lists."""

from __future__ import annotations

import json
import re
from typing import Any

# Each alternative matches once it has begun, whether it is closed or not: a search for an end would be made again and
# again in a text that is nothing but beginnings.
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*"?)|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*"?)|,(?=\s*[}\]])', re.DOTALL)


def json_object(data: bytes) -> dict[str, Any]:
    """The object that a text holds; an empty one where it holds none, or is damaged.

    Parameters
    ----------
    data: the text in UTF-8, with a byte order mark or without.
    """
    text = data.decode("utf-8-sig", "replace")
    for pattern in (_COMMENT, _LAST_COMMA):
        text = pattern.sub(lambda match: match[1] or " ", text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

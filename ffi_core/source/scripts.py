"""The scripts inside of .html, .vue, .svelte and .astro files, as one text in which all else is blank.

Every byte stays where it was, so a span means the same place in both texts. What stands around the scripts is not read:
no templates, no expressions in them, no attributes that hold code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MARKUP = frozenset({".html", ".htm", ".vue", ".svelte", ".astro"})
"""Suffixes of the files whose scripts are read."""

_COMMENT_OR_SCRIPT = re.compile(rb"<!--.*?(?:-->|\Z)|<script(?=[\s/>])", re.DOTALL | re.IGNORECASE)
_REST_OF_TAG = re.compile(rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_LONGEST_TAG = 4096  # bytes; a text full of tags that never end must not be read to its end from each of them
_MOST_SCRIPTS = 1000
_END = re.compile(rb"</script", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""(?<![\w:-])(type|lang)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_JAVASCRIPT = re.compile(r"module|(?:text|application)/(?:x-)?(?:java|ecma|type)script|(?:text/)?babel|", re.IGNORECASE)
_FRONTMATTER = re.compile(rb"\A(?:\s|<!--.*?-->)*---[ \t]*$(.*?)(?:^---|\Z)", re.DOTALL | re.MULTILINE)
_BLANK = bytes(letter if letter in b"\r\n" else ord(" ") for letter in range(256))
_GRAMMARS = {"ts": "typescript", "typescript": "typescript", "tsx": "tsx"}


@dataclass(frozen=True, slots=True)
class _Script:
    """One script: its text from `start` to `end`; `opened` and `closed` are the bytes around it, of its tags."""

    start: int
    end: int
    grammar: str
    opened: int | None
    closed: int | None


def only_scripts(text: bytes, suffix: str) -> tuple[bytes, str]:
    """The scripts of a file, where they stand, with blanks for all else.

    Parameters
    ----------
    text: the file.
    suffix: of its name, one of `MARKUP`.

    Returns
    -------
    A text of the same length and with the same line ends, and the grammar that reads it. Scripts that are modules of
    their own stand in a block each, so that their names stay apart: its braces take the place of the tags' ``>`` and
    ``<``.
    """
    found = list(_frontmatter(text)) if suffix == ".astro" else []
    found += _scripts(text, suffix, found[0].end if found else 0)
    blank = bytearray(text.translate(_BLANK))
    for script in found:
        blank[script.start : script.end] = text[script.start : script.end]
        if script.opened is not None and script.closed is not None:
            blank[script.opened], blank[script.closed] = ord("{"), ord("}")
    grammars = {script.grammar for script in found}
    return bytes(blank), next((name for name in ("tsx", "typescript") if name in grammars), "javascript")


def _frontmatter(text: bytes) -> Iterator[_Script]:
    match = _FRONTMATTER.match(text)
    if match is not None:
        yield _Script(match.start(1), match.end(1), "typescript", None, None)


def _scripts(text: bytes, suffix: str, at: int) -> Iterator[_Script]:
    for _ in range(_MOST_SCRIPTS):
        tag = _COMMENT_OR_SCRIPT.search(text, at)
        while tag is not None and tag.group().startswith(b"<!--"):
            tag = _COMMENT_OR_SCRIPT.search(text, tag.end())
        if tag is None:
            return
        rest = _REST_OF_TAG.match(text, tag.end(), tag.end() + _LONGEST_TAG)
        if rest is None:
            at = tag.end()
            continue
        ending = _END.search(text, rest.end())
        end = at = ending.start() if ending is not None else len(text)
        attributes = _attributes(rest.group())
        if _JAVASCRIPT.fullmatch(attributes.get("type", "")) and not rest.group().endswith(b"/>"):
            grammar = _grammar(attributes, suffix)
            is_alone = (
                attributes.get("type", "").lower() == "module" if suffix in {".html", ".htm"} else suffix == ".astro"
            )
            closed = end if ending is not None else None
            yield _Script(rest.end(), end, grammar, rest.end() - 1 if is_alone else None, closed)


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        match[1].decode().lower(): next(value for value in match.groups()[1:] if value is not None).decode(
            "utf-8", "replace"
        )
        for match in _ATTRIBUTE.finditer(tag)
    }


def _grammar(attributes: dict[str, str], suffix: str) -> str:
    usual = "typescript" if suffix == ".astro" or "typescript" in attributes.get("type", "").lower() else "javascript"
    return _GRAMMARS.get(attributes.get("lang", "").lower(), usual)

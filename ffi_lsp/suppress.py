"""Comments that silence a rule: which findings they take away, and which of them silence nothing.

// ffi-ignore[FFI201]: the plug-in adds it          behind the line, or alone above it
/* ffi-ignore-start[FFI201]: ... */                 up to ffi-ignore-end, or to the end of the file
// ffi-ignore-file[FFI202]: ...                     the whole file
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ffi_core.model import Span
from ffi_core.source import SourceTree
from ffi_core.source.literal import span_of
from ffi_lsp.diagnostic import Diagnostic, Edit, Fix
from ffi_lsp.rules import RULES, Finding
from ffi_lsp.text import SourceText

_WORD = b"ffi-ignore"
_UNUSED, _MALFORMED = "FFI001", "FFI002"
_COMMENT = re.compile(
    r"(?://|/\*+)\s*ffi-ignore(?P<form>-file|-start|-end)?\b(?:\[(?P<codes>[^\]]*)\])?\s*(?::\s*(?P<reason>.*?))?\s*(?:\*/)?$",
    re.DOTALL,
)


@dataclass
class _Suppression:
    """One comment.

    Parameters
    ----------
    span: the comment.
    lines: the lines (0-based) whose findings it takes away.
    codes: the rules that it silences, as written, with the code of each.
    used: those of them that had something to say.
    """

    span: Span
    lines: range
    codes: dict[str, str]
    used: set[str] = field(default_factory=set)

    def takes(self, code: str, line: int) -> bool:
        taken = line in self.lines and code in self.codes.values()
        if taken:
            self.used.add(code)
        return taken


def apply(tree: SourceTree, text: SourceText, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Take away what comments silence, and add what is wrong with the comments themselves.

    Parameters
    ----------
    tree: the file, in which comments are told from strings.
    text: the same text.
    found: what the rules say.

    Returns
    -------
    What is left, in the order of the text.
    """
    if _WORD not in text.data:
        return sorted(found, key=lambda entry: (entry.span, entry.code))
    suppressions: list[_Suppression] = []
    problems = list(_read(tree, text, suppressions))
    left = [
        entry
        for entry in found
        if not [one for one in suppressions if one.takes(entry.code, text.position(entry.span.start)[0])]
    ]
    unused = [problem for one in suppressions if (problem := _unused(one, text)) is not None]
    return sorted([*left, *problems, *unused], key=lambda entry: (entry.span, entry.code))


def _read(tree: SourceTree, text: SourceText, into: list[_Suppression]) -> Iterator[Diagnostic]:
    """Collect the suppressions; yield what is wrong with those that are none."""
    open_blocks: list[_Suppression] = []
    last = len(text.line_starts)
    for span in _comments(tree):
        comment = text.slice(span)
        match = _COMMENT.fullmatch(comment)
        if not comment.lstrip("/* ").startswith("ffi-ignore"):
            continue
        if match is None:
            yield _malformed(span, "write it as `ffi-ignore[FFI201]: reason`")
            continue
        line = text.position(span.start)[0]
        if match["form"] == "-end":
            for block in open_blocks:
                block.lines = range(block.lines.start, line)
            if not open_blocks:
                yield _malformed(span, "there is no `ffi-ignore-start` before it")
            open_blocks = []
            continue
        words = [word.strip() for word in (match["codes"] or "").split(",") if word.strip()]
        codes = {word: _code_of(word) for word in words}
        wrong = next((word for word, code in codes.items() if code is None), None)
        if wrong is not None:
            yield _malformed(span, f"there is no rule {wrong!r}{_nearest(wrong)}")
        elif not codes:
            yield _malformed(span, "say which rule: `ffi-ignore[FFI201]: reason`")
        elif not match["reason"]:
            yield _malformed(span, "say why, behind a colon, for whoever reads it next")
        else:
            one = _Suppression(span, range(0), {word: code for word, code in codes.items() if code})
            into.append(one)
            if match["form"] == "-start":
                one.lines = range(line, last)
                open_blocks.append(one)
            else:
                one.lines = range(last) if match["form"] == "-file" else _line_meant(tree, text, span)


def _comments(tree: SourceTree) -> Iterator[Span]:
    offset = tree.text.find(_WORD)
    while offset >= 0:
        path = tree.path_to(offset)
        behind = offset + len(_WORD)
        if path and path[-1].type == "comment":
            yield span_of(path[-1])
            behind = path[-1].end_byte
        offset = tree.text.find(_WORD, behind)


def _line_meant(tree: SourceTree, text: SourceText, span: Span) -> range:
    """The comment's own line, or, where it stands alone, the next line that holds code."""
    line = text.position(span.start)[0]
    if text.data[text.line_span(line).start : span.start].strip():
        return range(line, line + 1)
    for following in range(text.position(span.end)[0] + 1, len(text.line_starts)):
        content = text.line_span(following)
        code = text.data[content.start : content.end]
        first = content.start + len(code) - len(code.lstrip())
        path = tree.path_to(first)
        if code.strip() and not (path and path[-1].type == "comment"):
            return range(following, following + 1)
    return range(0)


def _unused(one: _Suppression, text: SourceText) -> Diagnostic | None:
    idle = [word for word, code in one.codes.items() if code not in one.used]
    if not idle:
        return None
    finding = Finding(one.span, f"nothing to ignore here for {', '.join(idle)}", None, (_removal(one, idle, text),))
    return RULES[_UNUSED].diagnostic(finding)


def _removal(one: _Suppression, idle: list[str], text: SourceText) -> Fix:
    start, end = one.span.start, one.span.end
    kept = [word for word in one.codes if word not in idle]
    if kept:
        opening = text.data.index(b"[", start) + 1
        codes = Span(opening, text.data.index(b"]", opening))
        return Fix(f"Ignore {', '.join(kept)} alone", (Edit(codes, ", ".join(kept)),))
    line = text.line_span(text.position(start)[0])
    before = text.data[line.start : start]
    alone = not before.strip() and not text.data[end : max(line.end, end)].strip()
    if alone:
        number = text.position(end)[0] + 1
        end = text.line_starts[number] if number < len(text.line_starts) else len(text)
        start = line.start
    else:
        start = line.start + len(before.rstrip())
    return Fix("Remove the comment", (Edit(Span(start, end), ""),))


def _malformed(span: Span, message: str) -> Diagnostic:
    return RULES[_MALFORMED].diagnostic(Finding(span, f"this comment ignores nothing: {message}"))


def _code_of(word: str) -> str | None:
    by_name = {rule.name: code for code, rule in RULES.items()}
    return word if word in RULES else by_name.get(word)


def _nearest(word: str) -> str:
    close = difflib.get_close_matches(word, [*RULES, *(rule.name for rule in RULES.values())], n=1)
    return f"; did you mean {close[0]}?" if close else ""

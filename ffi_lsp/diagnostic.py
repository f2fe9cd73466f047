"""What a rule says about a file: what is wrong, where, and the edits that would mend it. Plain data, byte offsets."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ffi_core.model import Span


class Severity(enum.StrEnum):
    """How much damage the mistake does."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that together mend one mistake.

    Parameters
    ----------
    title: what it does, for a menu.
    edits: they do not overlap; all are made, or none.
    safe: behaviour can only improve, so it may be applied without asking.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Tag(enum.StrEnum):
    """How an editor should show the text that a diagnostic is about."""

    UNNECESSARY = "unnecessary"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Related:
    """A place in another file that explains a mistake.

    Parameters
    ----------
    file: an absolute path.
    line: from 1; 0 where it is not known.
    message: what stands there.
    """

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake found in a file.

    Parameters
    ----------
    code: the rule's code, ``FFI201``.
    name: the rule's name, ``symbol-not-exported``.
    severity: how much damage it does.
    span: the text that is wrong.
    message: one sentence or two for people: what is wrong, where, and what was expected.
    symbol: the schema key that it concerns, or None.
    fixes: the ways to mend it, best first.
    tags: how the text should be shown.
    related: the places elsewhere that explain it.
    """

    code: str
    name: str
    severity: Severity
    span: Span
    message: str
    symbol: str | None = None
    fixes: tuple[Fix, ...] = ()
    tags: tuple[Tag, ...] = ()
    related: tuple[Related, ...] = ()

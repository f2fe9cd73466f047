"""Proposals of a completion, and how they are ranked by what is typed so far."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, islice

from ffi_core.library import Library
from ffi_core.model import Span
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.hover import HeaderPlace

LIMIT = 100
"""Most proposals in one answer; where there are more, the list says that it is not complete."""
_LONGEST_WORD = 1024
"""Letters. Nothing that is proposed is longer, and a search for the letters of more takes its time."""


class ItemKind(enum.Enum):
    """What a proposal is."""

    FUNCTION = "function"
    VARIABLE = "variable"
    FIELD = "field"
    TYPE = "type"
    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Exported:
    """The exported symbol that a proposal stands for, by which more can be asked about it.

    Parameters
    ----------
    library: the library that exports it.
    dialect: in whose words it would be declared.
    name: the C name.
    key: the text of the key, with quotes where it needs some.
    behind: what follows the whole declaration: a comma before another entry, or nothing.
    """

    library: Library
    dialect: str
    name: str
    key: str
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One proposal.

    Parameters
    ----------
    label: what the list shows, and what typing is matched against.
    kind: what it is.
    edit: the change that accepting it makes.
    snippet: the same as a snippet of the protocol with tab stops, or None where the plain text says it all.
    detail: a few words beside the label.
    lines: sentences for people; what stands in backticks is code.
    prototype: what C says of it, as C; empty where nothing is known.
    place: where it says so, or None.
    comment: what the header says above it, as plain text.
    exported: the symbol that it stands for, where more may be known of it when it is asked for; else None.
    note: a few words that set it apart from the others and are always shown; empty for most.
    preferred: whether it is the one to choose, if the person types nothing else.
    also: changes elsewhere that accepting it makes.
    """

    label: str
    kind: ItemKind
    edit: Edit
    snippet: str | None = None
    detail: str | None = None
    lines: tuple[str, ...] = ()
    prototype: str = ""
    place: HeaderPlace | None = None
    comment: str = ""
    exported: Exported | None = None
    note: str = ""
    preferred: bool = False
    also: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Completions:
    """Proposals, best first.

    Parameters
    ----------
    items: the proposals.
    complete: False where typing on may bring others, or more about these.
    typed: the part of the text up to the cursor that they match; behind it stands the rest of the word, if any.
    """

    items: tuple[Item, ...]
    complete: bool
    typed: Span


def best(typed: Span, word: str, labels: Iterable[str], build: Callable[[str], Item]) -> Completions:
    """The items whose labels match what is typed.

    Those that begin with it come first, then those that hold it, then the rest that have its letters in order;
    otherwise in the order given. At most `LIMIT` are built.

    Parameters
    ----------
    typed: where the typed word stands.
    word: the word.
    labels: the labels of all that can be proposed.
    build: makes the item of a label.
    """
    matching = ranked(word, labels, LIMIT + 1)
    return Completions(tuple(build(label) for label in matching[:LIMIT]), len(matching) <= LIMIT, typed)


def ranked(word: str, labels: Iterable[str], most: int) -> list[str]:
    """The labels that match a word, best first, as `best` orders them, and no more than so many."""
    if len(word) > _LONGEST_WORD:
        return []
    candidates = list(labels)
    # Often more begin with the word than are shown, and nobody asks for the others.
    first = list(islice((label for label in candidates if label.startswith(word)), most))
    if len(first) == most:
        return first
    # Its letters in order: one pass over each label, which among 40,000 is what a keystroke has time for.
    steps = (f"[^{re.escape(letter)}]*+{re.escape(letter)}" for letter in word)
    has_letters = re.compile("".join(steps), re.IGNORECASE).match
    others: tuple[list[str], ...] = ([], [], [])
    small_word = word.lower()
    for label in filter(has_letters, candidates):
        if label.startswith(word):
            continue
        small_label = label.lower()
        if small_word in small_label:
            others[0 if small_label.startswith(small_word) else 1].append(label)
        else:
            others[2].append(label)
    return list(islice(chain(first, *others), most))

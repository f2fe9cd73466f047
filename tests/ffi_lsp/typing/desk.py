"""Where an edit happens: a text, what was there before it, and the places and words that an edit may choose from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from .programs import Program, made_up

Texts = Iterator[str]

CALL = re.compile(r"\b(?:abs|labs|strlen|qsort|floor|toupper|getpid)\b(?:\?\.)?\(")
"""Up to the opening bracket of what is a call of a bound function, as a rule."""
ENTRY = re.compile(r"""(?:parameters|args|arguments|result|returns|return)"?:|\.func\(|\.struct\(""")
"""Where types stand."""
_TOKEN = re.compile(r"""[\w$é]+|"[^"\n]*"|'[^'\n]*'|=>|===|\.\.\.|[^\s\w]""")
_CLOSING = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`"}
_MOST_TYPED = 40  # characters that are typed, or taken back, one by one
_LONGEST_CALL = 400


@dataclass(frozen=True)
class Desk:
    """A text that is edited.

    Parameters
    ----------
    program: that it was at first; gives the dialects of what is typed.
    before: the texts so far, this one the last.
    chance: decides where and how.
    """

    program: Program
    before: Sequence[str]
    chance: Random

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self.before[-1]

    def words(self, kind: str) -> str:
        """Something to write, of a kind that the grammar knows."""
        return made_up(kind, self.chance.choice(self.program.dialects), self.chance)

    def words_around(self, kind: str) -> tuple[str, str]:
        """Something to write before a place, and something behind it."""
        before, _, behind = self.words(kind).partition("…")
        return before, behind

    def is_so(self, probability: float) -> bool:
        """Whether something happens that does so often."""
        return self.chance.random() < probability

    # --- places -----------------------------------------------------------------------------------------------------

    def find(self, pattern: str | re.Pattern[str]) -> re.Match[str] | None:
        """One of the places that look like this."""
        found = list(re.finditer(pattern, self.text))
        return self.chance.choice(found) if found else None

    def token(self) -> tuple[int, int]:
        """A token: of a line with bound names or of an entry of a schema as a rule, else of any."""
        draw = self.chance.random()
        around = self.find(CALL) if draw < 0.55 else self.find(ENTRY) if draw < 0.85 else None
        start, end = self.line(around.start()) if around is not None else (0, len(self.text))
        return self.token_between(start, end) or (start, start)

    def token_between(self, start: int, end: int) -> tuple[int, int] | None:
        """One of the tokens in a stretch of the text."""
        found = [match.span() for match in _TOKEN.finditer(self.text, start, end)]
        return self.chance.choice(found) if found else None

    def edge_of_token(self) -> int:
        """Where a token starts or ends."""
        return self.chance.choice(self.token())

    def arguments(self) -> tuple[int, int]:
        """What stands between the brackets of a call of a bound function; any place where there is none."""
        found = self.find(CALL)
        if found is None:
            place = self.chance.randint(0, len(self.text))
            return place, place
        return found.end(), self.closed(found.end())

    def closed(self, start: int) -> int:
        """The bracket that closes the one before a place, by counting alone; that place where there is none."""
        depth = 0
        for place in range(start, min(len(self.text), start + _LONGEST_CALL)):
            depth += (self.text[place] in "([{") - (self.text[place] in ")]}")
            if depth < 0:
                return place
        return start

    def line(self, place: int | None = None) -> tuple[int, int]:
        """The line around a place, or any one, without its end."""
        if place is None:
            place = self.start_of_line()
        end = self.text.find("\n", place)
        return self.text.rfind("\n", 0, place) + 1, len(self.text) if end < 0 else end

    def lines(self, most: int) -> tuple[int, int]:
        """Some lines, with their ends."""
        start = end = self.start_of_line()
        for _ in range(self.chance.randint(1, most)):
            end = min(len(self.text), self.line(end)[1] + 1)
        return start, end

    def start_of_line(self) -> int:
        """Where some line starts."""
        return self.chance.choice([0, *(match.end() for match in re.finditer("\n", self.text))])

    # --- changes ----------------------------------------------------------------------------------------------------

    def replaced(self, start: int, end: int, new: str) -> str:
        """The text with another stretch in the place of one."""
        return self.text[:start] + new + self.text[end:]

    def typed(self, start: int, new: str, end: int | None = None) -> Texts:
        """The texts while something is written over a stretch: at once, or by letters; brackets may close."""
        head, tail = self.text[:start], self.text[start if end is None else end :]
        way = self.chance.choices(["at once", "closing", "some letters", "letters"], [6, 3, 2, 1])[0]
        written, behind = "", ""
        for letter in new if way != "at once" and len(new) <= _MOST_TYPED else "":
            if behind.startswith(letter):
                behind = behind[1:]
            elif way == "closing" and letter in _CLOSING:
                behind = _CLOSING[letter] + behind
            written += letter
            if way != "some letters" or self.is_so(0.2):
                yield head + written + behind + tail
        yield head + new + tail

    def taken_back(self, start: int, end: int) -> Texts:
        """The texts while a stretch is deleted from its end, or at once."""
        places = range(end - 1, start, -1) if end - start <= _MOST_TYPED and self.is_so(0.5) else ()
        for place in (*places, start):
            yield self.replaced(place, end, "")

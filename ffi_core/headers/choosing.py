"""Which header to parse next: the one that says most about what is still missing, with all that it includes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ffi_core.headers.index import HeaderIndex

_NEARLY = 0.75


class Choice:
    """Headers that mention some names, and what each of them covers.

    Parameters
    ----------
    index: which header mentions what, and includes which.
    names: what is looked for.
    through_includes: whether a header also speaks for those that it includes. It does among the headers of one package;
        among any headers a stranger's could come first that wraps those of the library in macros of its own.
    """

    def __init__(self, index: HeaderIndex, names: Iterable[str], *, through_includes: bool) -> None:
        self._own: dict[str, set[str]] = {}
        for name in names:
            for header in index.mentioning(name):
                self._own.setdefault(header, set()).add(name)
        self._reached = index.reached if through_includes else {header: frozenset((header,)) for header in self._own}
        self._covered = {
            header: names for header, reached in self._reached.items() if (names := self._names_in(reached))
        }

    def best(self) -> str | None:
        """The next header to parse; None where nothing is left to try.

        Of those that cover nearly as much as the best, it is the one in which most names stand: a header that mostly
        includes others may wrap what they declare.
        """
        left = {header: len(names) for header, names in self._covered.items() if names}
        enough = _NEARLY * max(left.values(), default=0)
        good = [header for header, covered in left.items() if covered >= enough]
        own = {header: len(self._own.get(header, ())) for header in good}
        return min(good, key=lambda header: (-own[header], -left[header], header.count("/"), header), default=None)

    def tried(self, headers: Iterable[str]) -> None:
        """These headers have said all that they can."""
        gone = {header for header in headers if self._own.pop(header, None) is not None or header in self._covered}
        for header in gone:
            self._covered.pop(header, None)
        for header in self._covered:
            if not gone.isdisjoint(self._reached[header]):
                self._covered[header] = self._names_in(self._reached[header])

    def found(self, names: Collection[str]) -> None:
        """These names are no longer looked for."""
        for some in (*self._own.values(), *self._covered.values()):
            some.difference_update(names)

    def _names_in(self, headers: Iterable[str]) -> set[str]:
        return set().union(*(self._own[header] for header in headers if header in self._own))

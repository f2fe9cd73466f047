"""A thing's identity from one text of a file to the next, while nothing changes but its place."""

from __future__ import annotations


class Mark:
    """Carried by what is read from a text: it stays the same object where the thing reads the same further on.

    Two things that are written alike have a mark each. A mark says nothing about what the thing means in its file.

    Parameters
    ----------
    found: what somebody found out about the thing and need not find out again; only they know what it holds for.
    """

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: object = None

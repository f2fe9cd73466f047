"""What an object that stands for something native does when Python copies or pickles it."""

from __future__ import annotations

from typing import NoReturn, Self


class NativeHandle:
    """A copy is the object itself, since there is one native thing behind it; another process has none of it."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object: it stands for something in this process")

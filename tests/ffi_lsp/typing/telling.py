"""A failure as a person wants to read it: the texts that it takes, as short as they can be, and what differs."""

from __future__ import annotations

from collections.abc import Sequence

from .oracle import Difference, Typist
from .reduction import shortest
from .world import World


def told(world: World, name: str, texts: Sequence[str], kind: str) -> str:
    """The fewest and shortest texts with a difference of one kind in the last one, and all that differs there.

    Parameters
    ----------
    world, name: where the texts stand.
    texts: shown one after the other; the last one alone is answered wrong.
    kind: of the difference that is wanted.
    """

    def fails(some: Sequence[str]) -> bool:
        return any(difference.kind == kind for difference in _differing(world, name, some))

    short = shortest(texts, fails)
    parts = [f"---- {name}, text {number} of {len(short)}\n{text}" for number, text in enumerate(short, 1)]
    parts += ["---- what differs in the last text", *map(str, _differing(world, name, short))]
    parts += ["---- the texts as Python", repr(short)]
    return "\n".join([*parts, ""])


def _differing(world: World, name: str, texts: Sequence[str]) -> list[Difference]:
    """The differences in the last of some texts, where there are none before it."""
    typist = Typist(world, name)
    if any(typist.show(text) for text in texts[:-1]):
        return []
    return typist.show(texts[-1]) if texts else []

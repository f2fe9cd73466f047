"""Runs take turns, one at a time and in the order they came, so that they do not disturb each other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class Job:
    """A run, from the moment it is asked for. For use on the server's loop, but for `cancelled`.

    Parameters
    ----------
    uri: the text that it is about.
    symbol: the function, or None for a whole file.
    cancelled: set once nobody wants it any more.
    on_place: called with how many jobs are before it, whenever that changes, and at last with 0.
    moved: set where its place has changed, or it was cancelled.
    """

    uri: str
    symbol: str | None
    cancelled: threading.Event = field(default_factory=threading.Event)
    on_place: Callable[[int], None] = field(default=lambda _: None)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def cancel(self) -> None:
        """End it where it runs, and let it not begin where it waits."""
        self.cancelled.set()
        self.moved.set()


class Turns:
    """The jobs that wait, behind the one that runs."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Every job, the one that runs first."""
        return tuple(self._jobs)

    @asynccontextmanager
    async def turn(self, job: Job) -> AsyncIterator[bool]:
        """Wait for a job's turn, and keep it while the block lasts.

        Yields
        ------
        Whether it is the job's turn; False where it was cancelled before.
        """
        self._jobs.append(job)
        try:
            job.on_place(len(self._jobs) - 1)
            while self._jobs[0] is not job and not job.cancelled.is_set():
                await job.moved.wait()
                job.moved.clear()
            yield not job.cancelled.is_set()
        finally:
            place = self._jobs.index(job)
            self._jobs.remove(job)
            for number, other in enumerate(self._jobs[place:], place):
                other.on_place(number)
                other.moved.set()

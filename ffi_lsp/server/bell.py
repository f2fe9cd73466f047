"""A way to wait for whatever happens next."""

from __future__ import annotations

import asyncio


class Bell:
    """Wakes all who wait; whoever begins to wait later waits for the next time. For use on one loop."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Something has happened."""
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self) -> None:
        """Wait for the next ring."""
        await self._next.wait()

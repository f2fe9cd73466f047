"""What a quick run is asked and what it answers, frozen, and as JSON."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any

from ffi_core.bench.noise import Noise
from ffi_core.model import Declaration


class Status(enum.StrEnum):
    """How a run ended. Only `DONE` has timings."""

    DONE = "done"
    CRASHED = "crashed"
    EXITED = "exited"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """Something done before the call that is timed.

    Parameters
    ----------
    name: what its result is called in later arguments, or None.
    declaration: the function it calls, or None where it only names a value.
    arguments: JSON values; the one value where nothing is called.
    """

    name: str | None
    declaration: Declaration | None
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One function to call, with what.

    Parameters
    ----------
    library: an absolute path, or a name that the dynamic loader finds; it is loaded in the child only.
    declaration: the function's checked declaration.
    arguments: one JSON value for each parameter, as `ffi_core.bench.arguments` reads them.
    timeout: seconds until the child and all it started are killed.
    timed: whether to time the call over many calls; False calls once.
    setup: what is done first, once, in order.
    sandbox: whether the child is confined before it loads the library; see `ffi_core.bench.sandbox`.
    memory: bytes of address space that the child may have.
    file_size: bytes that a file may have after the child wrote to it.
    """

    library: str
    declaration: Declaration
    arguments: tuple[object, ...] = ()
    timeout: float = 10.0
    timed: bool = True
    setup: tuple[Step, ...] = ()
    sandbox: bool = True
    memory: int = 1 << 30
    file_size: int = 64 << 20


@dataclass(frozen=True, slots=True)
class RunReport:
    """What came of a run. Times are nanoseconds per call, each sample the mean of one batch of calls.

    Parameters
    ----------
    status: how the run ended.
    cause: None when done; else the cause in words: ``SIGSEGV``, ``exit 3``, ``timed out``, or what went wrong.
    message: a whole sentence for people.
    symbol: the C name that was called.
    library: as in the request.
    calls: how many calls were made, warm-up included.
    median_ns: the middle sample; None, like every other figure, where nothing was timed.
    mad_ns: median absolute deviation of the samples.
    minimum_ns: the fastest batch.
    p99_ns: the 99th percentile of the samples.
    calls_per_second: 1e9 / `median_ns`.
    empty_ns: the same loop with the same arguments around a function that does next to nothing, libc's ``abs``: that
        part of `median_ns` is loop and call, not the function; it has not been subtracted.
    python_ns: the same call made from Python through ffi_core, the median of batches: what the binding adds is the
        difference.
    outliers: samples outside Tukey's fences.
    steady: whether the first and the second half of the samples agree; None where nothing was timed.
    noise: how quiet the machine was while the call was timed; None where nothing was timed.
    batch_size: calls in each batch.
    warm_up_batches: how many batches were left out at the start, because the call became steady after them.
    samples_ns: every other sample, in order.
    result: what the first call returned, as a JSON value: an address is a string such as ``"0x7ffc"``, a NULL is None,
        infinities and NaN are strings.
    stdout: what the child printed, at most 64 KiB of it.
    stderr: likewise.
    setup: each set-up step with its result: ``sqlite3_open_v2(":memory:", db, 6, null) = 0``.
    protections: what held while foreign code ran, each in words.
    unprotected: what the kernel refused to hold, each with the reason.
    backend: what made the calls: ``fastcall`` or ``cffi``; None where it never came to that.
    """

    status: Status
    cause: str | None
    message: str
    symbol: str
    library: str
    calls: int = 0
    median_ns: float | None = None
    mad_ns: float | None = None
    minimum_ns: float | None = None
    p99_ns: float | None = None
    calls_per_second: float | None = None
    empty_ns: float | None = None
    python_ns: float | None = None
    outliers: int | None = None
    steady: bool | None = None
    noise: Noise | None = None
    batch_size: int | None = None
    warm_up_batches: int = 0
    samples_ns: tuple[float, ...] = ()
    result: object = None
    stdout: str = ""
    stderr: str = ""
    setup: tuple[str, ...] = ()
    protections: tuple[str, ...] = ()
    unprotected: tuple[str, ...] = ()
    backend: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The report as JSON's types, every field by its name."""
        values: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
        if self.noise is not None:
            values["noise"] = self.noise.to_json()
        return values | {"status": self.status.value}

"""A run's report as a short block of text for people. It prints nothing itself."""

from __future__ import annotations

import textwrap

from ffi_core.bench.arguments import spell_result
from ffi_core.bench.distribution import Histogram, histogram, summarise
from ffi_core.bench.report import RunReport, Status
from ffi_core.model import Declaration

_BARS = "▁▂▃▄▅▆▇█"
_UNITS = ((1e9, "s"), (1e6, "ms"), (1e3, "us"))


def describe(report: RunReport, declaration: Declaration, *, picture: bool = False) -> str:
    """Lines that say what was called and what came of it, without a newline at the end.

    Parameters
    ----------
    report: the report.
    declaration: what was called.
    picture: whether to draw the spread of the samples with block characters beyond ASCII.
    """
    rows = [("library", report.library)]
    if report.setup:
        rows.append(("set-up", "; ".join(report.setup)))
    if report.status is not Status.DONE:
        rows += [("outcome", report.cause or report.status.value), ("what happened", report.message)]
    else:
        rows.append(("result", spell_result(declaration, report.result)))
    if report.median_ns is not None:
        rows += _timings(report)
        if picture:
            rows.append(("spread", sparkline(report.samples_ns)))
    if report.protections:
        rows.append(("protected", ", ".join(report.protections)))
    if report.unprotected:
        rows.append(("unprotected", "; ".join(report.unprotected)))
    width = max(len(name) for name, _ in rows)
    return "\n".join([str(declaration), *(_lay_out(name, value, width) for name, value in rows)])


def duration(nanoseconds: float) -> str:
    """A time with three significant figures in the unit that suits it: ``8.24 ns``, ``1.50 ms``."""
    scale, unit = next(((scale, unit) for scale, unit in _UNITS if nanoseconds >= 0.9995 * scale), (1.0, "ns"))
    value = nanoseconds / scale
    decimals = max(0, 2 - sum(value >= limit for limit in (9.995, 99.95)))
    return f"{value:.{decimals}f} {unit}"


def sparkline(samples: tuple[float, ...], bins: int = 40) -> str:
    """The samples' histogram in one line, with the times at its ends, and what lies beyond."""
    counted = histogram(samples, bins)
    most = max(count for _, _, count in counted.bins)
    bars = "".join(_BARS[-(-count * 7 // most)] if count else " " for _, _, count in counted.bins)
    tail = f", {slower(counted)}" if counted.beyond else ""
    return f"{duration(counted.bins[0][0])} {bars} {duration(counted.bins[-1][1])}{tail}"


def slower(counted: Histogram) -> str:
    """How many samples are beyond a histogram's last bin, in words: ``2 slower, up to 1.50 ms``."""
    return f"{counted.beyond} slower, up to {duration(counted.maximum)}"


def _lay_out(name: str, value: str, width: int) -> str:
    """A row, with what would run far beyond a terminal's edge in lines below each other."""
    if name not in ("protected", "set-up", "not quiet"):
        return f"  {name:<{width}}  {value}"
    margin = " " * (width + 4)
    return textwrap.fill(value, 110, initial_indent=f"  {name:<{width}}  ", subsequent_indent=margin)


def _timings(report: RunReport) -> list[tuple[str, str]]:
    median, mad, minimum, p99 = (
        duration(value or 0.0) for value in (report.median_ns, report.mad_ns, report.minimum_ns, report.p99_ns)
    )
    batches = len(report.samples_ns)
    made = f"{report.calls:,}" + (f", timed in {batches} batches of {report.batch_size:,}" if batches > 1 else "")
    rows = [
        ("median", f"{median} per call (MAD {mad}, min {minimum}, p99 {p99})"),
        ("rate", f"{report.calls_per_second or 0.0:,.0f} calls per second"),
        ("calls", made),
    ]
    if report.empty_ns is not None:
        rows.append(("empty call", f"{duration(report.empty_ns)} in the same loop, by libc's abs; not subtracted"))
    if report.python_ns is not None:
        rows.append(("from Python", f"{duration(report.python_ns)} per call through ffi_core"))
    if report.warm_up_batches:
        rows.append(
            ("warm-up", f"{report.warm_up_batches} batches at the start were slower or faster, and are left out")
        )
    if batches > 1 and not report.steady:
        rows.append(
            ("unsteady", "the first and the second half of the run disagree: the machine was busy, or warming up")
        )
    if report.noise is not None and not report.noise.quiet:
        rows.append(("not quiet", "; ".join(report.noise.reasons)))
    if report.outliers:
        found = summarise(report.samples_ns)
        sides = f"{found.high_outliers} slow, {found.low_outliers} fast"
        rows.append(("outliers", f"{report.outliers} of {batches} batches: {sides}"))
    return rows

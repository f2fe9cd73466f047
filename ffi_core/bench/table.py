"""A comparison of programs as a table: for a terminal, as Markdown, as JSON. It prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ffi_core.bench.chart import Bar, draw
from ffi_core.bench.compare import Result, compare_outputs, paired_ratios, quartiles
from ffi_core.bench.counting import SymbolCount
from ffi_core.bench.noise import Noise
from ffi_core.bench.runtimes import Absent
from ffi_core.bench.text import duration

_BAR = 12


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison, finished or ended early.

    Parameters
    ----------
    results: one for each program, fastest first, those without a good run last.
    absent: runtimes that took no part.
    outputs: what each program printed, without what varies from run to run.
    counts: for each program that was run once more to count its native calls, those.
    uncounted: why calls were not counted, each a sentence.
    interrupted: whether it was ended before its last round.
    noise: how quiet the machine was during the timed runs, where that was measured.
    """

    results: tuple[Result, ...]
    absent: tuple[Absent, ...]
    outputs: dict[str, tuple[str, ...]]
    counts: dict[str, tuple[SymbolCount, ...]] = field(default_factory=dict)
    uncounted: tuple[str, ...] = ()
    interrupted: bool = False
    noise: Noise | None = None

    @classmethod
    def of(cls, results: Sequence[Result], absent: Sequence[Absent]) -> Table:
        """Put results in order and compare their outputs."""
        ordered = sorted(results, key=lambda result: result.wall_ms.median if result.wall_ms else float("inf"))
        return cls(tuple(ordered), tuple(absent), compare_outputs(results))

    @property
    def outputs_equal(self) -> bool:
        """Whether all programs that ended well printed the same."""
        return len(set(self.outputs.values())) <= 1

    @property
    def succeeded(self) -> bool:
        """Whether every run of every program ended well and all outputs are equal."""
        return self.outputs_equal and not any(result.failures for result in self.results)

    def rows(self) -> list[tuple[str, str, str, str, str, str]]:
        """Program, version, median wall time, ratio to the fastest with its quartiles, failures, and a bar."""
        slowest = max((result.wall_ms.median for result in self.results if result.wall_ms), default=1.0)
        return [self._row(result, slowest) for result in self.results]

    def _row(self, result: Result, slowest: float) -> tuple[str, str, str, str, str, str]:
        contender = result.contender
        failed = self._failures(result)
        ratios = self._ratios(result)
        if result.wall_ms is None or not ratios:
            return contender.name, contender.version, "-", "-", failed, ""
        low, middle, high = quartiles(ratios)
        bar = "█" * max(1, round(_BAR * result.wall_ms.median / slowest))
        wall = f"{result.wall_ms.median:.1f} ms"
        return contender.name, contender.version, wall, f"{middle:.2f} ({low:.2f}-{high:.2f})", failed, bar

    def _ratios(self, result: Result) -> list[float]:
        base = self.results[0]
        return paired_ratios(_walls(result), _walls(base))

    @staticmethod
    def _failures(result: Result) -> str:
        if not result.failures:
            return ""
        causes = ", ".join(sorted(set(result.failures)))
        return f"{len(result.failures)} of {len(result.runs)} runs: {causes}"

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON's types."""
        programs = [
            {
                "name": result.contender.name,
                "version": result.contender.version,
                "wall_ms": result.wall_ms.median if result.wall_ms else None,
                "mad_ms": result.wall_ms.mad if result.wall_ms else None,
                "minimum_ms": result.wall_ms.minimum if result.wall_ms else None,
                "ratio_quartiles": list(quartiles(ratios)) if (ratios := self._ratios(result)) else None,
                "samples_ms": [run.wall_ms for run in result.runs if run.failure is None],
                "failures": list(result.failures),
                "output": list(self.outputs.get(result.contender.name, ())),
                "symbols": [asdict(count) for count in self.counts.get(result.contender.name, ())],
            }
            for result in self.results
        ]
        absent = [{"name": entry.name, "reason": entry.reason, "remedy": entry.remedy} for entry in self.absent]
        return {
            "programs": programs,
            "absent": absent,
            "outputs_equal": self.outputs_equal,
            "uncounted": list(self.uncounted),
            "interrupted": self.interrupted,
            "noise": None if self.noise is None else self.noise.to_json(),
        }

    def to_markdown(self) -> str:
        """The table in Markdown, with a newline at its end."""
        lines = ["| runtime | version | wall time | x fastest (quartiles) | failures |", "|---|---|--:|--:|---|"]
        lines += [f"| {' | '.join(row[:5])} |" for row in self.rows()]
        if counted := self.symbol_rows():
            lines += ["", f"| symbol | calls | {' | '.join(self.counts)} |", "|---|--:|" + "--:|" * len(self.counts)]
            lines += [f"| `{symbol}` | {' | '.join(cells)} |" for symbol, *cells in counted]
        lines += [f"\n{remark}" for remark in self.remarks()]
        return "\n".join(lines) + "\n"

    def to_svg(self, title: str) -> str:
        """The wall times as a bar chart, with their quartiles and failures."""
        bars = []
        for result in self.results:
            walls = sorted(wall for _, wall in _walls(result))
            low, middle, high = quartiles(walls) if walls else (0.0, 0.0, 0.0)
            label = f"{middle:.1f} ms" if walls else "no good run"
            note = self._failures(result)
            bars.append(Bar(result.contender.name, result.contender.version, middle, low, high, label, note))
        return draw(
            title, "wall time, median of interleaved runs; the line spans the quartiles; shorter is faster", bars
        )

    def symbol_rows(self) -> list[tuple[str, ...]]:
        """For each native function that was called: its name, how often, and how long it took in each program.

        Where programs differ in how often, the second cell has the least and the most, and each other cell its own.
        """
        found: dict[str, dict[str, SymbolCount]] = {}
        for name, counts in self.counts.items():
            for count in counts:
                found.setdefault(count.symbol, {})[name] = count
        return [self._symbol_row(symbol, by_name) for symbol, by_name in found.items() if _is_called(by_name)]

    def _symbol_row(self, symbol: str, by_name: dict[str, SymbolCount]) -> tuple[str, ...]:
        numbers = sorted({count.calls for count in by_name.values()})
        cells = [_time(by_name[name], with_calls=len(numbers) > 1) for name in self.counts]
        return symbol, "-".join(f"{number:,}" for number in dict.fromkeys((numbers[0], numbers[-1]))), *cells

    def remarks(self) -> list[str]:
        """What stands below the table."""
        remarks = [f"Not compared: {entry.name}: {entry.reason} ({entry.remedy})" for entry in self.absent]
        if not self.outputs_equal:
            remarks.append("The outputs differ:")
            remarks += [f"{name}: {' / '.join(lines) or '(nothing)'}" for name, lines in self.outputs.items()]
        for result in self.results:
            last = next((run for run in reversed(result.runs) if run.failure and run.errors.strip()), None)
            if last is not None:
                remarks.append(f"{result.contender.name} wrote: {last.errors.strip()[-400:]}")
        if self.noise is not None and not self.noise.quiet:
            remarks.append(f"The machine was not quiet: {'; '.join(self.noise.reasons)}.")
        remarks += self.uncounted
        if self.interrupted:
            rounds = min((len(result.runs) for result in self.results), default=0)
            remarks.append(f"Interrupted after {rounds} full round{'' if rounds == 1 else 's'}.")
        return remarks


def _walls(result: Result) -> list[tuple[int, float]]:
    return [(run.round, run.wall_ms) for run in result.runs if run.failure is None]


def _is_called(by_name: dict[str, SymbolCount]) -> bool:
    return any(count.calls for count in by_name.values())


def _time(count: SymbolCount, *, with_calls: bool) -> str:
    if count.ns_per_call is None:
        return "-"
    calls = f"{count.calls:,} x " if with_calls else ""
    return calls + duration(count.ns_per_call)

"""The child's answer, checked field by field: foreign code shares the child's process, and may have written it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from ffi_core.bench.noise import Noise


def read_figures(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `RunReport` that the child gives.

    Parameters
    ----------
    answer: a JSON object; what else it holds is left out.

    Raises
    ------
    ValueError: naming the field that is not what our own worker writes.
    """
    figures: dict[str, Any] = {}
    for name, fits in _FIELDS.items():
        if name not in answer:
            continue
        if not fits(answer[name]):
            raise ValueError(f"{name} is {answer[name]!r:.60}")
        figures[name] = tuple(answer[name]) if isinstance(answer[name], list) and name != "result" else answer[name]
    if figures.get("noise") is not None:
        figures["noise"] = Noise(**figures["noise"])
    timed = figures.get("median_ns") is not None
    if timed and not all(figures.get(name) not in (None, ()) for name in _GOES_WITH_A_MEDIAN):
        raise ValueError("there is a median of nothing")
    return figures


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_size(value: object) -> bool:
    return _is_number(value) and value >= 0  # type: ignore[operator]


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _optional(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or fits(value)


def _all(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_noise(value: object) -> bool:
    known = {entry.name for entry in fields(Noise)}
    return isinstance(value, dict) and value.keys() <= known and all(map(_optional(_is_number), value.values()))


_GOES_WITH_A_MEDIAN = ("mad_ns", "minimum_ns", "p99_ns", "outliers", "batch_size", "samples_ns")
_TIMES = ("median_ns", "mad_ns", "minimum_ns", "p99_ns", "calls_per_second", "empty_ns", "python_ns")
_FIELDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(_TIMES, _optional(_is_size)),
    "calls": _is_count,
    "outliers": _optional(_is_count),
    "batch_size": _optional(_is_count),
    "warm_up_batches": _is_count,
    "steady": _optional(lambda value: isinstance(value, bool)),
    "noise": _optional(_is_noise),
    "samples_ns": _all(_is_size),
    "setup": _all(_is_text),
    "backend": _optional(_is_text),
    "result": lambda _: True,
}

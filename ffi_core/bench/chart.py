"""A bar chart as SVG: text out of numbers, with no font, script or picture from elsewhere. It measures nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _MARGIN, _ROW, _BAR_HEIGHT = 760, 16, 40, 18
_BARS_FROM, _BARS_TO = 212, 610

# Pages that show the picture are light or dark; the picture follows the reader's setting.
_STYLE = """\
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .faint { font-size: 11px; fill: #59636e }
  .failed { font-size: 11px; fill: #d1242f }
  .ground { fill: #ffffff }
  .bar { fill: #54aeff } .chosen { fill: #1a7f37 }
  .spread { stroke: #1f2328; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .faint { fill: #9198a1 } .failed { fill: #ff7b72 }
    .ground { fill: #0d1117 } .bar { fill: #1f6feb } .chosen { fill: #3fb950 } .spread { stroke: #f0f6fc }
  }"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart. All figures have one unit, which only the label names.

    Parameters
    ----------
    name: what was measured.
    detail: a word about it, such as its version.
    value: the bar's length; 0 for none.
    low: where the line of the spread begins.
    high: where it ends.
    label: the figure in words, behind the bar.
    note: what went wrong, or nothing.
    chosen: whether the bar is to stand out.
    """

    name: str
    detail: str
    value: float
    low: float
    high: float
    label: str
    note: str = ""
    chosen: bool = False


def draw(title: str, caption: str, bars: Sequence[Bar]) -> str:
    """The chart, as the text of an SVG file.

    Parameters
    ----------
    title: above the bars.
    caption: below the title: what the figures are.
    bars: from top to bottom.
    """
    height = 64 + _ROW * len(bars) + _MARGIN
    longest = max((max(bar.value, bar.high) for bar in bars), default=0.0) or 1.0
    scale = (_BARS_TO - _BARS_FROM) / longest
    rows = [line for place, bar in enumerate(bars) for line in _row(bar, 64 + _ROW * place, scale)]
    label = escape(f"{title}: " + "; ".join(f"{bar.name} {bar.label}" for bar in bars))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}">',
        f"<style>\n{_STYLE}\n</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{height}" rx="6"/>',
        _text(_MARGIN, 28, title, "title"),
        _text(_MARGIN, 46, caption, "faint"),
        *rows,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _row(bar: Bar, top: float, scale: float) -> list[str]:
    middle, end = top + _BAR_HEIGHT / 2, _BARS_FROM + max(bar.value, bar.high) * scale
    lines = [
        _text(_MARGIN, top + 9, bar.name),
        _text(_MARGIN, top + 23, bar.detail, "faint"),
        _text(end + 8, middle + 4, bar.label),
    ]
    if bar.value > 0:
        colour = "chosen" if bar.chosen else "bar"
        lines.append(
            f'<rect class="{colour}" x="{_BARS_FROM}" y="{top}" width="{bar.value * scale:.1f}" '
            f'height="{_BAR_HEIGHT}" rx="2"/>'
        )
        low, high = (_BARS_FROM + edge * scale for edge in (bar.low, bar.high))
        lines.append(f'<line class="spread" x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}"/>')
    if bar.note:
        lines.append(_text(_BARS_FROM, top + 31, bar.note, "failed"))
    return lines


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    group = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{group}>{escape(words)}</text>'

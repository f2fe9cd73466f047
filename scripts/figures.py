"""Measure, and write the tables and the picture of README.md: ratios of one run, with their spread and the date.

    python scripts/figures.py

Run it on a quiet machine; it takes some minutes. The text between the two `figures` marks of the README is replaced.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
PICTURE = ROOT / "docs" / "headline.svg"
SHOWN = ("hand-written", "ffi_core", "cffi API", "cffi ABI", "ctypes")


def measure(script: str, *words: str) -> Any:
    """What a bench prints with --json."""
    command = [sys.executable, str(ROOT / "bench" / script), "--json", *words]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def sqlite_table(result: dict[str, Any]) -> list[str]:
    lines = ["| program | version | x C | quartiles |", "|---|---|---|---|"]
    for program in sorted(result["programs"], key=lambda program: program["ratio_to_c"]):
        low, high = program["ratio_quartiles"]
        name = "**ffi_core** (Python)" if program["name"] == "ffi_core" else program["name"]
        lines.append(f"| {name} | {program['version']} | {program['ratio_to_c']:.2f} | {low:.2f} - {high:.2f} |")
    return lines


def call_table(result: dict[str, Any]) -> list[str]:
    lines = ["| one call of | " + " | ".join(SHOWN) + " |", "|---" * (len(SHOWN) + 1) + "|"]
    for label, contenders in result["signatures"].items():
        cells = [f"{contenders[name]['ratio']:.2f} ± {contenders[name]['noise']:.2f}" for name in SHOWN[1:]]
        lines.append(f"| {label} | 1 | " + " | ".join(cells) + " |")
    return lines


def missed(result: dict[str, Any]) -> list[str]:
    """Which signatures cost more than the 1.10 of a hand-written extension that we allow ourselves, in words."""
    ours = {label: contenders["ffi_core"] for label, contenders in result["signatures"].items()}
    over = [f"{label} ({figure['ratio']:.2f})" for label, figure in ours.items() if figure["ratio"] > 1.105]
    return ["", f"Over the 1.10 that we allow ourselves in this run: {', '.join(over)}."] if over else []


def section() -> str:
    sqlite, call = (
        measure("headline.py", "--runs", "15", "--export-svg", str(PICTURE)),
        measure("call.py", "--rounds", "61"),
    )
    today = dt.datetime.now(dt.UTC).date().isoformat()
    machine = f"{platform.machine()} {platform.system()}, CPython {platform.python_version()}"
    return "\n".join(
        [
            f"Measured on {today} on {machine}, two cores, each table in one run with the contenders taking turns.",
            "",
            "The sqlite program that made Porffor's FFI known ([`examples/sqlite.porf.ts`](examples/sqlite.porf.ts),",
            "over a million native calls): its loop as a multiple of the same loop in C. Start-up is not counted.",
            "",
            "![The sqlite program, as a multiple of C](docs/headline.svg)",
            "",
            *sqlite_table(sqlite),
            "",
            "One call from Python as a multiple of an extension that is written by hand for just that function and",
            "makes the same checks (median ± its absolute deviation; below 1 is faster than by hand):",
            "",
            *call_table(call),
            *missed(call),
        ]
    )


def main() -> int:
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}\n{section()}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

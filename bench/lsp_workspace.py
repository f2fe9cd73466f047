"""What the whole workspace costs an editor: files looked through in the background, and a very large library.

    python bench/lsp_workspace.py [--json] [--library FILE]

A workspace of 1,000 files that all open a library, one of 10,000 of which 5% do, and a library of 100 MB and more (the
largest LLVM that is installed, if none is named) that is opened while requests about another text go on. Milliseconds,
MiB and shares of one core, with the budgets beside them; exit code 1 where one is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lsp import SERVER, Figure, line, resident, timed
from wire import Wire

FUNCTION = "export function step{0}(left: number) {{ return left * {0}; }}\n"
BINDING = """const {{ cos, sin }} = Deno.dlopen("libm.so.6", {{
  cos: {{ parameters: ["f32"], result: "f64" }},
  sin: {{ parameters: ["f64"], result: "f64" }},
  // {0}
}}).symbols;
"""
SMALL = 'const { cos } = Deno.dlopen("libm.so.6", { cos: { parameters: ["f64"], result: "f64" } }).symbols;'
ABILITIES = {
    "textDocument": {"diagnostic": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
    "experimental": {"ffiStatus": True},
}
PATIENCE = 300
TICKS = 100  # of a second, in /proc (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)


def main() -> int:
    """Measure everything once and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--library", type=Path, metavar="FILE", help="a very large library")
    arguments = parser.parse_args()
    figures = [*workspace(1_000, 1), *workspace(10_000, 20)]
    library = arguments.library or largest()
    if library is not None:
        figures += opened_beside(library)
    if arguments.json:
        print(json.dumps([asdict(figure) | {"kept": figure.kept} for figure in figures], indent=2))
    else:
        for figure in figures:
            print(line(figure))
    return 0 if all(figure.kept for figure in figures) else 1


def largest() -> Path | None:
    """The largest libLLVM of this system, which has some ten thousand symbols."""
    found = [path for path in Path("/usr/lib").glob("**/libLLVM*.so*") if path.is_file()]
    return max(found, key=lambda path: path.stat().st_size, default=None)


def workspace(files: int, each: int) -> list[Figure]:
    """Open a folder of so many files, of which one in `each` opens a library, and wait until all of them are known."""
    name = f"{files:,} files, {files // each:,} with bindings"
    with tempfile.TemporaryDirectory() as folder, Wire([SERVER], patience=PATIENCE) as wire:
        for number in range(files):
            file = Path(folder) / f"part{number % 50}" / f"module{number}.ts"
            file.parent.mkdir(exist_ok=True)
            text = "".join(FUNCTION.format(step) for step in range(60))
            file.write_text(text + (BINDING.format(number) if number % each == 0 else ""))
        wire.initialize(ABILITIES, workspaceFolders=[{"uri": Path(folder).as_uri(), "name": "bench"}])
        started, used = time.perf_counter(), processor(wire)
        waits = hovers_until(wire, lambda: is_ready(wire, files))
        seconds, spent = time.perf_counter() - started, processor(wire) - used
        size = resident(wire)
        wire.exit()
    figures = [
        Figure(f"{name}: looked through", "ms", 1000 * seconds, 1000 * seconds),
        Figure(f"{name}: share of a core meanwhile", "", spent / seconds, spent / seconds, 1),
        timed(f"{name}: hover meanwhile", waits, None, 20),
    ]
    budget = 200 if files == 1_000 else None
    return figures + ([] if size is None else [Figure(f"{name}: resident memory", "MiB", size, size, budget)])


def opened_beside(library: Path) -> list[Figure]:
    """Hovers over another text while a text that binds a very large library is opened and completed in."""
    name = f"{library.name}, {library.stat().st_size >> 20} MiB"
    text = f'Deno.dlopen("{library}", {{ LLVMAddFunctoin: {{ parameters: [], result: "i32" }}, LLVMBuildAd: {{}} }});'
    with Wire([SERVER]) as wire:
        wire.initialize({})
        hovers_until(wire, lambda: len(wire.arrivals) > 100)
        began = time.perf_counter()
        open_text(wire, "file:///large.ts", text)
        place = {"line": 0, "character": text.index("LLVMBuildAd") + 6}
        asked = wire.ask("textDocument/completion", {"textDocument": {"uri": "file:///large.ts"}, "position": place})

        def is_answered() -> bool:
            return any(each.message.get("id") == asked and "method" not in each.message for each in wire.arrivals)

        waits = hovers_until(wire, is_answered)
        answered = time.perf_counter() - began
        wire.exit()
    return [
        Figure(f"{name}: first completion", "ms", 1000 * answered, 1000 * answered),
        timed(f"{name}: hover over another text meanwhile", waits, None, 20),
    ]


def hovers_until(wire: Wire, done: Any) -> list[float]:
    """Seconds that each hover over a small text takes, from now until `done`; the first, which loads much, is left out.

    Raises
    ------
    SystemExit: `done` does not come about.
    """
    uri = "file:///small.ts"
    open_text(wire, uri, SMALL)
    about = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 9}}
    wire.request("textDocument/hover", about)
    waits = []
    deadline = time.perf_counter() + PATIENCE
    while not done():
        asked = wire.ask("textDocument/hover", about)
        sent = wire.last_sent
        wire.answer(asked)
        waits.append(wire.arrivals[-1].at - sent)
        time.sleep(0.005)
        if time.perf_counter() > deadline:
            raise SystemExit("the server did not come to an end")
    return waits


def open_text(wire: Wire, uri: str, text: str) -> None:
    """Open a text in the server."""
    item = {"uri": uri, "languageId": "typescript", "version": 1, "text": text}
    wire.notify("textDocument/didOpen", {"textDocument": item})


def is_ready(wire: Wire, files: int) -> bool:
    """Whether the server has said that it knows so many files."""
    told = [each.message["params"] for each in wire.arrivals if each.message.get("method") == "ffi/status"]
    return any(each["state"] == "ready" and each["files"] >= files for each in told)


def processor(wire: Wire) -> float:
    """Seconds of processor time that the server has used."""
    fields = Path(f"/proc/{wire.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    sys.exit(main())

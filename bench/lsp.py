"""How long an editor waits for `ffi-lsp`: a real client over standard input and output, in its own process.

    python bench/lsp.py [--json] [--keystrokes N] [--peers] [--install-peers]

For texts of 2,000 and of 10,000 lines with 20 and with 200 declarations, on a library of 3,000 functions: keystroke to
diagnostics, completion, hover; spawn to the answer of `initialize`; resident memory, idle and with 1,000 texts open;
how long others wait while the largest library is opened. Milliseconds and MiB, with the budgets beside them; exit
code 1 where one is missed. --peers types the same into `deno lsp` and typescript-language-server, where installed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import lsp_peers
from wire import Wire

SERVER = str(Path(sys.executable).with_name("ffi-lsp"))
FUNCTIONS = 3000
SIZES = ((2_000, 20), (2_000, 200), (10_000, 20), (10_000, 200))
OPEN_TEXTS = 1_000
LARGE_LIBRARY = 50 << 20
PEERS_KEYSTROKES = 30
VERSIONED = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}


@dataclass(frozen=True)
class Figure:
    """One measured distribution or size.

    Parameters
    ----------
    name: what was measured.
    unit: ``ms`` or ``MiB``.
    p50, p99: percentiles; the same for a single value.
    budget50, budget99: the most that they may be, or None.
    cpu: what the server itself worked for each sample on average, in the same unit; None where the system does not
        tell. Unlike the others it hardly depends on what else the machine does.
    """

    name: str
    unit: str
    p50: float
    p99: float
    budget50: float | None = None
    budget99: float | None = None
    cpu: float | None = None

    @property
    def kept(self) -> bool:
        """Whether both budgets are kept."""
        return (self.budget50 is None or self.p50 <= self.budget50) and (
            self.budget99 is None or self.p99 <= self.budget99
        )


def main() -> int:
    """Measure everything once and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--keystrokes", type=int, default=400, metavar="N", help="of each kind (default: %(default)s)")
    parser.add_argument("--peers", action="store_true", help="measure other language servers on the same edits")
    parser.add_argument("--install-peers", action="store_true", help="install those of npm into the user's cache first")
    arguments = parser.parse_args()
    if arguments.install_peers:
        lsp_peers.install()
    figures = []
    for figure in measured(arguments.keystrokes, peers=arguments.peers or arguments.install_peers):
        figures.append(figure)
        if not arguments.json:
            print(line(figure), flush=True)
    if arguments.json:
        print(json.dumps([asdict(figure) | {"kept": figure.kept} for figure in figures], indent=2))
    return 0 if all(figure.kept for figure in figures) else 1


def measured(keystrokes: int, *, peers: bool) -> Iterator[Figure]:
    """Every figure, one session after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = compiled(folder)
        yield spawned()
        yield from idle_memory()
        for lines, declarations in SIZES:
            yield from session(folder, library, lines, declarations, keystrokes)
            for peer in lsp_peers.found() if peers else ():
                yield from beside(peer, folder, library, lines, declarations)
        yield from large_library(folder, library)
        yield from many_texts(folder, library)


def compiled(folder: Path) -> Path:
    """A library of FUNCTIONS functions."""
    source, library = folder / "many.c", folder / "libmany.so"
    source.write_text("".join(f"int many_{index}(int a, int b) {{ return a + b; }}\n" for index in range(FUNCTIONS)))
    compiler = shutil.which("cc") or sys.exit("bench/lsp.py needs a C compiler")
    subprocess.run([compiler, "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    return library


def text(library: Path, lines: int, declarations: int) -> str:
    """A program of so many lines: a schema, and functions around the bound ones."""
    names = [f"many_{index * 7}" for index in range(declarations)]
    schema = [f'  {name}: {{ parameters: ["i32", "i32"], result: "i32" }},' for name in names]
    rows = ["// generated", f'const {{ {", ".join(names)} }} = Porffor.dlopen("{library}", {{', *schema, "});"]
    while len(rows) < lines:
        step = len(rows)
        rows += [
            f"export function step{step}(left: number, right: number): number {{",
            f"  // The running total of item {step}, which the library adds up once more.",
            f"  let total = left * {step};",
            "  for (let index = 0; index < right; index++) {",
            "    total += index % 7;",
            "  }",
            f"  return {names[step % declarations]}(total, {step}) + total;",
            "}",
        ]
    return "\n".join(rows) + "\n"


def spawned(times: int = 9) -> Figure:
    """From the start of the process to its answer to `initialize`."""
    samples = []
    for _ in range(times):
        with Wire([SERVER]) as wire:
            wire.initialize(VERSIONED)
            samples.append(wire.arrivals[0].at - wire.started)
            wire.exit()
    return timed("spawn to initialize", samples, 450, None)


def idle_memory() -> list[Figure]:
    """What a server holds that has no text open."""
    with Wire([SERVER]) as wire:
        wire.initialize(VERSIONED)
        time.sleep(0.2)
        size = resident(wire)
        wire.exit()
    return [] if size is None else [Figure("resident memory, idle", "MiB", size, size, 80)]


def many_texts(folder: Path, library: Path) -> list[Figure]:
    """What a server holds that has many short texts open."""
    with Wire([SERVER]) as wire:
        wire.initialize(VERSIONED)
        for number in range(OPEN_TEXTS):
            Typist(wire, (folder / f"text{number}.ts").as_uri()).open(text(library, 40, 4))
        size = resident(wire)
        wire.exit()
    return [] if size is None else [Figure(f"resident memory, {OPEN_TEXTS:,} texts open", "MiB", size, size, 200)]


def large_library(folder: Path, library: Path) -> list[Figure]:
    """How long hovers take while the largest library is opened for the first time, and how long that is."""
    found = largest_library()
    if found is None:
        return []
    waits: list[float] = []
    with Wire([SERVER]) as wire:
        wire.initialize(VERSIONED)
        typist = Typist(wire, (folder / "small.ts").as_uri())
        typist.open(text(library, 100, 20))
        schema = "{ no_such_name: { parameters: [], result: 'i32' } }"
        written = f'const {{ no_such_name }} = Porffor.dlopen("{found}", {schema});\n'
        uri = (folder / "large.ts").as_uri()
        item = {"uri": uri, "languageId": "typescript", "version": 1, "text": written}
        sent = wire.notify("textDocument/didOpen", {"textDocument": item})

        def judged() -> float | None:
            return next(
                (
                    arrival.at
                    for arrival in wire.arrivals
                    if arrival.message.get("method") == "textDocument/publishDiagnostics"
                    and arrival.message["params"]["uri"] == uri
                    and arrival.message["params"]["diagnostics"]
                ),
                None,
            )

        while judged() is None and time.perf_counter() - sent < wire.patience:
            waits.append(typist.ask("textDocument/hover", {"line": 2, "character": 4}))
        done = judged()
        wire.exit()
    name = f"{found.name}, {found.stat().st_size >> 20} MiB"
    opened = [] if done is None else [timed(f"{name}: open to diagnostics", [done - sent], None, None)]
    return [*opened, timed(f"{name}: longest hover meanwhile", [max(waits)], None, 20)]


def largest_library() -> Path | None:
    """The largest shared library in the usual folders, where one is really large."""
    folders = [
        Path("/usr/lib/x86_64-linux-gnu"),
        Path("/usr/lib/aarch64-linux-gnu"),
        Path("/usr/lib64"),
        Path("/usr/lib"),
    ]
    files = [file for folder in folders if folder.is_dir() for file in folder.glob("*.so*") if file.is_file()]
    best = max(files, key=lambda file: file.stat().st_size, default=None)
    return best if best is not None and best.stat().st_size >= LARGE_LIBRARY else None


def beside(peer: lsp_peers.Peer, folder: Path, library: Path, lines: int, declarations: int) -> list[Figure]:
    """The keystrokes in code of `session`, typed into another server."""
    chance, name = random.Random(7), f"{lines:,} lines, {declarations} declarations: {peer.name}"
    file = folder / f"program{lines}.ts"
    file.write_text(text(library, lines, declarations))
    with Wire(peer.command, stderr=subprocess.DEVNULL) as wire:
        try:
            wire.initialize(VERSIONED, initializationOptions=peer.options)
            typist = Typist(wire, file.as_uri())
            opening = typist.open(file.read_text())
            samples = [typist.type(chance.randrange(declarations + 5, lines), 60) for _ in range(PEERS_KEYSTROKES)]
        except (TimeoutError, EOFError, RuntimeError) as failure:
            print(f"{name}: {failure}", file=sys.stderr)
            return []
        size = resident(wire)
    figures = [
        timed(f"{name}: open to diagnostics", [opening], None, None),
        timed(f"{name}: keystroke in code to diagnostics", samples, None, None),
    ]
    return figures + ([] if size is None else [Figure(f"{name}: resident memory", "MiB", size, size)])


def session(folder: Path, library: Path, lines: int, declarations: int, keystrokes: int) -> list[Figure]:
    """One text: keystrokes in code and in the schema, completions and hovers."""
    uri, written = (folder / f"program{lines}.ts").as_uri(), text(library, lines, declarations)
    name, chance = f"{lines:,} lines, {declarations} declarations", random.Random(7)
    first = written.split("\n")[2]
    key, word = {"line": 2, "character": 5}, {"line": 2, "character": first.index("i32") + 1}
    with Wire([SERVER]) as wire:
        wire.initialize(VERSIONED)
        typist = Typist(wire, uri)
        opening = typist.open(written)

        def repeated(act: Callable[[], float], messages: int = 1) -> Samples:
            before, seconds = processor_time(wire), [act() for _ in range(keystrokes)]
            after = processor_time(wire)
            cpu = None if before is None or after is None else (after - before) / (keystrokes * messages)
            return Samples(seconds, cpu)

        in_code = repeated(lambda: typist.type(chance.randrange(declarations + 5, lines), 60), 2)
        in_schema = repeated(lambda: typist.type(2 + chance.randrange(declarations), 40), 2)
        completion = repeated(lambda: typist.ask("textDocument/completion", key))
        types = repeated(lambda: typist.ask("textDocument/completion", word))
        somewhere = partial(chance.randrange, 2, 2 + declarations)
        hover = repeated(lambda: typist.ask("textDocument/hover", {"line": somewhere(), "character": 4}))
        size = resident(wire)
        wire.exit()
    budget = (5, 20) if lines <= 2_000 else (None, 50)
    figures = [
        timed(f"{name}: open to diagnostics", [opening], None, None),
        timed(f"{name}: keystroke in code to diagnostics", in_code, *budget),
        timed(f"{name}: keystroke in the schema to diagnostics", in_schema, *budget),
        timed(f"{name}: completion over {FUNCTIONS:,} symbols", completion, None, 20),
        timed(f"{name}: completion of types", types, None, 20),
        timed(f"{name}: hover", hover, None, 5),
    ]
    return figures + ([] if size is None else [Figure(f"{name}: resident memory", "MiB", size, size)])


class Typist:
    """Types into one text and waits for what comes of it."""

    def __init__(self, wire: Wire, uri: str) -> None:
        self.wire, self.document, self.version = wire, {"uri": uri}, 1

    def open(self, written: str) -> float:
        """Seconds from opening to diagnostics."""
        item = {**self.document, "languageId": "typescript", "version": 1, "text": written}
        return self._after(self.wire.notify("textDocument/didOpen", {"textDocument": item}))

    def type(self, row: int, column: int) -> float:
        """Seconds from one keystroke to the diagnostics of the text with it; then the letter is taken out again."""
        here = {"line": row, "character": column}
        seconds = self._change({"start": here, "end": here}, "x")
        self._change({"start": here, "end": {"line": row, "character": column + 1}}, "")
        return seconds

    def ask(self, method: str, position: dict[str, int]) -> float:
        """Seconds to an answer, which must not be empty."""
        sent = time.perf_counter()
        if not self.wire.request(method, {"textDocument": self.document, "position": position}):
            raise SystemExit(f"{method} had no answer at {position}")
        return self.wire.arrivals[-1].at - sent

    def _change(self, range_: dict[str, dict[str, int]], new: str) -> float:
        self.version += 1
        change = {"range": range_, "text": new}
        document = {**self.document, "version": self.version}
        return self._after(
            self.wire.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        )

    def _after(self, sent: float) -> float:
        arrival = self.wire.until(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"]["uri"] == self.document["uri"]
                and message["params"].get("version", self.version) == self.version
            )
        )
        return arrival.at - sent


@dataclass(frozen=True)
class Samples:
    """How long each of some questions took.

    Parameters
    ----------
    seconds: for whoever waited.
    cpu: seconds that the server worked for each message, on average; None where the system does not tell.
    """

    seconds: list[float]
    cpu: float | None = None


def timed(name: str, samples: Samples | list[float], budget50: float | None, budget99: float | None) -> Figure:
    """The figure for samples, or for their seconds."""
    samples = samples if isinstance(samples, Samples) else Samples(samples)
    ordered = sorted(each * 1000 for each in samples.seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    cpu = None if samples.cpu is None else samples.cpu * 1000
    return Figure(name, "ms", ordered[len(ordered) // 2], p99, budget50, budget99, cpu)


def processor_time(wire: Wire) -> float | None:
    """Seconds that the server has worked so far, in all of its threads, where the system tells."""
    file = Path(f"/proc/{wire.process.pid}/stat")
    if not file.exists():
        return None
    # proc_pid_stat(5): utime and stime are fields 14 and 15; the second, a name in parentheses, may hold spaces.
    fields = file.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(wire: Wire) -> float | None:
    """MiB that the server has in memory, where the system tells."""
    status = Path(f"/proc/{wire.process.pid}/status")
    if not status.exists():
        return None
    return next(int(row.split()[1]) / 1024 for row in status.read_text().splitlines() if row.startswith("VmRSS"))


def line(figure: Figure) -> str:
    """One figure for people."""
    budgets = [
        f"{label} <= {budget:g}" for label, budget in (("p50", figure.budget50), ("p99", figure.budget99)) if budget
    ]
    verdict = f"{'' if figure.kept else 'MISSED '}({', '.join(budgets)})" if budgets else ""
    values = (
        f"p50 {figure.p50:7.2f}  p99 {figure.p99:7.2f}" if figure.p50 != figure.p99 else f"{figure.p50:11.2f}{'':13}"
    )
    cpu = "" if figure.cpu is None else f"cpu {figure.cpu:.2f}"
    return f"{figure.name:<76} {values} {figure.unit:<3} {cpu:<9} {verdict}"


if __name__ == "__main__":
    sys.exit(main())

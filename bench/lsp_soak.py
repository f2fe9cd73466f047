"""A long afternoon of typing: whether the server's memory grows with it, and whether its answers become slower.

    python bench/lsp_soak.py [--edits N] [--json]

Random edits of one text, with surrogate pairs, odd line ends and broken schemas, and requests between them.
Exit code 1 where the memory at the end is 5% or more above that at half time, or the median latency of the last tenth
of the requests is more than a quarter above that of the tenth after half time.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from lsp import SERVER, compiled, resident, text
from wire import Wire

PIECES = ("x", '"i32"', "{", "}", "\r\n", "\u2028", "\U0001f600", "add(1, 2);\n", "// ffi-ignore[FFI201]: why\n", "")
METHODS = ("textDocument/completion", "textDocument/hover", "textDocument/codeLens")
REST = 50
"""Edits after which the text is as it was, so that only what is left over can add up."""
ASK = 5
"""Edits between two requests."""


@dataclass(frozen=True)
class Afternoon:
    """What an afternoon came to.

    Parameters
    ----------
    edits: how many.
    half, end: MiB that the server held at half time and at the end; None where the system does not tell.
    half_latency, end_latency: median milliseconds of a tenth of the requests, after half time and at the end.
    """

    edits: int
    half: float | None
    end: float | None
    half_latency: float
    end_latency: float

    @property
    def growth(self) -> float:
        """By which share the memory grew in the second half."""
        return 0.0 if self.half is None or self.end is None else self.end / self.half - 1

    @property
    def drift(self) -> float:
        """By which share the answers became slower in the second half."""
        return self.end_latency / self.half_latency - 1


def afternoon(wire: Wire, uri: str, written: str, edits: int) -> Afternoon:
    """Type into a text.

    Parameters
    ----------
    wire: a conversation that has been initialized.
    uri: of the text, which is not open yet.
    written: the text.
    edits: how many edits to make; a multiple of 2 * REST.
    """
    chance, rows = random.Random(11), written.count("\n")
    item = {"uri": uri, "languageId": "typescript", "version": 0, "text": written}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    sizes, latencies = [], []
    for edit in range(1, edits + 1):
        place = {"line": chance.randrange(rows), "character": chance.randrange(40)}
        change = {"range": {"start": place, "end": place}, "text": chance.choice(PIECES)}
        document = {"uri": uri, "version": edit}
        changes = [{"text": written} if edit % REST == 0 else change]
        wire.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        if edit % ASK == 0:
            asked = wire.ask(chance.choice(METHODS), {"textDocument": {"uri": uri}, "position": place})
            sent = wire.last_sent
            wire.answer(asked)
            latencies.append(wire.arrivals[-1].at - sent)
        if edit % REST == 0:
            wire.arrivals.clear()
        if edit in (edits // 2, edits):
            sizes.append(resident(wire))
    tenth = max(1, len(latencies) // 10)
    middle = len(latencies) // 2
    after_half, last = latencies[middle : middle + tenth], latencies[-tenth:]
    return Afternoon(edits, *sizes, 1000 * statistics.median(after_half), 1000 * statistics.median(last))


def main() -> int:
    """Type, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--edits", type=int, default=100_000, metavar="N", help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Wire([SERVER]) as wire:
        wire.initialize()
        file, written = Path(folder) / "program.ts", text(compiled(Path(folder)), 300, 20)
        found = afternoon(wire, file.as_uri(), written, arguments.edits)
        code = wire.exit()
    if arguments.json:
        print(json.dumps(asdict(found), indent=2))
    else:
        print(f"{found.edits:,} edits: exit code {code}")
        if found.half is not None:
            print(f"memory   {found.half:8.1f} MiB at half time {found.end:8.1f} MiB at the end {found.growth:+.1%}")
        half, end = found.half_latency, found.end_latency
        print(f"latency  {half:8.2f} ms  at half time {end:8.2f} ms  at the end {found.drift:+.1%}")
    return 1 if code != 0 or found.growth >= 0.05 or found.drift > 0.25 else 0


if __name__ == "__main__":
    sys.exit(main())

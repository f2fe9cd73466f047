"""Types into thousands of programs, and holds what a remembering workspace says to what a fresh one says of each text.

    python scripts/fuzz_typing.py [--seconds 300] [--seed 1] [--keep DIR] [--go-on]

The programs and edits are those of tests/ffi_lsp/typing. Ends at the first difference with exit code 1: the texts that
it takes, made as short as possible, and the parts that differ are printed and kept. With --go-on it keeps the first
few of each kind and goes on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.ffi_lsp.typing.edits import random_edits, texts_of
from tests.ffi_lsp.typing.oracle import Typist
from tests.ffi_lsp.typing.programs import made_up_program, real_programs
from tests.ffi_lsp.typing.telling import told
from tests.ffi_lsp.typing.world import World

EDITS = 20
REAL = 0.2
"""How many of the programs are real ones."""
MOST_OF_A_KIND = 3
"""Differences of one kind, which have one cause as a rule, that are made short and kept."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=300, help="how long to type (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "ffi-fuzz-typing"), metavar="DIR")
    parser.add_argument("--go-on", action="store_true", help="do not end at the first difference")
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    kinds: Counter[str] = Counter()
    programs = texts = 0
    ends = time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        while time.monotonic() < ends and (options.go_on or not kinds):
            name, shown, kind = typed(world, Random(f"{options.seed}/{programs}"))  # noqa: S311
            programs, texts = programs + 1, texts + len(shown)
            if kind is not None:
                kinds[kind] += 1
                if kinds[kind] <= MOST_OF_A_KIND:
                    path = options.keep / f"{options.seed}-{programs:05}.txt"
                    path.write_text(told(world, name, shown, kind), encoding="utf-8")
                    print(f"{path}:\n{path.read_text(encoding='utf-8')}", flush=True)
    for kind, times in kinds.most_common():
        print(f"{times:8} {kind}")
    print(f"{programs} programs, {texts} texts, {kinds.total()} differences, seed {options.seed}")
    return 1 if kinds else 0


def typed(world: World, chance: Random) -> tuple[str, list[str], str | None]:
    """A file's name, the texts that were typed in it up to the first difference, and the kind of that."""
    program = chance.choice(real_programs()) if chance.random() < REAL else made_up_program(chance)
    typist, shown = Typist(world, program.name, [chance.random() < 0.7]), []
    for text in texts_of(program, random_edits(chance, EDITS)):
        shown.append(text)
        found = typist.show(text)
        if found:
            return program.name, shown, found[0].kind
    return program.name, shown, None


if __name__ == "__main__":
    sys.exit(main())

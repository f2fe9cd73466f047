"""Programs to type in: real ones, and some that a small grammar makes up, in which few names stand for many things."""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from ffi_core.source import SUFFIXES, parse
from ffi_lsp.rules import RULES

from .grammar import COMMON, DIALECTS

ROOT = Path(__file__).parents[3]
_HOLE = re.compile(r"@([A-Z]+)")
_DEEPEST = 8
"""Holes within holes. Deeper ones are filled by the first text that may stand there, which has no such holes."""
_PARTS = (1, 2, 2, 3, 3, 4, 5, 6, 9, 12)
"""How many parts a program has besides what it opens; of few, more are typed in within the same time."""
_MANY, _WIDE = 210, 0.02
"""How many statements a wide program has, of which tree-sitter's own ways are slow, and how many programs are wide."""


@dataclass(frozen=True)
class Program:
    """A text to start with.

    Parameters
    ----------
    name: of a file that may hold it.
    dialects: those in which lines are typed into it.
    parts: texts, none of which needs another one.
    """

    name: str
    dialects: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The parts under one another; in markup that is a script among other things."""
        return _SHELLS.get(Path(self.name).suffix, "%s").replace("%s", "\n".join([*self.parts, ""]))


_SHELLS = {
    ".vue": "<template><p>{{ n }} é</p></template>\n<script setup lang='ts'>\n%s</script>\n<style>p {}</style>\n",
    ".html": "<!doctype html>\n<script>let n = 3;</script>\n<script type='module'>\n%s</script>\n<p>Deno.dlopen</p>\n",
}


def made_up(kind: str, dialect: str, chance: Random) -> str:
    """A text that may fill a hole of the grammar, itself without holes."""
    grammar = ChainMap(dict(DIALECTS[dialect]), dict(COMMON))

    def filled(text: str, depth: int) -> str:
        def fill(hole: re.Match[str]) -> str:
            ways = grammar[hole[1]]
            return filled(chance.choice(ways) if depth < _DEEPEST else ways[0], depth + 1)

        return _HOLE.sub(fill, text)

    return filled(f"@{kind}", 0)


def made_up_program(chance: Random) -> Program:
    """A program of several parts, in one dialect or two."""
    name = "main" + chance.choice([".ts", ".ts", ".ts", ".js", ".mjs", ".tsx", ".vue", ".html"])
    dialects = tuple(chance.sample(sorted(DIALECTS), chance.choice([1, 1, 1, 2])))
    kinds = [(dialects[0], "PROLOGUE")] if chance.random() < 0.4 else []
    kinds += [(made, "START") for made in dialects]
    kinds += [(chance.choice(dialects), "PART") for _ in range(chance.choice(_PARTS))]
    kinds += [(chance.choice(dialects), "CALL") for _ in range(_MANY if chance.random() < _WIDE else 0)]
    parts = [made_up(kind, dialect, chance) for dialect, kind in kinds]
    alone = "main.js" if name.endswith(".html") else "main.ts" if name.endswith(".vue") else name
    # One broken part breaks them all, and then little is remembered.
    parts = [f"{part};" if kind == "CALL" else part for part, (_, kind) in zip(parts, kinds, strict=True)]
    whole = [part for part in parts if not is_broken(alone, part) or chance.random() < 0.02]
    return Program(name, dialects, tuple(whole))


def is_broken(name: str, text: str) -> bool:
    """Whether the script in a text has a syntax error."""
    return parse(text.encode(), Path(name).suffix).root.has_error


@cache
def real_programs() -> tuple[Program, ...]:
    """The corpus, the examples, the blocks of every rule's page, and texts such as the benches type in."""
    found = [
        (path.suffix, path.read_text(encoding="utf-8"))
        for folder in ("examples", "tests/corpus")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in SUFFIXES
    ]
    for rule in RULES.values():
        found += [(".ts", text) for _, text in re.findall(r"```(js|ts)\n(.*?)```", rule.documentation, re.DOTALL)]
    found += [(".ts", _generated(lines)) for lines in (60, 240, 1600)]
    return tuple(_real(suffix, text) for suffix, text in found)


def _real(suffix: str, text: str) -> Program:
    spoken = tuple(name for name in sorted(DIALECTS) if re.search(rf"\b{name}\b", text, re.IGNORECASE))
    # A markup file brings its own shell; its script's suffix decides nothing here.
    return _Whole(f"main{suffix}", spoken or ("deno",), tuple(text.splitlines()))


class _Whole(Program):
    """A program that is its file's text already."""

    @property
    def text(self) -> str:
        return "\n".join([*self.parts, ""])


def _generated(lines: int) -> str:
    names = ["abs", "labs", "strlen", "toupper", "tolower", "getpid"]
    rows = ["// generated", f'const {{ {", ".join(names)} }} = Porffor.dlopen("libc.so.6", {{']
    rows += [f'  {name}: {{ parameters: ["i32", "i32"], result: "i32" }},' for name in names] + ["});"]
    while len(rows) < lines:
        step = len(rows)
        rows += [
            f"export function step{step}(left: number, right: number): number {{",
            f"  let total = left * {step};",
            f"  for (let index = 0; index < right; index++) total += {names[step % 5]}(index);",
            f"  return {names[step % 6]}(total, {step}) + total;",
            "}",
        ]
    return "\n".join(rows)

"""`ffi-lsp check` as a person starts it: a project of a thousand files, one long file, one long schema; and its peers.

    python bench/check.py [--json] [--rounds N] [--install]

Every figure is a whole process from its start to its end; "cold" means that nothing is remembered of headers. The
peers look at the files with bindings in the same run, in turns: `deno check`, `tsc --noEmit` and `oxlint` know nothing
of native libraries, so this tells what one more tool costs a project, not which is better. --install fetches tsc and
oxlint from npm into the user's cache folder; a peer that is not there is left out. Exit code 1 where a budget is
missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ffi_core.bench.runtimes import RUNTIMES, Absent, cache_folder
from ffi_core.generate import NotExpressibleError, declaration_of, entry_text
from ffi_core.headers import find_prototypes
from ffi_core.library import locate, open_library

FILES, WITH_BINDINGS = 1000, 50
LONG_FILE, LONG_SCHEMA = 1_800_000, 1200
LIBRARIES = ("libsqlite3.so.0", "libz.so.1", "libm.so.6", "libcurl.so.4", "libc.so.6")
LONG_SCHEMA_OF = ("libcrypto.so.3", "libc.so.6")
BUDGETS = {"project, cold": 2.0, "long file": 1.0, "long schema": 1.0}
"""Seconds on two cores. The long schema's is for what a person waits from the second time on."""
OWN = (sys.executable, "-c", "import sys; from ffi_lsp.cli import main; sys.exit(main())", "check", "--no-config")
LAUNCHER = """
import json, os, sys, time
started = time.perf_counter()
actions = [(os.POSIX_SPAWN_DUP2, 2, 1)]
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - started
print(json.dumps([os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""
"""Starts what is measured from a small process: the memory of a process counts that of the one that it was born of."""
PEERS = cache_folder().parent / "checkers"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: medians over the rounds.

    Parameters
    ----------
    seconds: from its start to its end.
    processor: seconds of the processor, its children's among them.
    mebibytes: the most memory that it, or one of its children, had resident.
    exit_code: of the last round.
    """

    seconds: float
    processor: float
    mebibytes: float
    exit_code: int


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to measure.

    Parameters
    ----------
    name: in the table.
    command: what is started.
    folder: where.
    cold: whether the cache of headers is emptied before each round.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    cold: bool = False


def main() -> int:
    """Measure, print, and hold the figures to their budgets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (default: 5)")
    parser.add_argument("--install", action="store_true", help="fetch the peers that npm has, first")
    options = parser.parse_args()
    if options.install:
        install_peers()
    with tempfile.TemporaryDirectory(prefix="ffi-bench-check-") as name:
        root = Path(name)
        tasks = [*own_tasks(root), *peer_tasks(root / "bindings")]
        costs = measure(tasks, options.rounds, root / "cache")
    missed = [name for name, budget in BUDGETS.items() if costs[name].seconds > budget]
    if options.json:
        print(json.dumps({"costs": {name: asdict(cost) for name, cost in costs.items()}, "missed": missed}, indent=1))
    else:
        show(costs)
    return 1 if missed else 0


def own_tasks(root: Path) -> Iterator[Task]:
    """The project, its files with bindings alone, the long file and the long schema."""
    texts = list(with_bindings())
    write_project(root / "project", texts)
    (root / "bindings").mkdir()
    for number, text in enumerate(texts):
        (root / "bindings" / f"bindings{number}.ts").write_text(text)
    (root / "bindings" / "globals.d.ts").write_text("declare const Deno: any;\n")
    (root / "long").mkdir()
    filler = plain(random.Random(1), LONG_FILE - len(texts[0]))
    (root / "long" / "long.ts").write_text(texts[0] + filler)
    (root / "schema").mkdir()
    (root / "schema" / "schema.ts").write_text(long_schema())
    yield Task("long schema, cold", OWN, root / "schema", cold=True)
    yield Task("long schema", OWN, root / "schema")
    yield Task("project, cold", OWN, root / "project", cold=True)
    yield Task("project", OWN, root / "project")
    yield Task("project, 2 jobs", (*OWN, "--jobs=2"), root / "project")
    yield Task("long file", OWN, root / "long")
    yield Task("ffi-lsp: bindings", OWN, root / "bindings")


def peer_tasks(folder: Path) -> Iterator[Task]:
    """What else people run over such files, as far as it is here."""
    files = tuple(sorted(path.name for path in folder.glob("bindings*.ts")))
    deno = RUNTIMES["deno"].find(cache_folder())
    if not isinstance(deno, Absent):
        yield Task("deno check: bindings", (*deno.program, "check", "--quiet", "--no-lock", *files), folder)
    tsc, oxlint = (PEERS / "node_modules" / ".bin" / name for name in ("tsc", "oxlint"))
    if tsc.exists():
        strict = ("--noEmit", "--strict", "--skipLibCheck", "--target", "esnext", "--module", "esnext")
        yield Task("tsc: bindings", (str(tsc), *strict, "globals.d.ts", *files), folder)
    if oxlint.exists():
        yield Task("oxlint: bindings", (str(oxlint), "--quiet", *files), folder)


def measure(tasks: Sequence[Task], rounds: int, cache: Path) -> Mapping[str, Cost]:
    """Run the tasks in turns; the medians of each."""
    found: dict[str, list[Cost]] = {task.name: [] for task in tasks}
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}
    # An installed package has its bytecode beside it; without it a third of a short run goes into compiling Python.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if cache_folder().exists():  # Deno's own cache of types stays where it is
        environment.setdefault("DENO_DIR", str(cache_folder().parent / "deno"))
    for _ in range(rounds):
        for task in tasks:
            if task.cold:
                shutil.rmtree(cache, ignore_errors=True)
            found[task.name].append(once(task, environment))
    return {
        name: Cost(
            statistics.median(cost.seconds for cost in costs),
            statistics.median(cost.processor for cost in costs),
            max(cost.mebibytes for cost in costs),
            costs[-1].exit_code,
        )
        for name, costs in found.items()
    }


def once(task: Task, environment: Mapping[str, str]) -> Cost:
    """One process from its start to its end."""
    command = [sys.executable, "-I", "-S", "-c", LAUNCHER, *task.command]
    done = subprocess.run(command, cwd=task.folder, env=environment, capture_output=True, text=True, check=True)
    code, *figures = json.loads(done.stdout)
    if code not in (0, 1):
        sys.exit(f"{task.name} ended with {code}: {done.stderr[-2000:]}")
    return Cost(*figures, exit_code=code)


def show(costs: Mapping[str, Cost]) -> None:
    """The table for people."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", "seconds", "budget", "of the processor", "peak MiB", "exit code", title="ffi-lsp check")
    for name, cost in costs.items():
        budget = BUDGETS.get(name)
        table.add_row(
            name,
            f"{cost.seconds:.2f}",
            "" if budget is None else f"{budget:g}{'' if cost.seconds <= budget else ' missed'}",
            f"{cost.processor:.2f}",
            f"{cost.mebibytes:.0f}",
            str(cost.exit_code),
        )
    Console().print(table)


# --- the texts -------------------------------------------------------------------------------------------------------


def with_bindings() -> Iterator[str]:
    """Files that bind a dozen functions of a library, call them, and are ordinary code for the rest."""
    entries = {name: entries_of(name, 200) for name in LIBRARIES}
    choice = random.Random(0)
    there = [name for name, found in entries.items() if found]
    for number in range(WITH_BINDINGS):
        library = there[number % len(there)]
        chosen = choice.sample(sorted(entries[library]), min(12, len(entries[library])))
        body = "\n".join(f"  {entries[library][name]}" for name in chosen)
        calls = "".join(f"export const {name}_{number} = lib.symbols.{name};\n" for name in chosen)
        yield f'const lib = Deno.dlopen("{library}", {{\n{body}\n}} as const);\n{calls}{plain(choice, 8_000)}'


def long_schema() -> str:
    """One call with very many declarations."""
    for library in LONG_SCHEMA_OF:
        entries = entries_of(library, LONG_SCHEMA)
        if len(entries) == LONG_SCHEMA:
            break
    body = "\n".join(f"  {entry}" for entry in entries.values())
    return f'export const lib = Deno.dlopen("{library}", {{\n{body}\n}} as const);\n'


def entries_of(library: str, most: int) -> dict[str, str]:
    """Declarations of a library's functions in Deno's words, made from its headers; none where it is not here."""
    path = locate(library).path
    if path is None:
        return {}
    opened = open_library(path)
    names = sorted({symbol.name for symbol in opened.symbols() if not symbol.name.startswith("_")})
    found = find_prototypes(opened, names).prototypes
    entries: dict[str, str] = {}
    for name in sorted(found):
        if len(entries) < most and found[name].header.startswith("/usr/include"):
            try:
                entries[name] = entry_text(declaration_of(found[name]), "deno", found[name])
            except NotExpressibleError:
                continue
    return entries


def write_project(folder: Path, texts: Sequence[str]) -> None:
    """A thousand files in folders of twenty, every twentieth with bindings."""
    choice = random.Random(2)
    every = FILES // len(texts)
    for number in range(FILES):
        path = folder / f"module{number // 20}" / f"file{number}.ts"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[number // every] if number % every == 0 else plain(choice, 6_000))


def plain(choice: random.Random, length: int) -> str:
    """Ordinary code of about so many bytes."""
    parts: list[str] = []
    size = 0
    while size < length:
        name = f"value{choice.randrange(10**9)}"
        part = (
            f"export function {name}(items: readonly string[], limit = {choice.randrange(100)}): number {{\n"
            f"  let total = 0;\n"
            f"  for (const [index, item] of items.entries()) {{\n"
            f"    if (index > limit || item === `stop-${{total}}`) break; // {choice.randrange(10**6)}\n"
            f'    total += item.length * {choice.randrange(9) + 1} + (item.startsWith("a") ? 1 : 0);\n'
            f"  }}\n"
            f"  return total;\n"
            f"}}\n\n"
        )
        parts.append(part)
        size += len(part)
    return "".join(parts)


def install_peers() -> None:
    """tsc and oxlint, into the user's cache folder; no script of theirs is run to install them."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("there is no npm to install the peers with")
    PEERS.mkdir(parents=True, exist_ok=True)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run([npm, "install", "--prefix", str(PEERS), *quiet, "typescript", "oxlint"], check=True, timeout=600)


if __name__ == "__main__":
    sys.exit(main())

"""Ten thousand damaged programs, in every dialect: judging, reporting and mending them raises nothing, and ends."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from ffi_core.source import SUFFIXES
from ffi_lsp.fixing import apply_safe_fixes
from ffi_lsp.report.fingerprint import fingerprints
from ffi_lsp.report.github import render as render_github
from ffi_lsp.report.json import to_json
from ffi_lsp.report.sarif import result
from ffi_lsp.report.text import Style, render
from ffi_lsp.workspace import Workspace

MUTATIONS, GROUPS = 10_000, 20
SECONDS = 20
"""After so long one text counts as a hang, on any machine."""
ROOT = Path(__file__).parents[2]
TEXTS = [
    (path.suffix, path.read_bytes())
    for folder in ("examples", "tests/corpus")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in SUFFIXES
]
PIECES = [
    *(
        b"{",
        b"}",
        b"(",
        b")",
        b"[",
        b"]",
        b'"',
        b"'",
        b"`",
        b"${",
        b",",
        b":",
        b"...",
        b"\\",
        b"//",
        b"/*",
        b"*/",
        b"\n",
    ),
    *(b"\r", b"\0", b"\xff", b"\xe2\x80\xa8", "😀".encode(), b"=>", b"Porffor.dlopen(", b"Deno.dlopen(", b"dlopen("),
    *(b"const ", b" as const", b"null", b"-1e400", b"parameters", b"result", b"await ", b"<script>", b"</script>"),
    *(b"// ffi-ignore[FFI201]: x\n", b"// ffi-header: x.h\n", b"import x from './x';", b"((((((((", b"[[[[[[[["),
]


def mutated(choice: random.Random) -> tuple[str, bytes]:
    suffix, data = choice.choice(TEXTS)
    for _ in range(choice.randint(1, 6)):
        start = choice.randrange(len(data) + 1)
        end = min(len(data), start + choice.choice((0, 0, 1, 5, 60, 400)))
        other = choice.choice(TEXTS)[1]
        place = choice.randrange(len(other))
        piece = choice.choice((b"", choice.choice(PIECES), other[place : place + 80], choice.randbytes(3)))
        data = data[:start] + piece + data[end:]
    return suffix, data


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Fails where what it holds does not come to an end."""

    def stop(_: int, frame: FrameType | None) -> None:
        pytest.fail(f"it does not come to an end; it is in {frame}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("group", range(GROUPS))
def test_any_mutation_is_judged_reported_and_mended(group: int) -> None:
    workspace = Workspace(follow_imports=True)
    for number in range(MUTATIONS // GROUPS):
        suffix, data = mutated(random.Random(f"{group}/{number}"))
        path = Path(f"example{suffix}")
        with at_most(SECONDS):
            snapshot = workspace.snapshot(path, data)
            for found, mark in zip(
                snapshot.diagnostics, fingerprints(snapshot.text, snapshot.diagnostics), strict=True
            ):
                assert 0 <= found.span.start <= found.span.end <= len(data)
                assert to_json("x", snapshot.text, found)["line"] >= 1
                assert result("x", snapshot.text, found, mark)["ruleId"] == found.code
                assert "\n" not in render_github("x", snapshot.text, found)
                assert render("x", snapshot.text, found, Style(colour=True))
            apply_safe_fixes(data, snapshot.diagnostics, unsafe=True)

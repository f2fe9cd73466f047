"""Whatever is done to a program, judging it raises nothing and every place lies inside the text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffi_core.model import Array, Object, Span, Value
from ffi_lsp.fixing import apply_safe_fixes
from ffi_lsp.report.json import to_json
from ffi_lsp.report.text import Style, render
from ffi_lsp.workspace import Snapshot, Workspace

EXAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "examples").glob("*.ts"))]
PIECES = [
    b"{", b"}", b"(", b")", b"[", b"]", b'"', b"'", b"`", b"${", b",", b":", b"...", b"\\", b"//", b"/*", b"\n", b"\r",
    b"Porffor.dlopen(", b"const ", b" as const", b"null", b"parameters", b"\x00", b"\xff", "\u2028😀".encode(), b"=>",
]  # fmt: skip
WORKSPACE = Workspace()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 60)))
        piece = draw(st.sampled_from(PIECES) | st.just(b"") | st.just(data[end : end + 50]) | st.binary(max_size=4))
        data = data[:start] + piece + data[end:]
    return data


def spans_of_value(value: Value | None) -> Iterator[Span]:
    if value is not None:
        yield value.span
    if isinstance(value, Array):
        for item in value.items:
            yield from spans_of_value(item)
    if isinstance(value, Object):
        for entry in value:
            yield from (entry.span, entry.key_span, *spans_of_value(entry.value))


def spans_of(snapshot: Snapshot) -> Iterator[Span]:
    for call in snapshot.calls:
        yield from (call.span, call.callee_span, *call.labels, *(span for _, span in call.uses))
        yield from (*spans_of_value(call.library), *spans_of_value(call.schema))
        for entry in call.declarations:
            yield from (entry.span, entry.name_span)
        for binding in call.bindings:
            yield from (binding.symbol_span, binding.local_span)
        for site in call.calls:
            yield from (site.span, site.callee_span, *spans_of_value(site.arguments))
    for found in snapshot.diagnostics:
        yield found.span
        yield from (edit.span for fix in found.fixes for edit in fix.edits)


@settings(max_examples=300, deadline=None)
@given(data=mutated(), suffix=st.sampled_from([".ts", ".js", ".tsx"]))
def test_any_mutation_is_judged(data: bytes, suffix: str) -> None:
    snapshot = WORKSPACE.snapshot(Path(f"example{suffix}"), data)
    assert all(0 <= span.start <= span.end <= len(data) for span in spans_of(snapshot))
    for found in snapshot.diagnostics:
        assert to_json("example", snapshot.text, found)["line"] >= 1
        assert "\n" not in found.message
        assert render("example", snapshot.text, found, Style())
    apply_safe_fixes(data, snapshot.diagnostics)


@pytest.mark.parametrize(
    "data",
    [
        b"Porffor.dlopen(" + b"[" * 50_000,
        b"x = " + b"(" * 50_000 + b"Porffor.dlopen('x', {})" + b")" * 50_000,
        b"Porffor.dlopen('x', " + b"{a:" * 20_000 + b"1" + b"}" * 20_000 + b")",
        b"Porffor.dlopen('x', {f: {parameters: [" + b"{struct: [" * 5_000 + b"'int'" + b"]}" * 5_000 + b"]}})",
        b"dlopen " * 20_000,
        b"Porffor.dlopen(" * 5_000,
        b"const a0 = Deno;"
        + b"".join(b"const a%d = a%d;" % (n + 1, n) for n in range(5_000))
        + b"a5000.dlopen('x', {});",
        b"var a=1;" * 100_000 + b"Porffor.dlopen('x',{})",
        b"Porffor.dlopen(\x00\xff\xfe" + bytes(range(256)) * 50,
        b"Porffor.dlopen('x', {['a'" + b"+'a'" * 5_000 + b"]: {}})",
    ],
    ids=[
        "open brackets",
        "parentheses",
        "objects",
        "structs",
        "words",
        "open calls",
        "chain",
        "one line",
        "binary",
        "sums",
    ],
)
def test_extreme_texts_are_judged(data: bytes) -> None:
    for text in (data, data[: len(data) // 2], data + b" "):
        assert all(span.end <= len(text) for span in spans_of(Workspace().snapshot(Path("example.ts"), text)))

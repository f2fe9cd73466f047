"""Wherever the cursor is, in whole texts and in broken ones, no feature raises, and answers stay within the text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffi_core.library import Library
from ffi_core.model import Prototype, Span
from ffi_lsp.diagnostic import Fix
from ffi_lsp.fixing import apply_fix
from ffi_lsp.ide import c_header, code_action, hover, inlay_hints, links, navigation, outline, references, rename
from ffi_lsp.ide.action import ActionError
from ffi_lsp.ide.completion import completion
from ffi_lsp.ide.semantic_tokens import semantic_tokens
from ffi_lsp.ide.signature_help import signature_help
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.surroundings import Surroundings
from ffi_lsp.workspace import Snapshot, Workspace

FOLDER = Path(__file__).parents[3] / "examples"
EXAMPLES = [path.read_bytes() for path in sorted(FOLDER.glob("*.ts"))]
KOFFI = """
import koffi from "koffi";
const m = koffi.load("libm.so.6");
const pow = m.func("double pow(double a, double b)");
const cos = m.func("cos", "double", ["double"]);
pow(cos(1), 2);
"""
CONSTANTS = """
// ffi-header: math.h, zlib.h
const ä = '🛒', p = 'libm.so.6', S = { cos: { parameters: ['f64'], result: 'f64' } };
const l = Deno.dlopen(p, S), { symbols: { cos: c } } = Deno.dlopen(p, { ...S, pow: {} });
c(l.symbols.cos(1))
"""
BUN = """
import { dlopen, FFIType as T, JSCallback } from "bun:ffi";
const { symbols } = dlopen("libc.so.6", {
  qsort: { args: [T.ptr, "usize", T.u64, T.function] },
});
const cb = new JSCallback((a, b) => 0, { args: ["ptr", "ptr"], returns: "i32" });
symbols.qsort(1, 2, 3, cb);
"""
NODE = """
import { DynamicLibrary } from "node:ffi";
const l = new DynamicLibrary("libc.so.6");
const f = l.getFunction("toupper", { arguments: ["i32"], return: "i32" });
f(1);
"""
MORE = [KOFFI.encode(), CONSTANTS.replace("\n", "\r\n").encode(), BUN.encode(), NODE.encode()]
PROTOTYPES = HeaderPrototypes()
WORKSPACE = Workspace(prototypes=PROTOTYPES, follow_imports=True)
AROUND = Surroundings(FOLDER)
PIECES = [
    b"{",
    b"}",
    b"(",
    b")",
    b'"',
    b"'",
    b",",
    b":",
    b"...",
    b"//",
    b"\n",
    b"dlopen(",
    b"\xff",
    "\u2028😀".encode(),
]


def known(library: Library, names: object) -> tuple[dict[str, Prototype], bool]:
    # The texts name libraries whose headers are read once; every other symbol stays unknown.
    return {}, bool(names)


def reread(data: bytes) -> Snapshot:
    return WORKSPACE.snapshot(FOLDER / "example.ts", data)


def spans_at(snapshot: Snapshot, offset: int) -> Iterator[Span]:
    """Every span of every answer at one place."""
    if (hovered := hover.hover(snapshot, offset)) is not None:
        yield hovered.span
    if (proposed := completion(snapshot, offset, reread, known, AROUND)) is not None:
        yield proposed.typed
        yield from (item.edit.span for item in proposed.items)
    if (signed := signature_help(snapshot, offset)) is not None:
        assert all(0 <= each.start <= each.end <= len(signed.label) for each in signed.parameters)
    if (defined := references.definition(snapshot, offset)) is not None:
        yield defined
    if (declared := navigation.declaration(snapshot, offset)) is not None:
        yield declared.span
    if (struct := navigation.type_definition(snapshot, offset)) is not None:
        yield struct.span
    yield from (mention.span for mention in references.references(snapshot, offset))
    yield from outline.selections(snapshot, offset)
    if (prepared := rename.prepare_rename(snapshot, offset)) is not None:
        yield prepared[0]
        edits = rename.rename(snapshot, offset, "another_name_")
        assert edits is not None
        apply_fix(snapshot.text.data, Fix("", tuple(edits)))
        yield from (edit.span for edit in edits)
    for action in code_action.actions(snapshot, Span(offset, offset), ("",)):
        try:
            changes = action.edits if action.make is None else action.make({})
        except ActionError:
            continue
        ordered = sorted(edit.span for edit in changes)
        assert all(one.end <= other.start for one, other in pairwise(ordered)), action.title
        yield from ordered


def spans_of(snapshot: Snapshot) -> Iterator[Span]:
    """Every span of every answer about a whole text."""
    for entry in outline.outline(snapshot):
        yield from (entry.span, entry.name_span)
        assert entry.span.start <= entry.name_span.start <= entry.name_span.end <= entry.span.end
        yield from (child.span for child in entry.children)
    yield from outline.foldings(snapshot)
    yield from (link.span for link in links.links(snapshot))
    tokens = [token.span for token in semantic_tokens(snapshot)]
    assert all(one.end <= other.start for one, other in pairwise(tokens))
    yield from tokens
    for hint in inlay_hints.inlay_hints(snapshot, Span(0, len(snapshot.text.data)), {}):
        yield Span(hint.offset, hint.offset)
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        header = c_header.c_header(call, facts)
        assert all(name in header.text.splitlines()[line - 1] for name, line in header.lines.items())


def check(snapshot: Snapshot, offset: int) -> None:
    end = len(snapshot.text.data)
    assert all(0 <= span.start <= span.end <= end for span in spans_at(snapshot, offset))


@pytest.mark.parametrize("data", [*EXAMPLES, *MORE], ids=range(len(EXAMPLES) + len(MORE)))
def test_at_every_place_of_every_example(data: bytes) -> None:
    snapshot = WORKSPACE.snapshot(FOLDER / "example.ts", data)
    assert all(0 <= span.start <= span.end <= len(data) for span in spans_of(snapshot))
    inside = {call.span.start for call in snapshot.calls} | {call.span.end for call in snapshot.calls}
    # Every place in and around the calls and uses; far from them, every seventh.
    near = {at for edge in inside for at in range(max(0, edge - 80), min(len(data), edge + 80))}
    for offset in sorted(near | set(range(0, len(data) + 1, 7))):
        check(snapshot, offset)


@st.composite
def broken(draw: st.DrawFn) -> tuple[bytes, int]:
    data = draw(st.sampled_from([*EXAMPLES, *MORE]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        data = data[:start] + draw(st.sampled_from([*PIECES, b""])) + data[end:]
    return data, draw(st.integers(0, len(data)))


@settings(max_examples=150, deadline=None)
@given(text=broken())
def test_anywhere_in_a_broken_text(text: tuple[bytes, int]) -> None:
    data, offset = text
    snapshot = WORKSPACE.snapshot(FOLDER / "example.ts", data)
    assert all(0 <= span.start <= span.end <= len(data) for span in spans_of(snapshot))
    check(snapshot, offset)

"""Code lenses: run and benchmark, above each declaration and on each call whose arguments are literals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ffi_core.bench import ArgumentsError, choose_arguments
from ffi_core.bench.choice import literal_arguments
from ffi_core.bench.script import spell_arguments
from ffi_core.model import Declaration, DlopenCall, SourceDeclaration, Span
from ffi_core.types import Kind
from ffi_lsp.ide.measured import Measurement
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot

Act = Literal["run", "benchmark", "report"]

_LONGEST = 50
"""Characters of arguments, and of a result, that a title shows."""


@dataclass(frozen=True, slots=True)
class CodeLens:
    """A line above a declaration or a call that does something when it is clicked; its title is made by `lens_title`.

    Parameters
    ----------
    span: what it stands above.
    act: call the function once, time it, or open the report of its last run.
    symbol: the schema key.
    call: which of the snapshot's calls declares it.
    site: which of the function's calls it stands on; None on the declaration.
    """

    span: Span
    act: Act
    symbol: str
    call: int
    site: int | None = None


def code_lenses(snapshot: Snapshot, measured: Mapping[str, Measurement]) -> list[CodeLens]:
    """Every lens of a text, cheap enough for thousands: titles come later.

    A declaration that cannot run has one, whose title says why. A call has some where its arguments are literals and
    the function can run.

    Parameters
    ----------
    snapshot: the text.
    measured: the last run of each function by its key in the schema.
    """
    if not snapshot.settings.lens.enabled:
        return []
    lenses: list[CodeLens] = []
    for number, (call, facts) in enumerate(zip(snapshot.calls, snapshot.facts, strict=True)):
        able: dict[str, Declaration] = {}
        for entry in call.declarations:
            acts: list[Act] = ["run"]
            if why_not(entry, facts) is None and entry.declaration is not None:
                able[entry.name] = entry.declaration
                last = measured.get(entry.name)
                acts += ["benchmark", "report"] if last is not None and last.is_about(entry) else ["benchmark"]
            lenses += [CodeLens(entry.name_span, act, entry.name, number) for act in acts]
        lenses += _on_calls(call, number, able)
    return lenses


def lens_title(snapshot: Snapshot, lens: CodeLens, measured: Mapping[str, Measurement]) -> str | None:
    """What a lens shows; None where the text has changed so that it has nothing to stand for.

    Parameters
    ----------
    snapshot: the text as it is now.
    lens: the lens.
    measured: the last run of each function by its key in the schema.
    """
    if lens.call >= len(snapshot.calls):
        return None
    call, facts = snapshot.calls[lens.call], snapshot.facts[lens.call]
    entry = call.declaration_of(lens.symbol)
    if entry is None:
        return None
    reason = why_not(entry, facts)
    if reason is not None:
        return "Cannot run" if _is_told_already(snapshot, entry, facts) else f"Cannot run: {reason}"
    if lens.act == "report":
        return "Report"
    last = measured.get(entry.name)
    if last is None or lens.site is not None or not last.is_about(entry):
        last = None
    stale = "" if last is None or last.holds_for(facts) else ", library changed since"
    if lens.act == "benchmark":
        return "Benchmark" if last is None or last.time is None else f"Benchmark · {last.time}{stale}"
    arguments = _arguments(snapshot, call, lens)
    return f"Run {lens.symbol}({_cut(arguments)}){_result(entry, last, facts, arguments)}"


def why_not(entry: SourceDeclaration, facts: LibraryFacts) -> str | None:
    """Why a declared function cannot run, in words that follow a colon; None where nothing is in its way."""
    declaration = entry.declaration
    if declaration is None:
        return "its declaration has mistakes"
    if declaration.signature is None:
        return "it is declared as data"
    if facts.library is None:
        return str(facts.failure) if facts.failure is not None else "the text does not tell which library it is in"
    found = facts.find(declaration.symbol)
    if found is not None:
        return None if found[0].callable else f"{declaration.symbol} is data of {found[1].path.name}, not a function"
    # A library that could not be read may export it, so the loader is asked.
    return f"{declaration.symbol} is not exported by {facts.library.path.name}" if facts.complete else None


def _is_told_already(snapshot: Snapshot, entry: SourceDeclaration, facts: LibraryFacts) -> bool:
    """Whether a finding stands there that says more than a title could; some editors show both in one line."""
    if facts.failure is not None:
        return True
    return any(entry.span.start <= found.span.start < entry.span.end for found in snapshot.diagnostics)


def _on_calls(call: DlopenCall, number: int, able: Mapping[str, Declaration]) -> list[CodeLens]:
    lenses: list[CodeLens] = []
    seen: dict[str, int] = {}
    for site in call.calls:
        place = seen[site.symbol] = seen.get(site.symbol, -1) + 1
        if site.symbol in able and literal_arguments(able[site.symbol], site) is not None:
            acts: tuple[Act, ...] = ("run", "benchmark")
            lenses += [CodeLens(site.callee_span, act, site.symbol, number, place) for act in acts]
    return lenses


def _arguments(snapshot: Snapshot, call: DlopenCall, lens: CodeLens) -> str:
    """What the function would be called with, or an ellipsis where the text does not tell."""
    site = None
    if lens.site is not None:
        sites = [each for each in call.calls if each.symbol == lens.symbol]
        site = sites[lens.site] if lens.site < len(sites) else None
    try:
        chosen = choose_arguments(call, lens.symbol, None, snapshot.text.data, site=site)
    except ArgumentsError:
        return "…"
    return spell_arguments(chosen.values)


def _result(entry: SourceDeclaration, last: Measurement | None, facts: LibraryFacts, arguments: str) -> str:
    """What the same call gave the last time, while that still holds."""
    declaration = entry.declaration
    if last is None or not last.holds_for(facts) or last.arguments != arguments:
        return ""
    if declaration is None or declaration.signature is None or declaration.signature.result.kind is Kind.VOID:
        return ""
    return f" = {_cut(last.result)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

"""Every rule's page is true: its bad example has exactly that mistake, its good one none, its fix mends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.dialects import read
from ffi_lsp.config import Rules, Settings
from ffi_lsp.diagnostic import Diagnostic, Severity
from ffi_lsp.fixing import apply_fix
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.report.pages import pages
from ffi_lsp.rules import RULES, LibraryFacts, Rule, run
from ffi_lsp.workspace import Workspace

DOCS = Path(__file__).parents[3] / "docs" / "rules"
SECTIONS = ("What it does", "Why is this bad", "Bad", "Good", "Fix")
PROTOTYPES = HeaderPrototypes()
EVERY_RULE = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)

Section = Callable[[Rule, str], str]
Program = Callable[[Rule, str], tuple[Path, bytes]]


def judge(rule: Rule, file: Path, data: bytes) -> tuple[Diagnostic, ...]:
    """What is found; hints, which nobody sees unasked, only by the rules that give them."""
    settings = Settings(rules=Rules(hints=rule.severity is Severity.HINT))
    workspace = Workspace(prototypes=PROTOTYPES, settings=lambda _: settings)
    return workspace.snapshot(file, data).diagnostics


@EVERY_RULE
def test_the_page_has_every_section(rule: Rule, section: Section) -> None:
    assert rule.summary.endswith(".")
    assert all(section(rule, title) for title in SECTIONS)


@EVERY_RULE
def test_the_bad_example_has_exactly_this_mistake_and_the_fix_mends_it(
    rule: Rule, section: Section, program: Program
) -> None:
    file, data = program(rule, "Bad")
    found = judge(rule, file, data)
    assert {(entry.code, entry.name) for entry in found} == {(rule.code, rule.name)}
    promise = section(rule, "Fix")
    assert bool(found[0].fixes) != promise.startswith("None") or promise.startswith("Where")
    for _ in range(10):
        fixes = [entry.fixes[0] for entry in judge(rule, file, data) if entry.fixes]
        if not fixes:
            break
        data = apply_fix(data, fixes[0])
    assert judge(rule, file, data) == (() if found[0].fixes else found)


@EVERY_RULE
def test_the_good_example_is_clean(rule: Rule, program: Program) -> None:
    file, data = program(rule, "Good")
    assert read(data, "example.ts"), "the example holds no call at all"
    assert judge(rule, file, data) == ()


@EVERY_RULE
def test_nothing_is_said_about_what_is_unknown(rule: Rule) -> None:
    source = b"const { f } = Deno.dlopen(path(), { ...all, [k()]: v, f: make(), g: { parameters: p(), result: r() } });"
    (call,) = read(source, "a.ts")
    assert not list(rule.judge(call, LibraryFacts()))


def test_the_pages_in_docs_are_those_of_the_rules() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert written == pages(), "write them again: ffi-lsp rules --write docs/rules"


def test_code_and_name_come_from_the_file() -> None:
    assert RULES["FFI201"].name == "symbol-not-exported"
    assert list(RULES) == sorted(RULES)


def test_diagnostics_come_in_the_order_of_the_text() -> None:
    source = b'Deno.dlopen("x", { f: { result: "int", args: [] }, g: { parameters: ["int"], result: "i32" } });'
    (call,) = read(source, "a.ts")
    found = run(call, LibraryFacts())
    assert [entry.code for entry in found] == ["FFI101", "FFI102", "FFI101"]
    assert [entry.span for entry in found] == sorted(entry.span for entry in found)

"""Rules by part: their silence is decided by the part, and they are not asked again about one that is the same."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from ffi_core.c_types import CInteger
from ffi_core.dialects import DIALECTS, read_tree
from ffi_core.library import locate, open_library
from ffi_core.model import CallSite, DlopenCall, Prototype, SourceDeclaration, Span, Symbol, SymbolKind
from ffi_core.source import Memory, SourceTree, parse
from ffi_lsp.diagnostic import Severity
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.rules import RULES, Finding, LibraryFacts, Rule
from ffi_lsp.rules.judging import Judges
from ffi_lsp.rules.schema_values import symbol_of
from ffi_lsp.workspace import Snapshot, Workspace

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*.*") if path.name != "README.md")
PROTOTYPES = HeaderPrototypes()
LIBC = open_library(locate("libc.so.6").path or "")
PARAMETERS = {
    "check": ["call", "facts"],
    "check_declaration": ["call", "facts", "entry"],
    "check_site": ["call", "facts", "site"],
}

Program = Callable[[Rule, str], tuple[Path, bytes]]
Part = SourceDeclaration | CallSite


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_which_part_of_a_call_it_judges(rule: Rule) -> None:
    checks = {name: check for name in PARAMETERS if (check := getattr(rule, name)) is not None}
    assert bool(checks) != rule.code.startswith("FFI0"), "only a rule about comments has no check of a call"
    for name, check in checks.items():
        assert [word.lstrip("_") for word in inspect.signature(check).parameters] == PARAMETERS[name]
    assert rule.dialects is None or rule.dialects <= DIALECTS.keys()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("title", ["Bad", "Good"])
def test_silence_about_a_part_of_a_page_is_decided_by_the_part(rule: Rule, title: str, program: Program) -> None:
    file, data = program(rule, title)
    assert_parts_decide(judged(file, data))


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(CORPUS)) for file in FILES])
def test_silence_about_a_part_of_a_file_is_decided_by_the_part(file: Path) -> None:
    assert_parts_decide(judged(file, file.read_bytes()))


class Counted:
    """A rule that notes which parts it is asked about; it finds something in those that hold a word."""

    def __init__(self, word: bytes = b"nothing") -> None:
        self.asked: list[str] = []
        self.word = word
        rule = Rule("FFI999", "counted", Severity.HINT, "")
        self.rule = replace(rule, check_declaration=self.declaration, check_site=self.site)
        self.judges = Judges([self.rule])

    def declaration(self, call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterable[Finding]:
        return self.ask(call, entry.span)

    def site(self, call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterable[Finding]:
        return self.ask(call, site.span)

    def ask(self, call: DlopenCall, span: Span) -> Iterable[Finding]:
        text = call.source[span.start : span.end]
        self.asked.append(text.decode())
        return [Finding(span, "found")] if self.word in text else []

    def judge(self, call: DlopenCall, facts: LibraryFacts | None = None) -> list[str]:
        """What is asked about."""
        self.asked = []
        self.judges.judge(call, LibraryFacts() if facts is None else facts)
        return self.asked


LABS = 'labs: { parameters: ["i64"], result: "i64" }'
ABS = 'abs: { parameters: ["i32"], result: "i32" }'
TEXT = f"""const {{ abs, labs }} = Porffor.dlopen("libc.so.6", {{
  {ABS},
  {LABS},
}});
abs(1);
labs(2);
"""
EVERY_PART = [ABS, LABS, "abs(1)", "labs(2)"]


class Reader:
    """Reads one text of a file after the other."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.tree: SourceTree | None = None

    def call(self, text: str) -> DlopenCall:
        self.tree = parse(text.encode(), ".ts", self.tree)
        (call,) = read_tree(self.tree, memory=self.memory)
        return call


@pytest.mark.parametrize(
    "edited",
    [
        TEXT,
        f"// more\n{TEXT}",
        TEXT.replace("abs(1)", "\n\n  abs(1)"),
        f"{TEXT}other();\n",
        TEXT.replace(LABS, f"\n{LABS}"),
    ],
    ids=["nothing", "a line above", "a line between", "a line below", "a line in the schema"],
)
def test_parts_that_only_moved_are_not_asked_about_again(edited: str) -> None:
    counted, reader = Counted(), Reader()
    assert counted.judge(reader.call(TEXT)) == EVERY_PART
    assert counted.judge(reader.call(edited)) == []
    assert counted.judge(reader.call(TEXT)) == []


def test_an_entry_that_changed_is_asked_about_with_the_calls_of_its_symbol() -> None:
    counted, reader = Counted(), Reader()
    counted.judge(reader.call(TEXT))
    other = LABS.replace("i64", "u64", 1)
    assert counted.judge(reader.call(TEXT.replace(LABS, other))) == [other, "labs(2)"]


def test_a_call_that_changed_is_asked_about_alone() -> None:
    counted, reader = Counted(), Reader()
    counted.judge(reader.call(TEXT))
    assert counted.judge(reader.call(TEXT.replace("labs(2)", "labs(22)"))) == ["labs(22)"]


def test_a_part_in_which_something_was_found_is_asked_about_each_time() -> None:
    counted, reader = Counted(b"labs"), Reader()
    counted.judge(reader.call(TEXT))
    assert counted.judge(reader.call(f"// more\n{TEXT}")) == [LABS, "labs(2)"]


@pytest.mark.parametrize(
    "learned",
    [
        LibraryFacts(prototypes={"labs": Prototype("labs", CInteger("long"), ())}),
        LibraryFacts(exported={"labs": (Symbol("labs", SymbolKind.DATA), LIBC)}),
    ],
    ids=["a prototype", "a symbol"],
)
def test_what_is_learned_of_one_symbol_makes_its_parts_asked_about(learned: LibraryFacts) -> None:
    counted, reader = Counted(), Reader()
    assert counted.judge(reader.call(TEXT)) == EVERY_PART
    assert counted.judge(reader.call(TEXT), learned) == [LABS, "labs(2)"]
    assert counted.judge(reader.call(TEXT), learned) == []
    assert counted.judge(reader.call(TEXT)) == [LABS, "labs(2)"]


def test_an_entry_that_comes_to_stand_outside_of_the_call_is_asked_about() -> None:
    counted, call = Counted(), Reader().call(TEXT)
    assert counted.judge(call) == EVERY_PART
    assert counted.judge(replace(call, span=Span(call.declarations[1].span.start - 1, call.span.end))) == [
        ABS,
        "abs(1)",
    ]


def test_a_rule_that_found_nothing_in_a_part_is_not_asked_again_because_another_one_did() -> None:
    silent, speaking, reader = Counted(), Counted(b"labs"), Reader()
    judges = Judges([silent.rule, speaking.rule])
    assert len(judges.judge(reader.call(TEXT), LibraryFacts())) == 2
    silent.asked, speaking.asked = [], []
    assert len(judges.judge(reader.call(f"// more\n{TEXT}"), LibraryFacts())) == 2
    assert (silent.asked, speaking.asked) == ([], [LABS, "labs(2)"])


def test_what_is_learned_of_the_library_makes_all_parts_asked_about() -> None:
    counted, reader = Counted(), Reader()
    counted.judge(reader.call(TEXT))
    assert counted.judge(reader.call(TEXT), LibraryFacts(complete=False)) == EVERY_PART


def test_calls_of_what_is_not_declared_are_asked_about_once() -> None:
    counted, reader = Counted(), Reader()
    text = 'const { symbols: { abs } } = Deno.dlopen("libc.so.6", schema());\nabs(1);\n'
    assert counted.judge(reader.call(text)) == ["abs(1)"]
    assert counted.judge(reader.call(f"// more\n{text}")) == []


def judged(file: Path, data: bytes) -> Snapshot:
    return Workspace(prototypes=PROTOTYPES, follow_imports=True).snapshot(file, data)


def assert_parts_decide(snapshot: Snapshot) -> None:
    """In the whole call and in one with nothing but the part, the same rules are silent about it."""
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        for entry in call.declarations:
            assert speaking(call, facts, entry) == speaking(*alone(call, facts, entry), entry)
        for site in call.calls:
            assert speaking(call, facts, site) == speaking(*alone(call, facts, site), site)


def speaking(call: DlopenCall, facts: LibraryFacts, part: Part) -> list[str]:
    """The rules that find something in a part."""
    rules = [rule for rule in RULES.values() if rule.is_about(call.dialect)]
    if isinstance(part, SourceDeclaration):
        found = {rule.code: rule.check_declaration(call, facts, part) for rule in rules if rule.check_declaration}
    else:
        found = {rule.code: rule.check_site(call, facts, part) for rule in rules if rule.check_site}
    return [code for code, findings in found.items() if list(findings)]


def alone(call: DlopenCall, facts: LibraryFacts, part: Part) -> tuple[DlopenCall, LibraryFacts]:
    """The call without all that is not a part's, or common to all of them; and what is known of its symbol alone."""
    entry = part if isinstance(part, SourceDeclaration) else call.declaration_of(part.symbol)
    symbol = symbol_of(call, entry) if entry is not None else None
    kept = [part.span, *([entry.span] if entry is not None else [])]
    # What is written elsewhere has another mark in each text.
    here = all(any(one.start <= span.start and span.end <= one.end for one in kept) for span in spans_in((part, entry)))
    source = bytearray(b" " * len(call.source) if here else call.source)
    for span in kept:
        source[span.start : span.end] = call.source[span.start : span.end]
    reduced = DlopenCall(
        call.dialect,
        call.span,
        call.callee_span,
        None,
        None,
        () if entry is None else (entry,),
        calls=(part,) if isinstance(part, CallSite) else (),
        source=bytes(source),
        kind=call.kind,
        named_types=call.named_types,
        only_pointed_to=call.only_pointed_to,
        knows_all_types=call.knows_all_types,
    )
    exported = {symbol: facts.exported[symbol]} if symbol in facts.exported else {}
    prototypes = {symbol: facts.prototypes[symbol]} if symbol in facts.prototypes else {}
    return reduced, replace(facts, exported=exported, near={}, astray={}, prototypes=prototypes)


def spans_in(thing: object) -> Iterator[Span]:
    if isinstance(thing, Span):
        yield thing
    elif isinstance(thing, tuple):
        for part in thing:
            yield from spans_in(part)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            yield from spans_in(getattr(thing, field.name))

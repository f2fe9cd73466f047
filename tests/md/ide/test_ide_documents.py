"""Runs the documents beside this file: Markdown in which each heading asks at a cursor. See README.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ffi_core.library import Library
from ffi_core.model import Prototype, Span
from ffi_lsp.diagnostic import Edit, Fix
from ffi_lsp.fixing import apply_fix
from ffi_lsp.ide import completion as completing
from ffi_lsp.ide import hover as hovering
from ffi_lsp.ide import inlay_hints, links, navigation, outline, references, rename, semantic_tokens, signature_help
from ffi_lsp.ide.c_header import c_header
from ffi_lsp.ide.code_action import actions
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.struct_search import find_struct
from ffi_lsp.surroundings import Surroundings
from ffi_lsp.workspace import Snapshot, Workspace

CURSOR = "‸"
PROTOTYPES = HeaderPrototypes()
FOLDER = Path(__file__).parent
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\S*) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
LANGUAGES = {"ts", "js", "tsx", "jsx", "mts", "mjs"}


@dataclass
class Section:
    """One test: a text with a cursor, and what is answered there."""

    title: str
    files: list[tuple[str, str, str]]
    name: str = ""
    text: str = ""
    expected: list[tuple[str, str, str]] = field(default_factory=list)


def sections(document: Path) -> Iterator[Section]:
    text = document.read_text(encoding="utf-8")
    starts = [*HEADING.finditer(BLOCK.sub(lambda block: " " * len(block[0]), text))]
    ends = [*(match.start() for match in starts[1:]), len(text)]
    files: list[tuple[str, str, str]] = []
    for match, end in zip(starts, ends, strict=True):
        made: Section | None = None
        for language, words, body in BLOCK.findall(text[match.end() : end]):
            if language in ("c", "text"):
                files.append((language, words, body))
            elif language in LANGUAGES:
                if made is not None:
                    yield made
                made = Section(match[1], list(files), words or f"example.{language}", body)
            else:
                assert made is not None, f"{match[1]}: an answer stands before any text"
                made.expected.append((language, words, body))
        if made is not None:
            yield made


CASES = [
    pytest.param(entry, id=f"{document.stem}: {entry.title}")
    for document in sorted(FOLDER.glob("*.md"))
    if document.stem != "README"
    for entry in sections(document)
]


@dataclass
class Asked:
    """A text with a cursor, and everything that an answer is made of."""

    workspace: Workspace
    snapshot: Snapshot
    offset: int
    around: Surroundings

    @property
    def data(self) -> bytes:
        return self.snapshot.text.data

    def known(self, library: Library, names: object) -> tuple[dict[str, Prototype], bool]:
        assert isinstance(names, list | tuple)
        return dict(PROTOTYPES.find(library, names, self.snapshot.mentioned)), False

    def after(self, *edits: Edit) -> str:
        return apply_fix(self.data, Fix("", edits)).decode()

    def at(self, text: bytes, offset: int) -> str:
        """The line of a place, with the cursor in it."""
        start, end = text.rfind(b"\n", 0, offset) + 1, text.find(b"\n", offset)
        line = text[start : end if end >= 0 else len(text)]
        return f"{line[: offset - start].decode()}{CURSOR}{line[offset - start :].decode()}"


def hover(asked: Asked, _: str) -> str:
    found = hovering.hover(asked.snapshot, asked.offset, lambda library, name: not asked.known(library, [name])[0])
    if found is None:
        return "nothing"
    place = [str(found.place)] if found.place is not None else []
    return "\n".join(filter(None, [found.code, found.prototype, *place, *found.lines, found.comment]))


def completions(asked: Asked) -> completing.Completions | None:
    def reread(data: bytes) -> Snapshot:
        return asked.workspace.snapshot(asked.snapshot.path, data)

    return completing.completion(asked.snapshot, asked.offset, reread, asked.known, asked.around)


def completion(asked: Asked, _: str) -> str:
    found = completions(asked)
    if found is None or not found.items:
        return "nothing"
    described = ((", ".join(filter(None, (item.label, item.note))), item.detail) for item in found.items)
    return "\n".join(f"{name}: {detail}" if detail else name for name, detail in described)


def accepted(asked: Asked, label: str) -> str:
    found = completions(asked)
    assert found is not None, "nothing is proposed"
    return asked.after(next(item.edit for item in found.items if item.label == label))


def signature(asked: Asked, _: str) -> str:
    found = signature_help.signature_help(asked.snapshot, asked.offset)
    if found is None:
        return "nothing"
    if found.active is None:
        return found.label
    active = found.parameters[found.active]
    label = f"{found.label[: active.start]}[[{found.label[active.start : active.end]}]]{found.label[active.end :]}"
    return "\n".join([label, *active.lines])


def hints(asked: Asked, _: str) -> str:
    found = inlay_hints.inlay_hints(asked.snapshot, Span(0, len(asked.data)), {})
    return asked.after(*(Edit(Span(hint.offset, hint.offset), f"⟨{hint.text}⟩") for hint in found))


def definition(asked: Asked, _: str) -> str:
    span = references.definition(asked.snapshot, asked.offset)
    return "nothing" if span is None else asked.at(asked.data, span.start)


def declaration(asked: Asked, _: str) -> str:
    found = navigation.declaration(asked.snapshot, asked.offset)
    if found is None:
        return "nothing"
    if found.place is not None and found.place.file is not None:
        text, line = found.place.file.read_text(), found.place.line
    else:
        made = c_header(asked.snapshot.calls[found.call], asked.snapshot.facts[found.call])
        text, line = made.text, made.lines[found.symbol]
    return CURSOR + text.splitlines()[line - 1]


def type_definition(asked: Asked, _: str) -> str:
    found = navigation.type_definition(asked.snapshot, asked.offset)
    place = find_struct(found.header, found.tag, found.typedef, asked.around) if found is not None else None
    return "nothing" if place is None else CURSOR + place[0].read_text().splitlines()[place[1] - 1]


def all_references(asked: Asked, _: str) -> str:
    found = references.references(asked.snapshot, asked.offset)
    return "\n".join(asked.at(asked.data, mention.span.start) for mention in found) or "nothing"


def renamed(asked: Asked, new: str) -> str:
    if rename.prepare_rename(asked.snapshot, asked.offset) is None:
        return "nothing"
    try:
        edits = rename.rename(asked.snapshot, asked.offset, new)
    except rename.RenameError as error:
        return f"refused: {error}"
    assert edits is not None
    return asked.after(*edits)


def titles(asked: Asked, _: str) -> str:
    found = actions(asked.snapshot, Span(asked.offset, asked.offset))
    return "\n".join(action.title for action in found) or "nothing"


def done(asked: Asked, title: str) -> str:
    found = actions(asked.snapshot, Span(asked.offset, asked.offset), ("",))
    action = next((action for action in found if action.title == title), None)
    assert action is not None, f"offered: {[each.title for each in found]}"
    if action.make is None:
        return asked.after(*action.edits)
    prototypes: dict[str, Prototype] = {}
    for library, name in action.wanted:
        prototypes.update(asked.known(library, [name])[0])
    return asked.after(*action.make(prototypes))


def all_links(asked: Asked, _: str) -> str:
    found = [
        (asked.snapshot.text.slice(link.span), link.file or asked.around.header_file(link.header or ""))
        for link in links.links(asked.snapshot)
    ]
    return "\n".join(f"{text} -> {file}" for text, file in found) or "nothing"


def whole_outline(asked: Asked, _: str) -> str:
    def write(entry: outline.OutlineEntry, depth: int) -> Iterator[str]:
        yield f"{'  ' * depth}{entry.kind.value} {entry.name} {entry.detail}".rstrip()
        for child in entry.children:
            yield from write(child, depth + 1)

    return "\n".join(line for entry in outline.outline(asked.snapshot) for line in write(entry, 0)) or "nothing"


def tokens(asked: Asked, _: str) -> str:
    found = semantic_tokens.semantic_tokens(asked.snapshot)
    slice_ = asked.snapshot.text.slice
    words = (f"{slice_(token.span)} {token.kind.value}{' exported' if token.exported else ''}" for token in found)
    return "\n".join(words) or "nothing"


def selections(asked: Asked, _: str) -> str:
    found = outline.selections(asked.snapshot, asked.offset)
    return "\n".join(asked.snapshot.text.slice(span).replace("\n", "⏎") for span in found) or "nothing"


ANSWERS: dict[str, Callable[[Asked, str], str]] = {
    "hover": hover,
    "completion": completion,
    "accepted": accepted,
    "signature": signature,
    "hints": hints,
    "definition": definition,
    "declaration": declaration,
    "type": type_definition,
    "references": all_references,
    "renamed": renamed,
    "actions": titles,
    "done": done,
    "links": all_links,
    "outline": whole_outline,
    "tokens": tokens,
    "selections": selections,
}


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_one_that_is_shown(
    case: Section, tmp_path: Path, compile_library: Callable[..., Path]
) -> None:
    for language, name, body in case.files:
        if language == "c":
            (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / name).write_bytes(compile_library(body, name).read_bytes())
        else:
            (tmp_path / name).write_text(body, encoding="utf-8")
    before, _, after = case.text.partition(CURSOR)
    workspace = Workspace(prototypes=PROTOTYPES, follow_imports=True)
    snapshot = workspace.snapshot(tmp_path / case.name, (before + after).encode())
    asked = Asked(workspace, snapshot, len(before.encode()), Surroundings(tmp_path))
    assert case.expected, "no answer is shown"
    for question, words, body in case.expected:
        assert question in ANSWERS, f"no question is called {question}"
        found = ANSWERS[question](asked, words).rstrip().replace(str(tmp_path), ".")
        wanted = body.rstrip()
        if wanted.endswith("\n..."):
            found = "\n".join([*found.splitlines()[: wanted.count("\n")], "..."])
        assert found == wanted


def test_every_question_is_asked_somewhere() -> None:
    asked = {question for case in CASES for question, _, _ in case.values[0].expected}  # type: ignore[union-attr]
    assert asked == ANSWERS.keys()

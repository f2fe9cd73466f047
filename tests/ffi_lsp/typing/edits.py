"""Edits as people make them: each takes a text and gives the texts that the editor shows one after the other.

What an edit does follows from the texts before it and its number alone. So a session of typing is plain data, and can
be made shorter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from .desk import CALL, ENTRY, Desk, Texts
from .programs import Program, is_broken

_LEFT_BROKEN = 6  # one in so many edits that break a text is not taken back


@dataclass(frozen=True)
class Edit:
    """One thing that a person does.

    Parameters
    ----------
    kind: a name in `KINDS`.
    number: what decides where and how.
    """

    kind: str
    number: int


KINDS: dict[str, tuple[int, Callable[[Desk], Texts]]] = {}
"""What people do, with how often they do it."""


def random_edits(chance: Random, number: int) -> tuple[Edit, ...]:
    """So many edits, each kind as often as its weight says."""
    kinds = chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()], k=number)
    return tuple(Edit(kind, chance.randrange(1 << 30)) for kind in kinds)


def texts_of(program: Program, edits: Sequence[Edit]) -> Iterator[str]:
    """Every text that an editor shows, from the first; two that follow one another may be the same."""
    texts = [program.text]
    yield texts[0]
    for edit in edits:
        before = texts[-1]
        for text in KINDS[edit.kind][1](Desk(program, texts.copy(), Random(edit.number))):
            texts.append(text)
            yield text
        if edit.number % _LEFT_BROKEN and is_broken(program.name, texts[-1]) and not is_broken(program.name, before):
            texts.append(before)  # people mend what they broke, and most of the time a text is whole
            yield before


def _kind(weight: int) -> Callable[[Callable[[Desk], Texts]], Callable[[Desk], Texts]]:
    def add(edit: Callable[[Desk], Texts]) -> Callable[[Desk], Texts]:
        KINDS[edit.__name__] = (weight, edit)
        return edit

    return add


# --- inside of a statement ------------------------------------------------------------------------------------------


@_kind(14)
def change_an_argument(desk: Desk) -> Texts:
    start, end = desk.arguments()
    part = desk.token_between(start, end) or (start, start)
    return desk.typed(part[0], desk.words("A"), part[1])


@_kind(8)
def add_an_argument(desk: Desk) -> Texts:
    start, end = desk.arguments()
    new, is_first = desk.words("A"), not desk.text[start:end].strip()
    if desk.is_so(0.5):
        return desk.typed(end, new if is_first else f", {new}")
    return desk.typed(start, new if is_first else f"{new}, ")


@_kind(5)
def remove_the_last_argument(desk: Desk) -> Texts:
    start, end = desk.arguments()
    return desk.taken_back(max(start, desk.text.rfind(",", start, end)), end)


@_kind(12)
def change_a_token(desk: Desk) -> Texts:
    start, end = desk.token()
    old = desk.text[start:end]
    kind = "T" if old[:1] in {'"', "'"} else "A" if old.isdigit() else "V"
    return desk.typed(start, desk.words(kind if desk.is_so(0.8) else "TOKEN"), end)


@_kind(8)
def insert_a_token(desk: Desk) -> Texts:
    new = desk.words(desk.chance.choice(["F", "V", "CALL", "A", "T", "TOKEN"]))
    before, behind = desk.words_around("BESIDE")
    return desk.typed(desk.edge_of_token(), before + new + behind)


@_kind(5)
def delete_a_token(desk: Desk) -> Texts:
    return desk.taken_back(*desk.token())


@_kind(6)
def wrap_a_call(desk: Desk) -> Texts:
    found = desk.find(CALL)
    if found is not None:
        end = desk.closed(found.end()) + 1
        before, behind = desk.words_around("WRAP")
        yield desk.replaced(end, end, behind)
        yield desk.replaced(found.start(), end, before + desk.text[found.start() : end] + behind)


@_kind(5)
def turn_a_call_into_an_assignment(desk: Desk) -> Texts:
    found = desk.find(CALL)
    if found is None:
        return iter(())
    return desk.typed(found.start(), desk.words("ASSIGN").replace("…", found[0].rstrip("?.(")), found.end())


@_kind(6)
def touch_the_edge_of_a_statement(desk: Desk) -> Texts:
    start, end = desk.line()
    line = desk.text[start:end]
    place = end if desk.is_so(0.5) else end - len(line.lstrip())
    return desk.taken_back(max(0, place - 1), place) if desk.is_so(0.3) else desk.typed(place, desk.words("EDGE"))


# --- statements -----------------------------------------------------------------------------------------------------


@_kind(8)
def write_a_line(desk: Desk) -> Texts:
    place = desk.chance.choice(desk.line())
    return desk.typed(place, desk.words("LINE") + desk.chance.choice(["\n", "\n", "\n", "", " "]))


@_kind(4)
def delete_lines(desk: Desk) -> Texts:
    return desk.taken_back(*desk.lines(3))


@_kind(4)
def backspace_at_the_end_of_a_line(desk: Desk) -> Texts:
    start, end = desk.line()
    return desk.taken_back(max(start, end - desk.chance.randint(1, 12)), end)


@_kind(4)
def move_a_line(desk: Desk) -> Texts:
    start, end = desk.lines(1)
    rest = Desk(desk.program, [desk.replaced(start, end, "")], desk.chance)
    if desk.is_so(0.5):
        yield rest.text
    place = rest.start_of_line()
    yield rest.replaced(place, place, desk.text[start:end])


@_kind(4)
def double_a_line(desk: Desk) -> Texts:
    start, end = desk.line()
    place = start if desk.is_so(0.6) else desk.start_of_line()
    yield desk.replaced(place, place, desk.text[start:end] + desk.chance.choice(["\n", "\n", ";", " "]))


@_kind(3)
def comment_a_line_out(desk: Desk) -> Texts:
    start, end = desk.line()
    line = desk.text[start:end]
    if line.lstrip().startswith("//"):
        yield desk.replaced(start, end, line.replace("//", "", 1))
    else:
        yield desk.replaced(start, end, f"// {line}" if desk.is_so(0.7) else f"/* {line} */")


@_kind(3)
def wrap_lines(desk: Desk) -> Texts:
    start, end = desk.lines(5)
    before, behind = desk.words_around("AROUND")
    yield desk.replaced(start, end, before + desk.text[start:end] + behind)


@_kind(2)
def make_a_block_long_or_short(desk: Desk) -> Texts:
    """So long that it is taken apart, or no longer."""
    found = desk.find(r"(?m)^ *// -{100,}\n")
    if found is not None and desk.is_so(0.7):
        yield desk.replaced(found.start(), found.end(), "")
    else:
        opened = desk.find(r"\{\n")
        place = desk.start_of_line() if opened is None else opened.end()
        yield desk.replaced(place, place, f"// {'-' * desk.chance.choice([1000, 1900, 2060])}\n")


@_kind(4)
def join_or_split_lines(desk: Desk) -> Texts:
    found = desk.find(r"\n *|; *")
    if found is not None and desk.is_so(0.6):
        yield desk.replaced(found.start(), found.end(), desk.chance.choice(["", " ", "\n", ";"]))
    else:
        place = desk.edge_of_token()
        yield desk.replaced(place, place, desk.chance.choice(["\n", ";", "\r\n", "\u2028"]))


# --- names ----------------------------------------------------------------------------------------------------------


@_kind(4)
def rename(desk: Desk) -> Texts:
    found = desk.find(r"[\w$é]+")
    if found is None:
        return iter(())
    new = desk.words("V") if desk.is_so(0.7) else found[0] + desk.chance.choice(["s", "é", "1"])
    if desk.is_so(0.5):
        return desk.typed(found.start(), new, found.end())
    return iter([re.sub(rf"(?<![\w$é]){re.escape(found[0])}(?![\w$é])", lambda _: new, desk.text)])


@_kind(6)
def shadow_a_name(desk: Desk) -> Texts:
    return desk.typed(desk.start_of_line(), desk.words("SHADOW") + desk.chance.choice(["\n", " ", ""]))


@_kind(3)
def add_a_parameter(desk: Desk) -> Texts:
    found = desk.find(r"\b(?:function \w*|method|catch ?)\(|\((?=[\w, ]*\) =>)")
    return iter(()) if found is None else desk.typed(found.end(), f"{desk.words('V')}, ")


@_kind(3)
def change_a_keyword(desk: Desk) -> Texts:
    found = desk.find(r"\b(?:export )?(?:const|let|var|async|await|enum|function|class)\b ?")
    if found is not None:
        yield desk.replaced(found.start(), found.end(), desk.words("KEYWORD"))


@_kind(4)
def change_a_number(desk: Desk) -> Texts:
    found = desk.find(r"\b\d+n?\b")
    if found is not None:
        yield desk.replaced(found.start(), found.end(), desk.words("NUMBER"))


@_kind(3)
def close_something(desk: Desk) -> Texts:
    return desk.typed(desk.start_of_line(), f"{desk.words('CLOSE')};\n")


# --- schemas --------------------------------------------------------------------------------------------------------


@_kind(8)
def change_a_type(desk: Desk) -> Texts:
    found = desk.find(ENTRY)
    if found is None:
        return iter(())
    line_end = desk.line(found.start())[1]
    types = list(re.compile(r'"[^"\n]*"').finditer(desk.text, found.start(), min(line_end, found.end() + 60)))
    if not types:
        return desk.typed(found.end(), desk.words("T"))
    start, end = desk.chance.choice(types).span()
    if desk.is_so(0.4):
        return desk.typed(start + 1, desk.words("T").strip('"'), end - 1)
    return desk.typed(start, desk.words("T"), end)


@_kind(3)
def add_a_type(desk: Desk) -> Texts:
    found = desk.find(r"(?:parameters|args|arguments): \[")
    if found is None:
        return iter(())
    end = desk.closed(found.end())
    return desk.typed(end, (", " if desk.text[found.end() : end].strip() else "") + desk.words("T"))


@_kind(5)
def add_an_entry(desk: Desk) -> Texts:
    found = desk.find(r"\{ ?\n?(?= *'?\w+'?: \{)|\},(?= *\n)")
    return iter(()) if found is None else desk.typed(found.end(), f" {desk.words('ENTRY')},")


@_kind(3)
def remove_an_entry(desk: Desk) -> Texts:
    found = desk.find(r"\w+: \{[^{}\n]*\},? ?")
    return iter(()) if found is None else desk.taken_back(found.start(), found.end())


@_kind(2)
def swap_two_entries(desk: Desk) -> Texts:
    found = list(re.finditer(r"\w+: \{[^{}\n]*\}", desk.text))
    if len(found) > 1:
        one, other = sorted(desk.chance.sample(found, 2), key=lambda match: match.start())
        between = desk.text[one.end() : other.start()]
        yield desk.replaced(one.start(), other.end(), other[0] + between + one[0])


# --- the text as a whole --------------------------------------------------------------------------------------------


@_kind(6)
def undo(desk: Desk) -> Texts:
    most = min(len(desk.before) - 1, desk.chance.choice([1, 3, 30]))
    yield desk.before[-1 - desk.chance.randint(0, most)]


@_kind(2)
def go_back_and_forth(desk: Desk) -> Texts:
    yield from desk.before[-2:]


@_kind(2)
def change_line_ends(desk: Desk) -> Texts:
    yield desk.text.replace("\r\n", "\n") if "\r\n" in desk.text else desk.text.replace("\n", "\r\n")


@_kind(1)
def set_a_byte_order_mark(desk: Desk) -> Texts:
    yield desk.text[1:] if desk.text.startswith("\ufeff") else f"\ufeff{desk.text}"


@_kind(3)
def write_beyond_ascii(desk: Desk) -> Texts:
    return desk.typed(desk.edge_of_token(), desk.words("BEYOND"))


@_kind(3)
def write_a_comment(desk: Desk) -> Texts:
    return desk.typed(desk.start_of_line(), desk.words("COMMENT"))


@_kind(3)
def edit_in_two_places(desk: Desk) -> Texts:
    once = desk.replaced(*desk.token(), desk.words("V"))
    second = Desk(desk.program, [once], desk.chance)
    yield second.replaced(*second.token(), desk.words("V"))


@_kind(2)
def shift_everything(desk: Desk) -> Texts:
    yield desk.chance.choice(["\n", "// é\n", "let moved;\n", " "]) + desk.text


@_kind(1)
def show_the_text_again(desk: Desk) -> Texts:
    yield desk.text


@_kind(1)
def cut_the_end_off(desk: Desk) -> Texts:
    yield desk.text[: desk.chance.randint(0, len(desk.text))]
    yield desk.text

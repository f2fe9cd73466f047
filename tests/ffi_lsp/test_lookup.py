"""Prototypes of symbols that nobody has declared yet."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import pytest

from ffi_core.c_types import CInteger
from ffi_core.library import Library, open_library
from ffi_core.model import Prototype, PrototypeKind
from ffi_lsp.lookup import SymbolLookup
from ffi_lsp.prototypes import Mentioned

SECONDS = 30.0


class Slow:
    """A source that answers when it is let, and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.may_answer, self.was_asked = threading.Event(), threading.Event()

    def find(self, _library: Library, names: Collection[str], _mentioned: Mentioned) -> Mapping[str, Prototype]:
        self.asked.append(tuple(names))
        self.was_asked.set()
        assert self.may_answer.wait(SECONDS)
        if "fails" in names:
            raise RuntimeError("no headers today")
        known = (name for name in names if name != "unknown")
        return {name: Prototype(name, PrototypeKind.FUNCTION, CInteger("int")) for name in known}


@pytest.fixture
def library(compile_library: Callable[..., Path]) -> Library:
    return open_library(compile_library("int one(void) { return 1; }"))


@pytest.fixture
def source() -> Slow:
    return Slow()


@pytest.fixture
def lookup(source: Slow) -> Iterator[SymbolLookup]:
    made = SymbolLookup(source)
    yield made
    source.may_answer.set()
    made.close()


def ask(lookup: SymbolLookup, library: Library, name: str, seconds: float = SECONDS) -> Prototype | None:
    return asyncio.run(lookup.ask(library, name, Mentioned(), seconds))


def test_what_is_not_known_yet_is_looked_for_meanwhile(lookup: SymbolLookup, source: Slow, library: Library) -> None:
    assert lookup.known(library, ("one", "two"), Mentioned()) == ({}, True)
    source.may_answer.set()
    assert ask(lookup, library, "one") is not None
    found, more = lookup.known(library, ("one", "two"), Mentioned())
    assert (found.keys(), more) == ({"one", "two"}, False)
    assert source.asked == [("one", "two")]


def test_what_nobody_knows_is_no_prototype(lookup: SymbolLookup, source: Slow, library: Library) -> None:
    source.may_answer.set()
    assert ask(lookup, library, "unknown") is None
    assert lookup.known(library, ("unknown",), Mentioned()) == ({}, False)


def test_nobody_waits_longer_than_said_and_the_search_goes_on(
    lookup: SymbolLookup, source: Slow, library: Library
) -> None:
    assert ask(lookup, library, "one", 0.01) is None
    source.may_answer.set()
    assert ask(lookup, library, "one") is not None
    assert source.asked == [("one",)]


def test_of_what_typing_asks_for_the_last_counts(lookup: SymbolLookup, source: Slow, library: Library) -> None:
    lookup.known(library, ("first",), Mentioned())
    assert source.was_asked.wait(SECONDS)
    lookup.known(library, ("second",), Mentioned())
    lookup.known(library, ("third",), Mentioned())
    source.may_answer.set()
    assert ask(lookup, library, "third") is not None
    assert source.asked == [("first",), ("third",)]


def test_what_somebody_waits_for_is_not_dropped(lookup: SymbolLookup, source: Slow, library: Library) -> None:
    lookup.known(library, ("first",), Mentioned())
    assert source.was_asked.wait(SECONDS)
    lookup.known(library, ("second",), Mentioned())
    assert ask(lookup, library, "second", 0.01) is None
    lookup.known(library, ("third",), Mentioned())
    source.may_answer.set()
    assert ask(lookup, library, "third") is not None
    assert source.asked == [("first",), ("second",), ("third",)]


def test_a_source_that_fails_is_logged_and_knows_nothing(
    lookup: SymbolLookup, source: Slow, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    source.may_answer.set()
    assert ask(lookup, library, "fails") is None
    assert lookup.known(library, ("fails",), Mentioned()) == ({}, False)
    assert "no headers today" in caplog.text


def test_after_a_change_everything_is_asked_for_again(lookup: SymbolLookup, source: Slow, library: Library) -> None:
    source.may_answer.set()
    ask(lookup, library, "one")
    lookup.refresh()
    ask(lookup, library, "one")
    assert source.asked == [("one",), ("one",)]

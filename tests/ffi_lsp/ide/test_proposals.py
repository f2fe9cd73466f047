"""Ranking: how many are asked for changes nothing but where the list ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ffi_lsp.ide.proposals import ranked

LETTERS = st.text(st.sampled_from("abAB_é"), max_size=6)


@given(word=LETTERS, labels=st.lists(LETTERS, unique=True, max_size=30), most=st.integers(1, 10))
def test_the_best_few_are_the_first_of_all(word: str, labels: list[str], most: int) -> None:
    assert ranked(word, labels, most) == ranked(word, labels, len(labels) + 1)[:most]


@given(word=LETTERS, labels=st.lists(LETTERS, unique=True, max_size=30))
def test_what_begins_as_typed_comes_first_and_what_holds_it_before_mere_letters(word: str, labels: list[str]) -> None:
    def rank(label: str) -> int:
        small, typed = label.lower(), word.lower()
        return 0 if label.startswith(word) else 1 if small.startswith(typed) else 2 if typed in small else 3

    found = ranked(word, labels, len(labels) + 1)
    assert [rank(label) for label in found] == sorted(rank(label) for label in found)
    assert {label for label in labels if rank(label) < 3} <= set(found)

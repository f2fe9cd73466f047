"""Which of two near names a person may have meant by a slip, and which is another word."""

from __future__ import annotations

import pytest

from ffi_core.library import is_slip


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("sqlite3_stepp", "sqlite3_step"),
        ("sqlite3_stp", "sqlite3_step"),
        ("sqlite3_stap", "sqlite3_step"),
        ("sqlite3_setp", "sqlite3_step"),
        ("Sqlite3Step", "sqlite3_step"),
        ("aa", "aaa"),
    ],
)
def test_one_letter_more_less_other_or_exchanged_is_a_slip(name: str, other: str) -> None:
    assert is_slip(name, other)
    assert is_slip(other, name)


@pytest.mark.parametrize(
    ("name", "other"), [("atexit", "exit"), ("fopen64x", "fopen"), ("strcpy", "strncat"), ("abcd", "dcba"), ("", "ab")]
)
def test_what_differs_in_more_is_another_word(name: str, other: str) -> None:
    assert not is_slip(name, other)
    assert not is_slip(other, name)

"""docs/runtime.md says what is so: its examples run, its table of types is the one that the code has."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from ffi_core.library import locate
from ffi_core.schema import CALLBACK_FIELDS, FUNCTION_FIELDS, STATIC_FIELDS
from ffi_core.types import NATIVE_TYPES

PAGE = Path(__file__).parents[3] / "docs" / "runtime.md"


@pytest.mark.skipif(locate("libc.so.6").path is None, reason="the examples call glibc")
def test_the_examples_run_and_give_what_the_page_shows() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.attempted > 20
    assert result.failed == 0


def test_the_table_of_types_is_the_codes() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    assert rows == [(entry.name, entry.c_type, str(entry.size)) for entry in NATIVE_TYPES.values()]


def test_the_table_of_fields_is_the_codes() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (function|static|both) \|", PAGE.read_text(), re.MULTILINE)
    assert {name for name, where in rows if where != "static"} == set(FUNCTION_FIELDS)
    assert {name for name, where in rows if where != "function"} == set(STATIC_FIELDS)
    assert set(CALLBACK_FIELDS) <= set(FUNCTION_FIELDS)

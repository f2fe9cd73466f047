"""The error tree: what each is to Python, that it survives pickling, and that it says everything it knows."""

from __future__ import annotations

import pickle

import pytest

from ffi_core import errors
from ffi_core.errors import (
    ClosedError,
    FFIError,
    LibraryLoadError,
    LibraryNotFoundError,
    LoadFailure,
    SchemaError,
    SchemaProblem,
    SymbolNotFoundError,
)

EXAMPLES = [
    (SchemaError((SchemaProblem("f.result", "wrong", "write 'i32'"),)), TypeError, "f.result: wrong; write 'i32'"),
    (LibraryNotFoundError("libx.so", ("/lib",), ()), OSError, "library 'libx.so' not found (looked in /lib)"),
    (
        LibraryNotFoundError("libx.so", ("/lib",), ("liby.so",)),
        OSError,
        "library 'libx.so' not found; did you mean 'liby.so'?",
    ),
    (LibraryLoadError("/x", LoadFailure.DAMAGED, "is cut short"), OSError, "/x: is cut short"),
    (
        SymbolNotFoundError("cso", "libm.so.6", "cos"),
        AttributeError,
        "libm.so.6 does not export 'cso'; did you mean 'cos'?",
    ),
    (ClosedError("f(): its library is closed"), ValueError, "f(): its library is closed"),
]


@pytest.mark.parametrize(("error", "base", "words"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_error_is_ours_and_pythons_and_says_what_it_knows(
    error: FFIError, base: type[Exception], words: str
) -> None:
    assert isinstance(error, FFIError)
    assert isinstance(error, base)
    assert str(error) == words


@pytest.mark.parametrize(("error", "base", "words"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_error_survives_pickling(error: FFIError, base: type[Exception], words: str) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == words
    assert vars(again) == vars(error)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = [line for line in (errors.__doc__ or "").splitlines() if line.startswith(" +-- ")]
    words = {tuple(line.replace("(", " ").replace(")", " ").split()[1:3]) for line in drawn}
    kinds = [kind for kind in FFIError.__subclasses__() if kind.__module__ == errors.__name__]
    assert words == {(kind.__name__, kind.__bases__[1].__name__) for kind in kinds}

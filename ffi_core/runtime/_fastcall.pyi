"""Types of the C extension; what each name does stands beside it in _fastcall.c."""

from collections.abc import Callable
from os import PathLike
from typing import Any

from ffi_core.model import Declaration

class Library:
    def __init__(self, path: str | PathLike[str] | None) -> None: ...
    def address(self, name: str, /) -> int | None: ...
    def close(self) -> None: ...

class Plan:
    declaration: Declaration

def function(
    plan_type: type[Plan],
    library: Library | None,
    address: int,
    declaration: Declaration,
    kinds: bytes,
    result: bytes,
    name: str,
    doc: str,
    /,
) -> Callable[..., Any] | None: ...
def plan_subtype(name: str, /) -> type[Plan]: ...
def measure(function: Callable[..., Any], arguments: tuple[object, ...], count: int, /) -> int: ...
def get_errno() -> int: ...
def configure(
    closed_error: type[Exception],
    describe_argument: Callable[[Declaration, int, object], str],
    describe_arity: Callable[[Declaration, int], str],
    pointer_fallback: Callable[[Declaration, int, object], int],
    /,
) -> None: ...

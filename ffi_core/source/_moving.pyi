"""Types of the C extension; what it does stands in _moving.c."""

from types import MemberDescriptorType
from typing import Any

from ffi_core.model import Span

def shift(
    span: type[Span],
    layouts: dict[type, tuple[tuple[MemberDescriptorType, ...], Any] | None],
    thing: Any,
    at: int,
    distance: int,
    /,
) -> Any: ...

"""How messages become objects of the protocol and back: as pygls does it, without going through what is plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pygls.protocol import default_converter

if TYPE_CHECKING:
    from cattrs import Converter


def converter() -> Converter:
    """A converter that writes the same JSON as pygls' own.

    A dict stands only where the protocol takes anything, such as `data`, of which a hundred proposals have one each;
    what it holds is written by `json.dumps`, which asks for whatever is no JSON.
    """
    made: Converter = default_converter()  # type: ignore[no-untyped-call]
    made.register_unstructure_hook(dict, _as_it_is)
    return made


def _as_it_is(value: dict[str, Any]) -> dict[str, Any]:
    return value

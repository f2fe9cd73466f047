"""C prototypes as koffi takes them in a string: ``int32_t f(const char *name, _Out_ double *value, ...)``.

Only the shape is read: which words are the name, the result's type and each parameter's. What the types mean is the
dialect's business. This is no C parser: function pointers and nested declarators are not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHOLE = re.compile(r"\s*(?P<result>[^()]*?[\s*])(?P<name>[A-Za-z_]\w*)\s*\((?P<parameters>[^()]*)\)\s*;?\s*")
_CONVENTIONS = re.compile(r"\b(?:__(?:cdecl|stdcall|fastcall|thiscall)|extern|static|inline)\b")
_QUALIFIERS = re.compile(r"\b(?:_In_|_Out_|_Inout_|const|volatile|restrict|struct|enum|union)\b")
_ARRAY = re.compile(r"\[[^\]]*\]")
_ARITHMETIC = {"char", "short", "int", "long", "float", "double", "signed", "unsigned"}


@dataclass(frozen=True, slots=True)
class PrototypeText:
    """A prototype, taken apart.

    Parameters
    ----------
    name: the function.
    name_offset: where it stands in the text, in characters.
    result: the result's type, without qualifiers: ``"char *"``.
    parameters: each parameter's type, written likewise.
    variadic: whether ``...`` follows.
    """

    name: str
    name_offset: int
    result: str
    parameters: tuple[str, ...]
    variadic: bool


def read_prototype(text: str) -> PrototypeText | None:
    """Take a prototype apart; None where it is none, or one that is not understood."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    result = _type(_CONVENTIONS.sub(" ", match["result"]), may_have_name=False)
    words = [word.strip() for word in match["parameters"].split(",")]
    variadic = words[-1] == "..."
    words = words[:-1] if variadic else words
    if words in ([""], ["void"]):
        words = []
    parameters = tuple(_type(word, may_have_name=True) for word in words)
    if not result or not all(parameters):
        return None
    return PrototypeText(match["name"], match.start("name"), result, parameters, variadic)


def _type(text: str, *, may_have_name: bool) -> str:
    """A type without qualifiers and without the parameter's name; an array is a pointer, as in C."""
    bare = _QUALIFIERS.sub(" ", text)
    stars = bare.count("*") + len(_ARRAY.findall(bare))
    words = _ARRAY.sub(" ", bare).replace("*", " ").split()
    is_named = may_have_name and len(words) > 1 and words[-1] not in _ARITHMETIC and not words[-1].endswith("_t")
    words = words[:-1] if is_named else words
    return f"{' '.join(words)}{' ' if stars else ''}{'*' * stars}" if words else ""

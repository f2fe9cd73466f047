"""The types of koffi: its own, those that a program adds by name, and what stands around a name: ``const char **``.

https://koffi.dev/input, and what koffi 3.3 accepts. Types are known in the whole program once they are defined, so a
file's text tells all of them only where the file shares nothing with other modules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ffi_core.dialects.prototype import PrototypeText, bare_type
from ffi_core.errors import SchemaError
from ffi_core.model import Array, Declaration, Object, Text, Value
from ffi_core.schema import check, read_type
from ffi_core.types import Type

_SPELLINGS = {
    "bool": "bool",
    "i8": "int8|int8_t|char",
    "u8": "uint8|uint8_t|uchar|unsigned char",
    "i16": "int16|int16_t|short",
    "u16": "uint16|uint16_t|ushort|unsigned short|char16|char16_t",
    "i32": "int32|int32_t|int|wchar|wchar_t",
    "u32": "uint32|uint32_t|uint|unsigned int|char32|char32_t",
    "i64": "int64|int64_t|long|longlong|long long",
    "u64": "uint64|uint64_t|ulong|unsigned long|ulonglong|unsigned long long",
    "isize": "intptr|intptr_t",
    "usize": "size_t|uintptr|uintptr_t",
    "f32": "float|float32",
    "f64": "double|float64",
    "buffer": "str|string|char *",
    "pointer": "void *",
    "void": "void",
}
_OTHER_ORDER = [
    f"{word}_{order}{ending}"
    for word in ("int16", "int32", "int64", "uint16", "uint32", "uint64")
    for order in ("le", "be")
    for ending in ("", "_t")
]
OWN_TYPES: dict[str, str | None] = {
    **{word: native for native, words in _SPELLINGS.items() for word in words.split("|")},
    **dict.fromkeys(("str16", "string16", "str32", "string32", "wstring", "...", *_OTHER_ORDER)),
}
"""Each type that koffi has by itself, with its native type, or None where no native type is like it."""

_MARKS = re.compile(r"(\*[\s*]*)|\[\s*(\d{1,9})\s*\]")
_MOST_ITEMS = 256  # of an array inside a struct, each of which becomes a field

_BUILT_IN = (
    "assert|buffer|child_process|console|constants|crypto|events|fs|fs/promises|http|https|module|net|os|path|perf_hooks"
    "|process|readline|stream|string_decoder|timers|timers/promises|tty|url|util|v8|vm|worker_threads|zlib|koffi"
)
_SPECIFIER = re.compile(rb"""\b(?:from|import|require)\b\s*\(?\s*["']([^"'\n]*)["']""")
_OWN_MODULE = re.compile(rb"node:.*|" + _BUILT_IN.encode())
_SHARES = re.compile(rb"""\bexports?\b|\b(?:require|import)\s*\(\s*[^"'\s]""")


@dataclass(slots=True)
class KoffiTypes:
    """The types that one file defines, filled while the file is read.

    Parameters
    ----------
    named: the name of each, with what a schema of ffi_core calls it: a word, a struct; None where that is not known.
    prototypes: the types of callbacks among them, with the signature of each where it is known.
    opaque: those whose values only C knows.
    all_known: whether every type that the file defines has a name that its text tells.
    """

    named: dict[str, Any] = field(default_factory=dict)
    prototypes: dict[str, Declaration | None] = field(default_factory=dict)
    opaque: set[str] = field(default_factory=set)
    all_known: bool = True

    def is_type(self, name: str) -> bool:
        """Whether a name without stars is a type."""
        return name in self.named or (name in OWN_TYPES and name != "...")

    def native(self, text: str) -> Any:
        """What a schema of ffi_core calls the type of this spelling; None where that is not known."""
        bare, _, end = bare_type(text)
        found = self.named[bare] if bare in self.named else OWN_TYPES.get(bare)
        for stars, length in _MARKS.findall(text, end):
            if stars.strip() == "*":
                found = "function" if bare in self.prototypes else OWN_TYPES.get(f"{bare} *", "pointer")
            elif stars:
                found = "pointer"
            else:
                items = int(length)
                found = {"struct": [found] * items} if found is not None and 0 < items <= _MOST_ITEMS else None
        return found

    def define(self, name: str, native: Any) -> None:
        """Add a type; of two with one name, which koffi refuses, the first counts."""
        self.named.setdefault(name, native)

    def struct(self, members: Value | None) -> Any:
        """What a schema of ffi_core calls a struct with these members; None where one of them is not known."""
        if not isinstance(members, Object) or not members.complete or not members.properties:
            return None
        fields = [self.native(entry.value.value) if isinstance(entry.value, Text) else None for entry in members]
        return None if None in fields or "void" in fields else {"struct": fields}

    def declaration(self, name: str, result: Value | None, parameters: Value | None) -> Declaration | None:
        """The declaration that result and parameters amount to; None where one of the types is not known."""
        if not isinstance(result, Text) or not isinstance(parameters, Array) or not parameters.complete:
            return None
        words = [word.value if isinstance(word, Text) else None for word in parameters.items]
        return self._checked(name, result.value, words)

    def declaration_of(self, prototype: PrototypeText) -> Declaration | None:
        """The declaration that a prototype amounts to; None where one of its types is not known."""
        words = [parameter.text for parameter in prototype.parameters]
        return self._checked(prototype.name, prototype.result.text, [*words, *["..."] * prototype.variadic])

    @property
    def only_pointed_to(self) -> frozenset[str]:
        """The types that cannot be passed, returned or stored, other than by pointers to them."""
        return frozenset(self.opaque | self.prototypes.keys())

    def known(self) -> Mapping[str, Type | None]:
        """The types that the file defines, as the model has them."""
        return {name: _type(native) for name, native in self.named.items()}

    def _checked(self, name: str, result: str, words: list[str | None]) -> Declaration | None:
        natives = [word if word is None or word == "..." else self.native(word) for word in words]
        returned = self.native(result)
        if returned is None or None in natives:
            return None
        try:
            return check({name or "callback": {"parameters": natives, "result": returned}})[0]
        except SchemaError:
            return None


def shares_types(source: bytes) -> bool:
    """Whether other modules may define types for a file, or use its own: it imports or exports something."""
    return _SHARES.search(source) is not None or any(
        _OWN_MODULE.fullmatch(specifier) is None for specifier in _SPECIFIER.findall(source)
    )


def sharing(text: bytes) -> list[bytes]:
    """Everything in a text that `shares_types` looks at."""
    return [match[0] for pattern in (_SHARES, _SPECIFIER) for match in pattern.finditer(text)]


def _type(native: Any) -> Type | None:
    try:
        return None if native is None else read_type(native)
    except SchemaError:
        return None

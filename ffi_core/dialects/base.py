"""What a dialect is: the words that it uses in a schema, and the way its calls are read from a file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ffi_core.errors import SchemaError
from ffi_core.model import CallKind, Declaration, DlopenCall, Object
from ffi_core.schema import check
from ffi_core.source import Scopes
from ffi_core.source.values import NotFoldedError, plain
from ffi_core.types import nearest_type

_OF_THE_SAME_SIZE = {"usize": "u64", "isize": "i64"}
_COMMON = ("name", "optional", "nonblocking")


def mentions(*words: bytes) -> Callable[[bytes, bytes], bool]:
    """A `Dialect.reaches_far` for statements in which one of some words stands."""
    return lambda before, after: any(word in before or word in after for word in words)


@dataclass(frozen=True, slots=True)
class Form:
    """How a dialect writes what is no library: a callback, a function pointer. The fields mean what `Dialect`'s do."""

    fields: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """One runtime's way to write native bindings.

    Parameters
    ----------
    name: as it stands in `DlopenCall.dialect`: ``"porffor"``.
    title: as people write it: ``"Porffor"``.
    entry_points: groups of words; in every file of the dialect all words of one group stand somewhere.
    parameters: name of the field that lists the parameters' types.
    result: name of the field that gives the result's type.
    fields: every field that an entry may have.
    ignored: those of them that the runtime does not look at.
    required: fields without which a function's entry does not work.
    types: each accepted spelling of a native type, with its name in `ffi_core.types.NATIVE_TYPES`, or None where only
        this dialect has the type.
    read: finds the calls in a file.
    forms: how entries differ in calls that open no library; where a kind is missing they do not.
    type_numbers: numbers that stand for types, with the spelling of each.
    needs_schema: whether a library cannot be opened without a schema.
    types_can_be_added: whether a program can define types of its own by name, anywhere.
    has_structs: whether structs can be passed by value.
    takes_prototypes: whether a declaration can be a C prototype in a string.
    bare_type: the name inside a type that is written with more than a name, and where it starts and ends there.
    tries_working_directory: whether a bare name that the loader does not find is looked for in the working directory.
    reaches_far: whether a statement that is edited, given as it was and as it is, may open libraries in ways that start
        at no variable, or change what calls elsewhere in the file mean, although nobody names what it declares.
    """

    name: str
    title: str
    entry_points: tuple[tuple[bytes, ...], ...]
    parameters: str
    result: str
    fields: tuple[str, ...]
    ignored: tuple[str, ...]
    required: tuple[str, ...]
    types: Mapping[str, str | None]
    read: Callable[[Scopes], Iterable[DlopenCall]]
    forms: Mapping[CallKind, Form] = field(default_factory=dict)
    type_numbers: Mapping[int, str] = field(default_factory=dict)
    needs_schema: bool = True
    types_can_be_added: bool = False
    has_structs: bool = False
    takes_prototypes: bool = False
    bare_type: Callable[[str], tuple[str, int, int]] = lambda word: (word, 0, len(word))
    tries_working_directory: bool = False
    reaches_far: Callable[[bytes, bytes], bool] = lambda _before, _after: False

    def may_be_in(self, text: bytes) -> bool:
        """Whether a text may hold calls of this dialect: a search for bytes, done before anything is parsed."""
        return any(all(word in text for word in words) for words in self.entry_points)

    def of(self, kind: CallKind) -> Dialect:
        """The dialect as it is in calls of one kind."""
        form = self.forms.get(kind)
        if form is None:
            return self
        return replace(self, fields=form.fields, ignored=form.ignored, required=form.required, forms={})

    def nearest_type(self, word: str) -> str | None:
        """The spelling in this dialect that `word`, which is none, most likely stands for, or None if none is near."""
        native = nearest_type(word)
        if native is not None and native not in self.types:
            wanted = (native, _OF_THE_SAME_SIZE.get(native))
            native = next((spelling for spelling, meaning in self.types.items() if meaning in wanted and meaning), None)
        if native is None:
            native = next(iter(difflib.get_close_matches(word.lower(), self.types, n=1, cutoff=0.6)), None)
        return native

    def declare(self, name: str, entry: Object) -> Declaration | None:
        """The declaration that the runtime makes of an entry; None where the entry is wrong or not known from the text.

        Fields that the runtime ignores are ignored here too, and where it needs no result, none means void.
        """
        try:
            if not entry.complete or not {field.key for field in entry} <= set(self.fields):
                return None
            read = {self.parameters, self.result, "type", *_COMMON}.difference(self.ignored)
            seen = {field.key: plain(field.value) for field in entry if field.key in read}
            common = {key: seen[key] for key in _COMMON if key in seen}
            if "type" in seen:
                return check({name: {"type": self._native(seen["type"]), **common}})[0]
            if not seen.keys() >= set(self.required):
                return None
            parameters = [self._native(word) for word in seen.get(self.parameters, [])]
            result = self._native(seen.get(self.result, "void"))
            return check({name: {"parameters": parameters, "result": result, **common}})[0]
        except (NotFoldedError, SchemaError, KeyError, TypeError):
            return None

    def _native(self, word: Any) -> Any:
        """The type's name in a schema of ffi_core.

        Raises
        ------
        KeyError, TypeError: it is no type of the dialect, or ffi_core has none like it.
        """
        if isinstance(word, dict):
            return {key: [self._native(inner) for inner in words] for key, words in word.items()}
        native = self.types[self.type_numbers[word] if type(word) is int else word]
        if native is None:
            raise KeyError(word)
        return native

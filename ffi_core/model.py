"""The nouns of the project, frozen: what a file declares, what a library exports, and the values in between.

Positions are byte offsets into the UTF-8 text of the file; lines and columns exist only where a protocol or a
report asks for them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ffi_core.c_types import CType, spell, spell_function
from ffi_core.mark import Mark
from ffi_core.types import Type


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of a text: ``start`` and ``end`` are byte offsets, the end exclusive."""

    start: int
    end: int

    def __contains__(self, offset: int) -> bool:
        """Whether a cursor at this byte offset touches the span; its right edge counts."""
        return self.start <= offset <= self.end


# --- what is called -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signature:
    """The types of a native function.

    Parameters
    ----------
    parameters: one type for each parameter, in order.
    result: the result's type; `void` where there is none.
    fixed: for a variadic function, how many parameters stand before the ``...``; None otherwise.
    """

    parameters: tuple[Type, ...]
    result: Type
    fixed: int | None = None

    def __str__(self) -> str:
        words = [str(parameter) for parameter in self.parameters]
        if self.fixed is not None:
            words.insert(self.fixed, "...")
        return f"({', '.join(words)}) -> {self.result}"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One symbol's entry in a schema, checked: it can be bound as it stands.

    Parameters
    ----------
    name: the key in the schema, by which the caller reaches the symbol.
    symbol: the C name to look up; the same as `name` unless the schema renames it.
    signature: the function's types, or None for a static.
    static: the type of a data symbol, or None for a function.
    nonblocking: the call runs on another thread and gives a future.
    optional: a missing symbol gives None instead of an error.
    """

    name: str
    symbol: str
    signature: Signature | None = None
    static: Type | None = None
    nonblocking: bool = False
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.name}{self.signature}" if self.signature else f"{self.name}: {self.static}"


# --- what a library holds -------------------------------------------------------------------------------------------


class SymbolKind(enum.StrEnum):
    """What an exported name stands for."""

    FUNCTION = "function"
    IFUNC = "ifunc"
    DATA = "data"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name that a library exports.

    Parameters
    ----------
    name: as in the library's table, mangled where the compiler mangled it; without version suffix.
    kind: function, indirect function, data or thread-local data.
    version: the symbol version (``GLIBC_2.29``), or None in an unversioned library.
    default: whether a plain look-up finds this version.
    weak: whether another definition may replace it.
    size: bytes; 0 where the format does not say.
    address: offset from the load address.
    forwarded_to: ``library.name`` where the entry only names another library's symbol (PE forwarders, Mach-O
        re-exports), else None.
    """

    name: str
    kind: SymbolKind
    version: str | None = None
    default: bool = True
    weak: bool = False
    size: int = 0
    address: int = 0
    forwarded_to: str | None = None

    @property
    def callable(self) -> bool:
        """Whether calling it makes sense."""
        return self.kind in (SymbolKind.FUNCTION, SymbolKind.IFUNC)


# --- what a header says ---------------------------------------------------------------------------------------------


class PrototypeKind(enum.StrEnum):
    """What a header declares under a name."""

    FUNCTION = "function"
    VARIABLE = "variable"
    MACRO = "macro"


@dataclass(frozen=True, slots=True)
class Prototype:
    """What a header, or debug information, says of one name.

    Parameters
    ----------
    name: the C name.
    kind: a function, a variable, or a name that only the preprocessor knows.
    result: the function's result, or the variable's type.
    parameters: name (may be empty) and type of each parameter, in order; of a macro only the names are known.
    variadic: whether it ends in ``...``.
    unspecified: whether it is declared in the old form ``f()``, which says nothing about parameters.
    header: the file that declares it: a path, or where none is known the standard's name for it: ``"math.h"``.
    line: the line of the name there, from 1; 0 where none is known.
    comment: the comment that stands above it, without its marks; empty where there is none.
    """

    name: str
    kind: PrototypeKind
    result: CType
    parameters: tuple[tuple[str, CType], ...] = ()
    variadic: bool = False
    unspecified: bool = False
    header: str = ""
    line: int = 0
    comment: str = ""

    @property
    def is_macro(self) -> bool:
        """Whether only the preprocessor knows the name, so that no library exports it."""
        return self.kind is PrototypeKind.MACRO

    @property
    def where(self) -> str:
        """``/usr/include/sqlite3.h:418``, or what is known of it."""
        return f"{self.header}:{self.line}" if self.line else self.header

    def __str__(self) -> str:
        if self.kind is PrototypeKind.VARIABLE:
            return spell(self.result, self.name)
        if self.kind is PrototypeKind.MACRO:
            return f"#define {self.name}({', '.join(name for name, _ in self.parameters)})"
        words = [spell(type_, name) for name, type_ in self.parameters] + ["..."] * self.variadic
        return spell_function(self.name, self.result, ", ".join(words) if words or self.unspecified else "void")


class MismatchKind(enum.StrEnum):
    """In what a declaration and the C side differ."""

    NOT_EXPORTED = "not-exported"
    ARITY = "arity"
    CLASS = "class"
    NARROW = "narrow"
    WIDE = "wide"
    FLOAT_WIDTH = "float-width"
    VOID_RESULT = "void-result"
    LAYOUT = "layout"
    SYMBOL_KIND = "symbol-kind"
    MACRO = "macro"
    VARIADIC = "variadic"
    READ_ONLY = "read-only"
    SPELLING = "spelling"
    IGNORED_RESULT = "ignored-result"


class MismatchSeverity(enum.StrEnum):
    """What a mismatch does: certain damage, damage for some values or machines, none."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference between a declaration and what C says.

    Parameters
    ----------
    kind: in what they differ.
    severity: what it does.
    message: the whole sentence for people: the difference, the C prototype, header and line, the library's file.
    symbol: the C name.
    parameter: the index of the parameter, from 0; None where it is the result or the whole declaration.
    is_result: whether it is the result (or a static's value).
    declared: the native type as declared, or None where it is no matter of one type.
    expected: the native type to write instead, or None where there is no single one.
    summary: the difference alone.
    """

    kind: MismatchKind
    severity: MismatchSeverity
    message: str
    symbol: str
    parameter: int | None = None
    is_result: bool = False
    declared: Type | None = None
    expected: Type | None = None
    summary: str = ""


# --- what a file says -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """A value written in a source file, folded as far as its text allows.

    Parameters
    ----------
    span: the text that was folded.
    """

    span: Span


@dataclass(frozen=True, slots=True)
class Unknown(Value):
    """A value that the text alone does not give. Nobody judges it."""


@dataclass(frozen=True, slots=True)
class Text(Value):
    """A string."""

    value: str


@dataclass(frozen=True, slots=True)
class Number(Value):
    """A JavaScript number; an int where it is a whole number."""

    value: int | float


@dataclass(frozen=True, slots=True)
class BigInt(Value):
    """A BigInt, as in ``5n``."""

    value: int


@dataclass(frozen=True, slots=True)
class Boolean(Value):
    """true or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Nothing(Value):
    """null, or undefined."""

    undefined: bool = False


@dataclass(frozen=True, slots=True)
class Array(Value):
    """An array literal; an element that is spread or left out is `Unknown`, and then `complete` is False."""

    items: tuple[Value, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Property:
    """One ``key: value`` of an object literal.

    Parameters
    ----------
    key: the name.
    key_span: the key's text, with its quotes where it has some.
    value: the value.
    span: key and value.
    """

    key: str
    key_span: Span
    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Object(Value):
    """An object literal. `complete` is False where a spread or a computed key hides some properties."""

    properties: tuple[Property, ...]
    complete: bool = True

    def __iter__(self) -> Iterator[Property]:
        return iter(self.properties)

    def get(self, key: str) -> Property | None:
        """The property of that name; the last one wins, as in JavaScript."""
        for entry in reversed(self.properties):  # asked for so often that a generator's price is felt
            if entry.key == key:
                return entry
        return None


@dataclass(frozen=True, slots=True)
class SourceDeclaration:
    """One symbol's entry as it is written, right or wrong.

    Parameters
    ----------
    name: the key.
    name_span: the key's text, with its quotes where it has some.
    span: the whole entry.
    value: what stands behind the key.
    declaration: the checked form, or None where the text is wrong or cannot be folded.
    mark: the same in later texts where the entry only moved.
    """

    name: str
    name_span: Span
    span: Span
    value: Value
    declaration: Declaration | None = None
    mark: Mark = field(default_factory=Mark, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """A name that destructuring gives: ``{ symbol: local }``.

    Parameters
    ----------
    symbol: the key that is read from the library.
    symbol_span: its text.
    local: the variable that holds it.
    local_span: its text; the same as `symbol_span` in the shorthand form.
    """

    symbol: str
    symbol_span: Span
    local: str
    local_span: Span


class OriginKind(enum.StrEnum):
    """What made the value that is passed as an argument."""

    FUNCTION = "function"
    """A JavaScript function is written there."""
    MEMORY = "memory"
    """A typed array or buffer is made."""
    ADDRESS = "address"
    """The address of such memory is taken: ``ptr(array)``, ``Deno.UnsafePointer.of(array)``."""
    CUT = "cut"
    """A number is cut to 32 bits: ``value | 0``."""
    CALLBACK = "callback"
    """An object that holds a callback, and is none itself: ``Deno.UnsafeCallback``."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What an argument is, where it is no literal but the text tells what made it.

    Parameters
    ----------
    kind: what made it.
    span: the expression that made it; elsewhere where a const holds it.
    maker: what is made: ``"Uint32Array"``; of an address, what lies there.
    size: bytes of the memory, or None where that is not known.
    content: the text whose UTF-8 bytes are all of the memory, where it is made of one.
    held: whether a variable holds the memory, so that it lives on after the expression.
    by_name: whether the argument is a const that holds the value, and not the expression itself.
    """

    kind: OriginKind
    span: Span
    maker: str = ""
    size: int | None = None
    content: Text | None = None
    held: bool = False
    by_name: bool = False


class TakenAs(enum.StrEnum):
    """What is done with a promise."""

    AWAITED = "awaited"
    """It is awaited, or given a function with ``then``, or said not to matter with ``void``."""
    DROPPED = "dropped"
    """The call is a statement of its own."""
    OPERAND = "operand"
    """It is calculated with or compared."""
    CONDITION = "condition"
    """It decides what is done next."""
    MEMBER = "member"
    """A member is read that promises do not have."""
    TEXT = "text"
    """It is made part of a text."""
    CONVERTED = "converted"
    """It is given to a function that makes a number or text of it."""
    ELSEWHERE = "elsewhere"
    """It goes where the text does not tell what is done with it."""


@dataclass(frozen=True, slots=True)
class Taking:
    """One thing that is done with the value of a call.

    Parameters
    ----------
    taken_as: what is done.
    span: the value there: the call itself, or the variable that holds what it gave.
    """

    taken_as: TakenAs
    span: Span


@dataclass(frozen=True, slots=True)
class Halves:
    """A number of 64 bits that is put together from two halves in a wrong way.

    Parameters
    ----------
    span: the sum.
    low: its lower half, without what makes a BigInt or number of it.
    high: what is shifted; None where it is not the shift that is wrong, but that the lower half may be negative.
    source: what the lower half is read from: ``"Int32Array"``, ``"getInt32"``; empty for the shift.
    """

    span: Span
    low: Span
    high: Span | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call of a bound function.

    Parameters
    ----------
    symbol: the schema key of the function that is called.
    span: the whole call.
    callee_span: the name that is called.
    arguments: one value for each argument, folded; `complete` is False behind a spread.
    used: whether the value is surely made use of: stored, compared, calculated with, a member of it read.
    operator: where it stands in an operation with two sides, the operator: ``"==="``.
    operand: the other side of that, folded; None without operator.
    origins: what made each argument, as far as `arguments` does not say it; may be shorter than those.
    takings: what is done with the promise that the call gives; empty where it gives none.
    can_wait: whether ``await`` may stand before the call.
    mark: the same in later texts where the call, and what is known of its arguments, only moved.
    """

    symbol: str
    span: Span
    callee_span: Span
    arguments: Array
    used: bool = False
    operator: str | None = None
    operand: Value | None = None
    origins: tuple[Origin | None, ...] = ()
    takings: tuple[Taking, ...] = ()
    can_wait: bool = False
    mark: Mark = field(default_factory=Mark, repr=False, compare=False)


class CallKind(enum.StrEnum):
    """What a call makes of the types that it is given."""

    LIBRARY = "library"
    """Functions of a library: ``Deno.dlopen``, ``koffi.load``."""
    LINKED = "linked"
    """Functions at addresses that the program has: Bun's ``linkSymbols``."""
    COMPILED = "compiled"
    """Functions of C text that is compiled then: Bun's ``cc``."""
    POINTER = "pointer"
    """One function at an address: ``Deno.UnsafeFnPointer``, Bun's ``CFunction``."""
    CALLBACK = "callback"
    """A JavaScript function that C can call: ``Deno.UnsafeCallback``, ``JSCallback``, ``koffi.register``."""
    TYPE = "type"
    """A type: koffi's ``struct``, ``proto``, ``alias``."""


@dataclass(frozen=True, slots=True)
class DlopenCall:
    """One call that opens a library, or that makes functions or types in another way, as a dialect read it.

    A call that makes one callback, function pointer or type has one declaration, whose value is the schema itself. Its
    name is that of the variable that is set to it, or else ``"callback"``, ``"function pointer"``, ``"type"``.

    Parameters
    ----------
    dialect: ``"porffor"``, ``"deno"``, ...
    span: the whole call.
    callee_span: the text ``Porffor.dlopen``.
    library: the value given as the path, or None where there is no argument.
    schema: the value given as the schema, or None where there is no argument.
    declarations: the schema's entries, in order.
    bindings: the names that destructuring takes, in order.
    uses: each place where a bound name stands, other than its binding, with the symbol's name.
    calls: each call of a bound function.
    labels: those names among bindings and uses that others read as well, as in ``{ f }`` and ``export { f }``, so that
        the variable cannot be renamed alone.
    imported: where values of other modules stand in this file that were asked for, perhaps for an earlier text of it;
        what is wrong with those cannot be mended here.
    source: the text of the whole file, which every span refers to.
    kind: what the call makes. Only one that opens a library has a `library`.
    function: the argument that gives a callback's function, where there is one.
    held_by: the variable that is set to a callback, function pointer or type; None where it is held otherwise, or not.
    closings: each call of ``close()``, or what the dialect has for it, on what this call made; in order.
    named_types: the types that the file itself defines by name, with the native type of each, or None where it is not
        known.
    only_pointed_to: those of `named_types` of which there are no values, only pointers: koffi's opaque types and
        prototypes.
    knows_all_types: whether the program surely has no types by name but the dialect's own and those of `named_types`.
    late_uses: each call of a function, or of a callback each place where C is given it, that surely comes after one of
        the `closings`, with that closing.
    leaks: whether the object that holds the symbols goes where the text does not tell which of them are used.
    halves: the numbers that are put together wrong anywhere in the file, given with its first call alone.
    rival: the callee of an earlier call that Porffor's compiler puts into the same block of C, where there is one; its
        own where the compiler writes this very call twice.
    caught: each ``catch`` of the file, as its parameter or else the word; given with the file's first call alone.
    handed_on: those of `uses` where the function itself is stored or passed on.
    """

    dialect: str
    span: Span
    callee_span: Span
    library: Value | None
    schema: Value | None
    declarations: tuple[SourceDeclaration, ...] = ()
    bindings: tuple[Binding, ...] = ()
    uses: tuple[tuple[str, Span], ...] = ()
    calls: tuple[CallSite, ...] = ()
    labels: tuple[Span, ...] = ()
    imported: tuple[Span, ...] = ()
    source: bytes = field(default=b"", repr=False, compare=False)
    kind: CallKind = CallKind.LIBRARY
    function: Span | None = None
    held_by: Span | None = None
    closings: tuple[Span, ...] = ()
    named_types: Mapping[str, Type | None] = field(default_factory=dict, repr=False, compare=False)
    only_pointed_to: frozenset[str] = frozenset()
    knows_all_types: bool = True
    late_uses: tuple[tuple[Span, Span], ...] = ()
    leaks: bool = True
    halves: tuple[Halves, ...] = ()
    rival: Span | None = None
    caught: tuple[Span, ...] = ()
    handed_on: tuple[tuple[str, Span], ...] = ()
    _by_name: dict[str, SourceDeclaration] = field(default_factory=dict, init=False, repr=False, compare=False)

    def declaration_of(self, name: str) -> SourceDeclaration | None:
        """The entry of that name; the last one wins, as in JavaScript."""
        if not self._by_name and self.declarations:
            self._by_name.update({entry.name: entry for entry in self.declarations})
        return self._by_name.get(name)

"""Compare a declaration with what C says: a list of mismatches, each with the damage it does. Pure: reads no file.

Never a guess: a type that could not be resolved gives no mismatch, and `examine` says what was not checked. Idioms that
come out equal in the machine's registers (a pointer as a pointer-sized integer, int for unsigned) are hints at most.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ffi_core.c_types import CFunction, CPointer, CStruct, CVoid, spell
from ffi_core.headers.abi import Abi, LibraryFile, host_abi
from ffi_core.headers.native import NotNativeError, native_type
from ffi_core.headers.values import Difference, Position, compare_value, is_returned_in_memory
from ffi_core.model import (
    Declaration,
    Mismatch,
    MismatchKind,
    MismatchSeverity,
    Prototype,
    PrototypeKind,
    Signature,
    Symbol,
    SymbolKind,
)
from ffi_core.types import Kind, Type

_ERROR, _WARNING, _HINT = MismatchSeverity.ERROR, MismatchSeverity.WARNING, MismatchSeverity.HINT
_ADDRESSES = (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that a comparison found.

    Parameters
    ----------
    mismatches: every difference, hints among them, in the order of the declaration.
    unchecked: what could not be judged, a sentence each.
    """

    mismatches: tuple[Mismatch, ...]
    unchecked: tuple[str, ...] = ()


def compare(
    declaration: Declaration,
    symbol: Symbol | None,
    prototype: Prototype | None,
    *,
    abi: Abi | None = None,
    library: str = "",
    read_only: Collection[int] = (),
    hints: bool = False,
) -> list[Mismatch]:
    """Compare a declaration with the symbol that the library exports and the prototype that its header gives.

    Parameters
    ----------
    declaration: what the file says.
    symbol: what the library exports under that name; None where that is not known.
    prototype: what the header says; None where that is not known.
    abi: the library's (`ffi_core.headers.abi_of`); this machine's by default.
    library: the library's file as messages call it, see `describe_library`.
    read_only: indexes of parameters that get memory which must not be written, such as a string of the program.
    hints: whether to give differences that do no damage.

    Returns
    -------
    The mismatches, in the order of the declaration.
    """
    found = examine(declaration, symbol, prototype, abi=abi, library=library, read_only=read_only).mismatches
    return [mismatch for mismatch in found if hints or mismatch.severity is not _HINT]


def examine(
    declaration: Declaration,
    symbol: Symbol | None,
    prototype: Prototype | None,
    *,
    abi: Abi | None = None,
    library: str = "",
    read_only: Collection[int] = (),
) -> Comparison:
    """As `compare`, with hints, and with what was not checked."""
    comparer = _Comparer(declaration, symbol, prototype, abi or host_abi(), library)
    comparer.run(read_only)
    return Comparison(tuple(comparer.mismatches), tuple(comparer.unchecked))


def describe_library(library: LibraryFile) -> str:
    """A library's file as messages name it, with the version that its real file's name holds. Reads a link, no file.

    ``/usr/lib/x86_64-linux-gnu/libsqlite3.so.0 (libsqlite3.so.0.8.6)``
    """
    real = library.path.resolve().name
    return f"{library.path} ({real})" if real != library.path.name else str(library.path)


class _Comparer:
    """One comparison under way."""

    def __init__(
        self, declaration: Declaration, symbol: Symbol | None, prototype: Prototype | None, abi: Abi, library: str
    ) -> None:
        self.mismatches: list[Mismatch] = []
        self.unchecked: list[str] = []
        self._declaration, self._symbol, self._prototype = declaration, symbol, prototype
        self._abi, self._library = abi, library

    def run(self, read_only: Collection[int]) -> None:
        declaration, prototype = self._declaration, self._prototype
        if not self._same_kind():
            return
        if prototype is None:
            self.unchecked.append(f"{declaration.name}: no header that declares {declaration.symbol} is known")
        elif prototype.is_macro:
            if self._symbol is None:
                summary = f"{prototype.name} is only a macro, so no library exports it"
                self._add(Difference(MismatchKind.MACRO, _ERROR, summary))
            else:
                self.unchecked.append(f"{declaration.name}: the header knows {prototype.name} as a macro alone")
        elif declaration.static is not None:
            if prototype.kind is PrototypeKind.VARIABLE:
                self._value(declaration.static, Position.STATIC)
        elif declaration.signature is not None:
            self._result(declaration.signature)
            if self._same_arity(declaration.signature):
                self._parameters(declaration.signature, read_only)

    def _same_kind(self) -> bool:
        is_function = self._is_function()
        if is_function is None:
            return True
        declaration = self._declaration
        name = declaration.symbol
        if declaration.signature is not None and not is_function:
            self._add(Difference(MismatchKind.SYMBOL_KIND, _ERROR, f"{name} is data, but is declared as a function"))
            return False
        if declaration.static is not None and is_function:
            # The address of a function is what a static of these types holds, and a caller may want just that.
            severity = _HINT if declaration.static.kind in _ADDRESSES else _ERROR
            summary = f"{name} is a function, but is declared as data of type {declaration.static}"
            self._add(Difference(MismatchKind.SYMBOL_KIND, severity, summary), declared=declaration.static)
            return False
        return True

    def _is_function(self) -> bool | None:
        if self._symbol is not None:
            return self._symbol.kind in (SymbolKind.FUNCTION, SymbolKind.IFUNC)
        if self._prototype is not None and not self._prototype.is_macro:
            return self._prototype.kind is PrototypeKind.FUNCTION
        return None

    def _result(self, signature: Signature) -> None:
        assert self._prototype is not None
        c_result, declared = self._prototype.result, signature.result
        if isinstance(c_result, CVoid):
            if declared.kind is not Kind.VOID:
                summary = f"C returns nothing, but a result of type {declared} is declared"
                self._add(Difference(MismatchKind.VOID_RESULT, _ERROR, summary), is_result=True, declared=declared)
        elif declared.kind is not Kind.VOID:
            self._value(declared, Position.RESULT)
        elif isinstance(c_result, CStruct) and is_returned_in_memory(c_result, self._abi):
            summary = f"C returns {spell(c_result)} through memory that the caller must give; declare the struct"
            self._add(Difference(MismatchKind.CLASS, _ERROR, summary), is_result=True, declared=declared)
        else:
            summary = f"the result of type {spell(c_result)} is ignored"
            self._add(Difference(MismatchKind.IGNORED_RESULT, _HINT, summary), is_result=True, declared=declared)

    def _same_arity(self, signature: Signature) -> bool:
        prototype = self._prototype
        assert prototype is not None
        given, wanted = len(signature.parameters), len(prototype.parameters)
        if prototype.unspecified:
            self.unchecked.append(f"{self._declaration.name}: {prototype.where} does not say what parameters it takes")
            return False
        if given < wanted or (given > wanted and not prototype.variadic):
            least = "at least " if prototype.variadic else ""
            summary = f"{_count(given)} declared, but C takes {least}{wanted}"
            self._add(Difference(MismatchKind.ARITY, _ERROR, summary))
            return False
        if not prototype.variadic and signature.fixed is not None:
            self._add(self._variadic("it is declared as variadic, but C takes no further arguments", given > 0, _HINT))
        elif prototype.variadic and signature.fixed is None:
            summary = (
                f"C takes variable arguments behind parameter {wanted}, but it is declared with {_count(given)}, fixed"
            )
            # With nothing behind the ... nothing travels differently.
            self._add(self._variadic(summary, given > wanted, _WARNING if given > wanted else _HINT))
        elif prototype.variadic and signature.fixed != wanted:
            summary = f"C's variable arguments begin behind parameter {wanted}, not behind parameter {signature.fixed}"
            self._add(self._variadic(summary, given > wanted, _HINT))
        return True

    def _variadic(self, summary: str, matters: bool, severity: MismatchSeverity) -> Difference:
        if self._abi.stack_variadics and matters:
            return Difference(MismatchKind.VARIADIC, _ERROR, f"{summary}; on this target those travel on the stack")
        return Difference(MismatchKind.VARIADIC, severity, summary)

    def _parameters(self, signature: Signature, read_only: Collection[int]) -> None:
        assert self._prototype is not None
        for index, (_, c_type) in enumerate(self._prototype.parameters):
            declared = signature.parameters[index]
            self._value(declared, Position.PARAMETER, index)
            writable = isinstance(c_type, CPointer) and not c_type.const and not isinstance(c_type.to, CFunction)
            if index in read_only and writable and declared.kind in (Kind.BUFFER, Kind.POINTER):
                summary = f"{self._subject(index)} gets memory that must not be written, but C takes {spell(c_type)}"
                self._add(Difference(MismatchKind.READ_ONLY, _WARNING, summary), parameter=index, declared=declared)
        for index in range(len(self._prototype.parameters), len(signature.parameters)):
            declared = signature.parameters[index]
            if declared.kind is Kind.FLOAT and declared.size == 4:
                summary = f"parameter {index + 1} is declared {declared}, but C promotes a float behind ... to double"
                difference = Difference(MismatchKind.FLOAT_WIDTH, _ERROR, summary)
                self._add(difference, parameter=index, declared=declared)

    def _value(self, declared: Type, position: Position, index: int | None = None) -> None:
        assert self._prototype is not None
        c_type = self._prototype.result if index is None else self._prototype.parameters[index][1]
        subject = self._subject(index) if index is not None else "the result" if position is Position.RESULT else "it"
        difference = compare_value(c_type, declared, self._abi, position)
        if isinstance(difference, str):
            self.unchecked.append(f"{self._declaration.name}: {subject}: {difference}")
        elif difference is not None:
            summary = f"{subject} is declared {declared}, but {difference.summary}"
            told = Difference(difference.kind, difference.severity, summary)
            try:
                expected = native_type(c_type, self._abi, result=position is not Position.PARAMETER)
            except NotNativeError:
                expected = None
            is_result = position is not Position.PARAMETER
            self._add(told, parameter=index, is_result=is_result, declared=declared, expected=expected)

    def _subject(self, index: int) -> str:
        assert self._prototype is not None
        name = self._prototype.parameters[index][0]
        return f"parameter {index + 1}" + (f" ({name})" if name else "")

    def _add(
        self,
        difference: Difference,
        *,
        parameter: int | None = None,
        is_result: bool = False,
        declared: Type | None = None,
        expected: Type | None = None,
    ) -> None:
        self.mismatches.append(
            Mismatch(
                kind=difference.kind,
                severity=difference.severity,
                message=self._sentence(difference.summary),
                symbol=self._declaration.symbol,
                parameter=parameter,
                is_result=is_result,
                declared=declared,
                expected=expected,
                summary=difference.summary,
            )
        )

    def _sentence(self, summary: str) -> str:
        words = [f"{self._declaration.name}: {summary}"]
        if self._prototype is not None:
            where = f" ({self._prototype.where})" if self._prototype.where else ""
            words.append(f"C has `{self._prototype}`{where}")
        if self._library:
            version = f", version {self._symbol.version}" if self._symbol is not None and self._symbol.version else ""
            words.append(f"in {self._library}{version}")
        return "; ".join(words)


def _count(number: int) -> str:
    return f"{number} parameter{'' if number == 1 else 's'}"

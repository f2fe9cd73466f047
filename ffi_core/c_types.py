"""C types in canonical form: typedefs resolved, enums as their integer, and C's own way to write them down.

A type says what C says and no more: how many bytes a ``long`` has is an ABI's affair (`ffi_core.headers.abi`), so that
one prototype serves every target. What no reader could resolve is `CUnknown`, and nobody judges it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CVoid:
    """``void``: as a result, or behind a pointer."""

    typedef: str | None = None


@dataclass(frozen=True, slots=True)
class CBool:
    """``_Bool``."""

    typedef: str | None = None


@dataclass(frozen=True, slots=True)
class CInteger:
    """An integer type, enums among them.

    Parameters
    ----------
    basis: what decides size and sign on a target: a type of the language (``"unsigned long"``) or a standard name
        whose meaning varies from target to target (``"size_t"``, ``"time_t"``, ``"int64_t"``).
    typedef: the name that the header writes, where that is another.
    enum: ``"enum color"`` where it is an enum's integer.
    """

    basis: str
    typedef: str | None = None
    enum: str | None = None


@dataclass(frozen=True, slots=True)
class CFloat:
    """``float``, ``double`` or ``long double``, as `basis` says."""

    basis: str
    typedef: str | None = None


@dataclass(frozen=True, slots=True)
class CFunction:
    """A function's type, which stands behind a pointer.

    Parameters
    ----------
    result: what it returns.
    parameters: one type for each; empty and `unspecified` for the old form ``f()`` that says nothing about them.
    variadic: whether it ends in ``...``.
    """

    result: CType
    parameters: tuple[CType, ...]
    variadic: bool = False
    unspecified: bool = False
    typedef: str | None = None


@dataclass(frozen=True, slots=True)
class CPointer:
    """A pointer, or an array parameter, which is one.

    Parameters
    ----------
    to: what it points to; a struct stands there without its fields.
    const: whether what it points to is read only.
    """

    to: CType
    const: bool = False
    typedef: str | None = None


@dataclass(frozen=True, slots=True)
class CArray:
    """An array, which only a struct holds by value: `count` times `element`; 0 for a flexible one."""

    element: CType
    count: int
    typedef: str | None = None


@dataclass(frozen=True, slots=True)
class CField:
    """A field of a struct or union.

    Parameters
    ----------
    name: empty for an unnamed struct or union, and for a bit-field that is padding.
    type: its type.
    offset: bits from the start of the struct, as the header's compiler laid it out.
    bits: the width of a bit-field, else None.
    """

    name: str
    type: CType
    offset: int
    bits: int | None = None


@dataclass(frozen=True, slots=True)
class CStruct:
    """A struct or union.

    Parameters
    ----------
    tag: ``"struct timeval"``, ``"union sigval"``; ``"struct"`` alone where it has no tag.
    fields: in order; empty behind a pointer, where only the name matters.
    size: bytes, as the header's compiler laid it out; 0 where the header does not define it.
    align: bytes; 0 likewise.
    complete: whether the header defines it.
    natural: whether the layout follows from the fields alone; False for packed and specially aligned ones, whose
        layout is known for the machine that the header was read on and for no other.
    """

    tag: str
    fields: tuple[CField, ...] = ()
    size: int = 0
    align: int = 0
    complete: bool = False
    natural: bool = True
    typedef: str | None = None

    @property
    def union(self) -> bool:
        """Whether its fields share one place."""
        return self.tag.startswith("union")


@dataclass(frozen=True, slots=True)
class CUnknown:
    """A type that is not modelled, or that the header leaves undefined: no one judges a value of it.

    Parameters
    ----------
    text: as the header writes it.
    reason: why it is not known, in a few words.
    """

    text: str
    reason: str
    typedef: str | None = None


CType = CVoid | CBool | CInteger | CFloat | CFunction | CPointer | CArray | CStruct | CUnknown


def spell(type_: CType, name: str = "") -> str:
    """Write a type as C does, around a name: ``int (*compare)(const void *, const void *)``.

    Parameters
    ----------
    type_: the type.
    name: what is declared; empty for the type alone.
    """
    return _spell(type_, name, qualifier="")


def spell_function(name: str, result: CType, parameters: str) -> str:
    """Write a function's declaration: its parameters, already written, stand between the brackets."""
    return _spell(result, f"{name}({parameters})", qualifier="")


def _spell(type_: CType, declarator: str, qualifier: str) -> str:
    if type_.typedef is not None:
        return _join(qualifier + type_.typedef, declarator)
    match type_:
        case CPointer(to=to, const=const):
            bracketed = isinstance(to, CFunction | CArray) and to.typedef is None
            inner = f"*{qualifier}{declarator}".rstrip() if qualifier else f"*{declarator}"
            return _spell(to, f"({inner})" if bracketed else inner, "const " if const else "")
        case CFunction(result=result, parameters=parameters):
            words = [spell(parameter) for parameter in parameters] + ["..."] * type_.variadic
            inside = ", ".join(words) if words or type_.unspecified else "void"
            return _spell(result, f"{declarator}({inside})", "")
        case CArray(element=element, count=count):
            return _spell(element, f"{declarator}[{count or ''}]", qualifier)
        case CInteger(basis=basis, enum=enum):
            return _join(qualifier + (enum or basis), declarator)
        case CFloat(basis=basis):
            return _join(qualifier + basis, declarator)
        case CStruct(tag=tag):
            return _join(qualifier + tag, declarator)
        case CUnknown(text=text):
            return _join(qualifier + text, declarator)
        case CBool():
            return _join(f"{qualifier}_Bool", declarator)
        case CVoid():
            return _join(f"{qualifier}void", declarator)


def _join(word: str, declarator: str) -> str:
    return f"{word} {declarator}" if declarator else word

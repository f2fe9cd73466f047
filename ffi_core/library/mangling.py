"""Names that C++ and Rust compilers mangled: which of them stand for a plain name, and how their authors wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MANGLED = re.compile(r"_Z|_R|\?|\$s|_T0")
"""How names start that Itanium C++, Rust, Microsoft's C++ and Swift compilers made."""

_ITANIUM_START = re.compile(r"_Z(?:N[rVKRO]*)?(?:St)?")
_ITANIUM_PART = re.compile(r"\d{1,4}")


def mangled_forms(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that a C++ compiler made of a function or variable called `name`, in whatever scope.

    A schema that asks for ``add`` where a library exports ``_Z3addii`` lacks no function: the library's text lacks
    ``extern "C"``.

    Parameters
    ----------
    name: a plain name.
    names: exported names.
    """
    return tuple(other for other in names if name in other and _plain_name(other) == name)


def demangle(name: str) -> str | None:
    """A mangled name as its author wrote it: ``add(int, int)``; None where it is not mangled.

    Needs the package pydemumble (the extra ``demangle``), which carries LLVM's demanglers.

    Raises
    ------
    ModuleNotFoundError: it is not installed.
    """
    import pydemumble

    return (pydemumble.demangle(name) or None) if _MANGLED.match(name) else None


def _plain_name(mangled: str) -> str | None:
    """The last part of the scoped name that a mangled name starts with.

    Itanium names write each part behind its length (https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling);
    Microsoft's write the innermost one first, between ``?`` and ``@``.
    """
    if mangled.startswith("?"):
        return mangled[1:].partition("@")[0]
    start = _ITANIUM_START.match(mangled)
    part, at = None, start.end() if start else len(mangled)
    while length := _ITANIUM_PART.match(mangled, at):
        at = length.end() + int(length[0])
        part = mangled[length.end() : at]
    return part

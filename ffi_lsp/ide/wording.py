"""Facts in words: sentences for people about types, symbols and libraries. What stands in backticks is code."""

from __future__ import annotations

from ffi_core.dialects import DIALECTS
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library
from ffi_core.model import Symbol, SymbolKind
from ffi_core.types import Kind, NativeType
from ffi_lsp.rules import LibraryFacts

_KINDS = {
    SymbolKind.FUNCTION: "Function",
    SymbolKind.IFUNC: "Function, chosen when it is loaded,",
    SymbolKind.DATA: "Data",
    SymbolKind.TLS: "Data of each thread",
}
_MOST_SPELLINGS = 3


def type_lines(type_: NativeType) -> tuple[str, ...]:
    """A native type in words: meaning, C type, size in bytes and range."""
    facts = [f"C type {code(type_.c_type)}"]
    if type_.kind is not Kind.VOID:
        facts.append(f"{type_.size} byte{'' if type_.size == 1 else 's'}")
    if type_.kind is Kind.INTEGER:
        facts.append(f"{type_.minimum} to {type_.maximum}")
    return (sentence(type_.summary), "; ".join(facts) + ".")


def other_spellings(native: str, *, but: str) -> tuple[str, ...]:
    """What the other dialects call a native type, in one sentence; none where nobody has another word for it.

    Parameters
    ----------
    native: its name in the table of native types.
    but: the dialect that is being written.
    """
    groups: dict[str, list[str]] = {}
    for dialect in DIALECTS.values():
        words = [word for word, meaning in dialect.types.items() if meaning == native]
        if dialect.name != but and words:
            groups.setdefault(" or ".join(map(code, words[:_MOST_SPELLINGS])), []).append(dialect.title)
    said = "; ".join(f"{' and '.join(titles)}: {words}" for words, titles in groups.items())
    return (f"{said}.",) if said else ()


def symbol_lines(facts: LibraryFacts, name: str) -> tuple[str, ...]:
    """What a library says of a symbol: kind, version, file; or that it is not exported, with the nearest name."""
    if facts.library is None:
        return library_lines(facts)
    try:
        found = facts.find(name)
        near = facts.nearest(name) if found is None else None
    except (LibraryLoadError, LibraryNotFoundError) as error:
        return (f"The library can no longer be read: {error}.",)
    title = _title(facts.library)
    if found is None:
        hint = f" Did you mean {code(near)}?" if near else ""
        doubt = "" if facts.complete else " Not every library that it needs could be read."
        return (f"Not exported by {title}.{hint}{doubt}", f"Library file {code(str(facts.file))}.")
    symbol, owner = found
    if owner is facts.library:
        return (f"{_kind(symbol)} exported by {title}.", f"Library file {code(str(facts.file))}.")
    return (
        f"{_kind(symbol)} exported by {_title(owner)}, which {title} needs.",
        f"Library file {code(str(owner.path))}.",
    )


def library_lines(facts: LibraryFacts) -> tuple[str, ...]:
    """What a library's name leads to: file, architecture, soname, number of symbols and needed libraries; or why it
    leads nowhere."""
    library, failure = facts.library, facts.failure
    if isinstance(failure, LibraryNotFoundError):
        hint = f" Did you mean {code(failure.near[0])}?" if failure.near else ""
        looked = ", ".join(code(place) for place in failure.searched)
        return (f"Not found on this machine.{hint}", *([f"Looked at {looked}."] if looked else []))
    if isinstance(failure, LibraryLoadError):
        return (f"Not a usable library: {failure.detail}", f"File {code(failure.path)}.")
    if library is None:
        return ("Nothing is known about this library.",)
    needed = ", ".join(code(name) for name in library.needed)
    return (
        f"File {code(str(facts.file))}.",
        f"{library.format.upper()}, {library.architecture}, {library.bits}-bit"
        + (f"; soname {code(library.soname)}." if library.soname else "; no soname."),
        *_count(library),
        f"Needs {needed}." if needed else "Needs no other library.",
    )


def code(text: str) -> str:
    """The text in backticks, more of them where it holds some itself."""
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def sentence(words: str) -> str:
    """Words with a capital letter before and a full stop behind."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")


def _count(library: Library) -> tuple[str, ...]:
    try:
        count = len(library.names())
    except (LibraryLoadError, LibraryNotFoundError):
        return ()
    return (f"{count:,} exported symbol{'' if count == 1 else 's'}.",)


def _title(library: Library) -> str:
    return code(library.soname or library.path.name)


def _kind(symbol: Symbol) -> str:
    words = _KINDS[symbol.kind]
    weak = f"Weak {words[0].lower()}{words[1:]}" if symbol.weak else words
    return f"{weak}, version {code(symbol.version)}," if symbol.version else weak

"""Apple's text stubs (``.tbd``): what a macOS library exports, in YAML (versions 1 to 4) or JSON (version 5).

macOS ships no files for its own libraries, only these, in the SDK. Only the YAML that tapi writes is understood: block
mappings, and lists in brackets (https://github.com/llvm/llvm-project, llvm/lib/TextAPI/TextStub.cpp).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ffi_core.library.host import host
from ffi_core.library.image import Image
from ffi_core.library.library import Library
from ffi_core.library.listed import ListedExports
from ffi_core.model import Symbol, SymbolKind

_LARGEST_STUB = 6 << 20
_MOST_DOCUMENTS = 4096
_MOST_SYMBOLS = 200_000

_KEY = re.compile(r"^(?P<inner>[ -]*)(?P<key>[\w-]+):[ ]*", re.MULTILINE)
_ITEM = re.compile(r"""'([^']*)'|"([^"]*)"|([^\s,\[\]'"]+)""")

_SYMBOL_KEYS = {
    "symbols": (SymbolKind.FUNCTION, False),
    "weak-symbols": (SymbolKind.FUNCTION, True),
    "weak-def-symbols": (SymbolKind.FUNCTION, True),
    "thread-local-symbols": (SymbolKind.TLS, False),
}
"""What the symbols of a list are, and whether they are weak."""
_SECTIONS = ("exports", "reexports")
_NARROW = ("i386", "armv7", "armv7s", "armv7k")
_ARCHITECTURES = {"arm64": "aarch64", "i386": "x86", "armv7": "arm", "armv7s": "arm", "armv7k": "arm"}


def is_stub(start: bytes) -> bool:
    """Whether a file that starts so is a text stub."""
    if start.startswith((b"--- !tapi-tbd", b"---\narchs:")):
        return True
    # Apple's tools sort the keys, so that the version may stand at the very end.
    return start.lstrip().startswith(b"{") and (b'"main_library"' in start or b'"tapi_tbd_version"' in start)


def read_stub(image: Image) -> Library:
    """Read a text stub. Of several documents the first names the library, and the rest are its re-exports, inlined.

    A stub before version 5 does not tell functions from data: all but thread-local symbols count as functions.

    Raises
    ------
    LibraryLoadError: DAMAGED where it is no stub after all, or larger than any real one.
    """
    if image.size > _LARGEST_STUB:
        raise image.damaged(f"{image.size} bytes are more than a text stub can have")
    text = image.read(0, image.size, "the text stub").decode(errors="backslashreplace")
    stub = _from_json(image, text) if text.lstrip().startswith("{") else _from_yaml(text)
    install_name, targets, needed, symbols = stub
    if install_name is None:
        raise image.damaged("the text stub names no library")
    if len(symbols) >= _MOST_SYMBOLS:
        raise image.damaged(f"the text stub lists {_MOST_SYMBOLS} symbols or more")
    words = [target.partition("-")[0] for target in targets] or ["x86_64"]
    word = next((word for word in words if _ARCHITECTURES.get(word, word) == host().architecture), words[0])
    return Library(
        path=image.path,
        format="mach-o",
        architecture=_ARCHITECTURES.get(word, word),
        bits=32 if word in _NARROW else 64,
        soname=install_name,
        needed=tuple(dict.fromkeys(needed)),
        rpath=(),
        runpath=(),
        build_id=None,
        exports=ListedExports(tuple(dict.fromkeys(symbols))),
    )


Stub = tuple[str | None, list[str], list[str], list[Symbol]]
"""Install name, targets, re-exported libraries and symbols."""


def _from_yaml(text: str) -> Stub:
    install_name: str | None = None
    targets: list[str] = []
    needed: list[str] = []
    symbols: list[Symbol] = []
    documents = re.split(r"^--- ?", text, maxsplit=_MOST_DOCUMENTS, flags=re.MULTILINE)
    for document in documents:
        section = ""
        for key, is_inner, value in _pairs(document):
            items = _items(value)
            if not is_inner:
                section = key
            if key == "install-name" and install_name is None:
                install_name = next(iter(items), None)
            elif key in ("targets", "archs") and section == key and not targets:
                targets = items
            elif key == "re-exports" or (key == "libraries" and section == "reexported-libraries"):
                needed += items
            elif section in _SECTIONS and key in _SYMBOL_KEYS:
                symbols += islice(_symbols(items, *_SYMBOL_KEYS[key]), _MOST_SYMBOLS - len(symbols))
    return install_name, targets, needed, symbols


def _pairs(document: str) -> Iterator[tuple[str, bool, str]]:
    """Each key, whether it stands inside of a section, and the text of its value: a list in brackets or a line."""
    at = 0
    while found := _KEY.search(document, at):
        start = found.end()
        closing = document.find("]" if document.startswith("[", start) else "\n", start)
        at = closing if closing >= 0 else len(document)
        yield found["key"], bool(found["inner"]), document[start:at]


def _items(value: str) -> list[str]:
    return [found[1] or found[2] or found[3] or "" for found in islice(_ITEM.finditer(value), _MOST_SYMBOLS)]


def _from_json(image: Image, text: str) -> Stub:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise image.damaged(f"the text stub is no JSON: {error}") from error
    main = _mapping(_mapping(whole).get("main_library"))
    names = [name for entry in _entries(main, "install_names") if isinstance(name := entry.get("name"), str)]
    targets = [target for entry in _entries(main, "target_info") if isinstance(target := entry.get("target"), str)]
    needed = [name for entry in _entries(main, "reexported_libraries") for name in _strings(entry.get("names"))]
    libraries = [main, *_entries(_mapping(whole), "libraries")]
    symbols = list(islice((symbol for library in libraries for symbol in _json_symbols(library)), _MOST_SYMBOLS))
    return next(iter(names), None), targets, needed, symbols


def _json_symbols(library: dict[str, Any]) -> Iterator[Symbol]:
    for entry in (*_entries(library, "exported_symbols"), *_entries(library, "reexported_symbols")):
        for part, kind in (("text", SymbolKind.FUNCTION), ("data", SymbolKind.DATA)):
            names = _mapping(entry.get(part))
            yield from _symbols(_strings(names.get("global")), kind, False)
            yield from _symbols(_strings(names.get("weak")), kind, True)
            yield from _symbols(_strings(names.get("thread_local")), SymbolKind.TLS, False)


def _symbols(names: Iterable[str], kind: SymbolKind, weak: bool) -> Iterator[Symbol]:
    for name in names:
        # dlsym puts the underscore before a name, so one without it cannot be found.
        if name.startswith("_"):
            yield Symbol(name[1:], kind, weak=weak)


def _entries(mapping: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = mapping.get(key)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []

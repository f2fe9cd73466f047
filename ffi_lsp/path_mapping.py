"""What a project's tsconfig.json or jsconfig.json makes of specifiers that are no relative paths: `paths`, `baseUrl`.

Source: https://www.typescriptlang.org/tsconfig, sections "paths", "baseUrl", "extends". Packages are not looked into.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = ("tsconfig.json", "jsconfig.json")
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])')
_LONGEST_CHAIN = 16

Read = Callable[[Path], "bytes | None"]
"""Gives the text of a file; None where there is none that can be read."""


@dataclass(frozen=True, slots=True)
class PathMapping:
    """Where specifiers lead.

    Parameters
    ----------
    paths: patterns with at most one ``*``, each with the paths that are tried in order.
    folder: where those paths start.
    base: the folder in which all other names are looked for too, or None.
    """

    paths: Mapping[str, tuple[str, ...]]
    folder: Path
    base: Path | None

    def targets(self, specifier: str) -> Iterator[Path]:
        """The paths that a specifier may mean, without their suffixes perhaps, the best first."""
        matching = [pattern for pattern in self.paths if _filling(pattern, specifier) is not None]
        if matching:
            # A pattern without a star is exact; of the others the one with the longest text before its star counts.
            best = max(matching, key=lambda pattern: (pattern == specifier, len(pattern.partition("*")[0])))
            filling = _filling(best, specifier) or ""
            for target in self.paths[best]:
                yield Path(os.path.normpath(self.folder / target.replace("*", filling, 1)))
        elif self.base is not None:
            yield Path(os.path.normpath(self.base / specifier))


def mapping_of(file: Path, read: Read) -> PathMapping | None:
    """The mapping that a configuration file and those that it extends describe; None where they map nothing.

    Parameters
    ----------
    file: a ``tsconfig.json``, by whatever name.
    read: gives the text of a file.
    """
    paths: Mapping[str, tuple[str, ...]] = {}
    folder, base = file.parent, None
    for at, options in _chain(file, read):
        if isinstance(options.get("baseUrl"), str):
            base = Path(os.path.normpath(at / options["baseUrl"]))
        if isinstance(options.get("paths"), dict):
            folder = at
            paths = {
                pattern: tuple(target for target in targets if isinstance(target, str))
                for pattern, targets in options["paths"].items()
                if isinstance(targets, list) and pattern.count("*") <= 1
            }
    return PathMapping(paths, base or folder, base) if paths or base is not None else None


def _chain(file: Path, read: Read) -> list[tuple[Path, dict[str, Any]]]:
    """Folder and compiler options of each file of a chain of `extends`, those that count last at the end."""
    found: list[tuple[Path, dict[str, Any]]] = []
    waiting = [file]
    seen: set[Path] = set()
    while waiting and len(seen) < _LONGEST_CHAIN:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        known = _json(read(one))
        options = known.get("compilerOptions")
        found.append((one.parent, options if isinstance(options, dict) else {}))
        extended = known.get("extends")
        for name in extended if isinstance(extended, list) else [extended]:
            if isinstance(name, str) and name.startswith((".", "/")) and "\0" not in name:
                path = Path(os.path.normpath(one.parent / name))
                waiting.append(path if path.suffix == ".json" else path.with_name(f"{path.name}.json"))
    return found[::-1]


def _filling(pattern: str, specifier: str) -> str | None:
    """What stands for the star of a pattern; None where the pattern does not match."""
    before, star, behind = pattern.partition("*")
    if not star:
        return "" if pattern == specifier else None
    fits = specifier.startswith(before) and specifier.endswith(behind) and len(specifier) >= len(before) + len(behind)
    return specifier[len(before) : len(specifier) - len(behind)] if fits else None


def _json(data: bytes | None) -> dict[str, Any]:
    """JSON with comments and commas at the end of lists, as TypeScript reads it; what is none is empty."""
    text = (data or b"").decode("utf-8-sig", "replace")
    for pattern in (_COMMENT, _LAST_COMMA):
        text = pattern.sub(lambda match: match[1] or " ", text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

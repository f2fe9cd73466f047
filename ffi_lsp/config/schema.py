"""The JSON schema of the settings, for editors' settings pages and for completion in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ffi_lsp.config.reading import camel, kebab
from ffi_lsp.config.settings import Option, options, sections


def json_schema(*, toml: bool = False) -> dict[str, Any]:
    """A schema (draft 2020-12) with descriptions and defaults.

    Parameters
    ----------
    toml: for ``ffi.toml``: names in kebab-case, and without the options of machine scope, which files cannot set.

    Returns
    -------
    Properties are sections, and theirs are options. An option of machine scope has ``"scope": "machine"``, as VS Code
    spells it.
    """
    spelling = kebab if toml else camel
    properties = {}
    for section, class_ in sections().items():
        entries = {
            spelling(name): _property(option, default)
            for name, (option, default) in options(class_).items()
            if not (toml and option.machine)
        }
        properties[spelling(section)] = {
            "type": "object",
            "description": class_.__doc__,
            "properties": entries,
            "additionalProperties": False,
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of ffi-lsp",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _property(option: Option, default: Any) -> dict[str, Any]:
    scope = {"scope": "machine"} if option.machine else {}
    return {**option.kind.schema, "description": option.description, "default": plain(default), **scope}


def plain(default: Any) -> Any:
    """A default as JSON knows it."""
    if isinstance(default, tuple):
        return [str(entry) if isinstance(entry, Path) else entry for entry in default]
    return default

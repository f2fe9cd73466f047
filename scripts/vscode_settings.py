"""Write what the VS Code extension contributes from the server's settings: package.json's settings, and file schemas.

python scripts/vscode_settings.py            # writes
python scripts/vscode_settings.py --check    # exit code 1 where something is out of date
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ffi_core import __version__
from ffi_core.dialects import DIALECTS
from ffi_lsp.config import json_schema

EXTENSION = Path(__file__).parent.parent / "editors" / "vscode"
_OWN = {
    "ffi.server.path": {
        "type": "string",
        "default": "",
        "scope": "machine",
        "markdownDescription": "The `ffi-lsp` program to start. Empty: that of the workspace's virtual environment or"
        " of `PATH` where the workspace is trusted and its version fits, else a private one.",
    },
    "ffi.server.python": {
        "type": "string",
        "default": "",
        "scope": "machine",
        "markdownDescription": "The Python, 3.11 or newer, with which the private server is installed. Empty: the best"
        " one on `PATH`.",
    },
    "ffi.trace.server": {
        "type": "string",
        "enum": ["off", "messages", "verbose"],
        "default": "off",
        "scope": "window",
        "markdownDescription": "What of the conversation with the server is written to the output channel *FFI*.",
    },
}
"""Settings of the extension itself; the server never sees them."""


def main() -> int:
    """Write, or say what is out of date."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 where something is out of date"
    )
    check = parser.parse_args().check
    stale = [file for file, text in generated().items() if not file.exists() or file.read_text("utf-8") != text]
    for file in stale:
        if check:
            print(f"{file} is out of date: run python scripts/vscode_settings.py", file=sys.stderr)
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(generated()[file], encoding="utf-8")
    return 1 if check and stale else 0


def generated() -> dict[Path, str]:
    """Each file that is made from the server's own tables, with its text."""
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    package["version"] = __version__
    package["contributes"]["configuration"] = configuration(json_schema())
    words = [[word.decode() for word in words] for dialect in DIALECTS.values() for words in dialect.entry_points]
    return {
        EXTENSION / "package.json": _text(package),
        EXTENSION / "schemas" / "ffi-json.schema.json": _text(inside_json(json_schema())),
        EXTENSION / "src" / "entry-points.json": json.dumps(words) + "\n",
    }


def configuration(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The settings as VS Code's settings page groups them: the extension's own, then one group for each section."""
    groups = [{"title": "Server", "properties": _OWN}]
    for name, section in schema["properties"].items():
        properties = {
            f"ffi.{name}.{option}": _property(described) for option, described in section["properties"].items()
        }
        groups.append({"title": name.capitalize(), "properties": properties})
    return groups


def inside_json(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a deno.json or package.json, as far as it is about us; machine scope is not for files."""
    sections = {
        name: section
        | {
            "properties": {
                option: described
                for option, described in section["properties"].items()
                if described.get("scope") != "machine"
            }
        }
        for name, section in schema["properties"].items()
    }
    ours = {key: value for key, value in schema.items() if key != "$schema"} | {"properties": sections}
    return {"$schema": schema["$schema"], "type": "object", "properties": {"ffi": ours}}


def _property(described: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in described.items() if key not in ("description", "scope")}
    scope = described.get("scope", "resource")
    return {**rest, "scope": scope, "markdownDescription": described["description"]}


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())

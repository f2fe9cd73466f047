"""`ffi-lsp settings`: what can be set, as a page for people or as a JSON schema for programs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of an editor's settings")
    parser.add_argument("--toml", action="store_true", help="with --schema: that of ffi.toml")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page or the schema there")


def run(arguments: argparse.Namespace) -> int:
    """Print or write the page or the schema; 2 where it cannot be written."""
    from ffi_lsp.config import json_schema, page

    wants_schema = arguments.schema or arguments.toml
    text = json.dumps(json_schema(toml=arguments.toml), indent=2) + "\n" if wants_schema else page()
    if arguments.write is None:
        print(text, end="")
        return 0
    try:
        arguments.write.write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"ffi-lsp: {arguments.write}: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0

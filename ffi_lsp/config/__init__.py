"""What a person may set: in an editor, in a file of the project, on the command line; one class for all of them."""

from ffi_lsp.config.errors import ConfigError, Problem
from ffi_lsp.config.files import FILES, find, load, load_file
from ffi_lsp.config.nearest import Nearest
from ffi_lsp.config.page import page
from ffi_lsp.config.reading import from_json, from_toml
from ffi_lsp.config.schema import json_schema
from ffi_lsp.config.settings import Files, Headers, Hints, Lens, Libraries, Rules, Run, Settings

__all__ = [
    "FILES",
    "ConfigError",
    "Files",
    "Headers",
    "Hints",
    "Lens",
    "Libraries",
    "Nearest",
    "Problem",
    "Rules",
    "Run",
    "Settings",
    "find",
    "from_json",
    "from_toml",
    "json_schema",
    "load",
    "load_file",
    "page",
]

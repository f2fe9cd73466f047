"""What the VS Code extension says of the server, beside what the server says of itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from ffi_core import __version__
from ffi_lsp.config import json_schema
from ffi_lsp.server import words

ROOT = Path(__file__).parent.parent.parent
EXTENSION = ROOT / "editors" / "vscode"
PACKAGE = json.loads((EXTENSION / "package.json").read_text("utf-8"))


def test_settings_schemas_and_entry_words_are_made_from_the_servers_own() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "vscode_settings.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_setting_of_the_server_is_contributed_and_machine_settings_stay_so() -> None:
    contributed = {
        name: described
        for group in PACKAGE["contributes"]["configuration"]
        for name, described in group["properties"].items()
    }
    for section, options in json_schema()["properties"].items():
        for option, described in options["properties"].items():
            setting = contributed[f"ffi.{section}.{option}"]
            assert setting["default"] == described["default"]
            assert (setting["scope"] == "machine") is (described.get("scope") == "machine")


def test_extension_and_server_have_one_version() -> None:
    assert PACKAGE["version"] == __version__


def test_the_languages_that_wake_the_extension_are_those_that_it_looks_at() -> None:
    text = (EXTENSION / "src" / "look.ts").read_text("utf-8")
    listed = re.search(r"LANGUAGES = \[(.*?)\]", text, re.DOTALL)
    assert listed is not None
    assert [f"onLanguage:{name}" for name in re.findall(r'"(\w+)"', listed.group(1))] == PACKAGE["activationEvents"]


def test_no_command_of_the_palette_has_the_name_of_a_command_of_the_server() -> None:
    ours = {entry["command"] for entry in PACKAGE["contributes"]["commands"]}
    servers = {value for value in vars(words).values() if isinstance(value, str) and value.startswith("ffi.")}
    assert servers, "the server has commands"
    assert not ours & servers, "VS Code would register them twice"


def test_each_contributed_command_is_carried_out_and_no_other() -> None:
    text = (EXTENSION / "src" / "extension.ts").read_text("utf-8")
    listed = re.search(r"const COMMANDS = \[(.*?)\] as const", text, re.DOTALL)
    assert listed is not None
    names = {f"ffi.{name}" for name in re.findall(r'"(\w+)"', listed.group(1))}
    assert names == {entry["command"] for entry in PACKAGE["contributes"]["commands"]}


@pytest.mark.parametrize(
    ("settings", "right"),
    [
        ({"ffi": {"rules": {"ignore": ["FFI201"]}}}, True),
        ({"ffi": {"rules": {"ignored": []}}}, False),
        ({"ffi": {"run": {"enabled": True}}}, False),  # a repository must not be able to allow runs
        ({"name": "a package that has nothing to do with us"}, True),
    ],
)
def test_the_schema_of_json_files_accepts_what_the_server_reads_from_files(settings: object, right: bool) -> None:
    schema = json.loads((EXTENSION / "schemas" / "ffi-json.schema.json").read_text("utf-8"))
    assert jsonschema.Draft202012Validator(schema).is_valid(settings) is right


def test_nothing_in_the_lock_file_names_a_host() -> None:
    assert '"resolved"' not in (EXTENSION / "package-lock.json").read_text("utf-8")

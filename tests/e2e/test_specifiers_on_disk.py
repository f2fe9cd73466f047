"""A project's configuration changes, and what it led imports to is judged anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wire import Wire

PUBLISH = "textDocument/publishDiagnostics"
WATCHING = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True}}}
TEXT = 'import { type } from "#type"; Deno.dlopen("libm.so.6", { toupper: { parameters: [type], result: "i32" } });'


def codes(wire: Wire) -> list[str]:
    arrival = wire.until(lambda message: message.get("method") == PUBLISH)
    return [each["code"] for each in arrival.message["params"]["diagnostics"]]


def mapping(file: Path, target: str) -> str:
    is_typescript = file.name == "tsconfig.json"
    return json.dumps(
        {"compilerOptions": {"paths": {"#type": [target]}}} if is_typescript else {"imports": {"#type": target}}
    )


@pytest.mark.parametrize("name", ["deno.json", "deno.jsonc", "package.json", "tsconfig.json"])
@pytest.mark.parametrize("capabilities", [WATCHING, {}], ids=["told", "looking"])
def test_an_import_is_followed_anew_when_what_maps_it_changes(
    capabilities: dict[str, object], name: str, wire: Wire, tmp_path: Path
) -> None:
    (tmp_path / "wrong.ts").write_text('export const type = "int";')
    (tmp_path / "right.ts").write_text('export const type = "i32";')
    file = tmp_path / name
    wire.initialize(capabilities)
    file.write_text(mapping(file, "./wrong.ts"))
    item = {"uri": (tmp_path / "src" / "a.ts").as_uri(), "languageId": "typescript", "version": 1, "text": TEXT}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    while codes(wire) != ["FFI101"]:  # the first judgement does not wait for headers
        pass
    if capabilities:
        wire.until(lambda message: message.get("method") == "client/registerCapability")
    file.write_text(mapping(file, "./right.ts"))
    if capabilities:
        wire.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 2}]})
    while codes(wire) != []:
        pass
    nearer = tmp_path / "src" / name
    nearer.parent.mkdir()
    file.rename(nearer)
    (tmp_path / "src" / "right.ts").write_text('export const type = "long";')
    if capabilities:
        changes = [{"uri": file.as_uri(), "type": 3}, {"uri": nearer.as_uri(), "type": 1}]
        wire.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    while codes(wire) != ["FFI101"]:
        pass
    assert wire.exit() == 0

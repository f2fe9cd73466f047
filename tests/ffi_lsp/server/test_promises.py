"""What the server promises: each capability is kept, none is kept secret, and nothing runs until somebody says run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pygls.protocol import default_converter
from pytest_lsp import client_capabilities

from ffi_lsp.server import status

if TYPE_CHECKING:
    from conftest import Loopback

EDITORS = ["visual_studio_code", "neovim@0.11"]
PULLS = {
    "textDocument": {"diagnostic": {}, "rename": {"prepareSupport": True}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}
"""What later versions of both can do as well."""
PROVIDERS = {
    "textDocument/codeAction": "codeActionProvider",
    "codeAction/resolve": "codeActionProvider.resolveProvider",
    "textDocument/codeLens": "codeLensProvider",
    "codeLens/resolve": "codeLensProvider.resolveProvider",
    "textDocument/completion": "completionProvider",
    "completionItem/resolve": "completionProvider.resolveProvider",
    "textDocument/declaration": "declarationProvider",
    "textDocument/definition": "definitionProvider",
    "textDocument/diagnostic": "diagnosticProvider",
    "workspace/diagnostic": "diagnosticProvider.workspaceDiagnostics",
    "textDocument/documentHighlight": "documentHighlightProvider",
    "textDocument/documentLink": "documentLinkProvider",
    "documentLink/resolve": "documentLinkProvider.resolveProvider",
    "textDocument/documentSymbol": "documentSymbolProvider",
    "textDocument/foldingRange": "foldingRangeProvider",
    "textDocument/hover": "hoverProvider",
    "textDocument/inlayHint": "inlayHintProvider",
    "inlayHint/resolve": "inlayHintProvider.resolveProvider",
    "textDocument/prepareRename": "renameProvider.prepareProvider",
    "textDocument/references": "referencesProvider",
    "textDocument/rename": "renameProvider",
    "textDocument/selectionRange": "selectionRangeProvider",
    "textDocument/semanticTokens/full": "semanticTokensProvider.full",
    "textDocument/semanticTokens/full/delta": "semanticTokensProvider.full.delta",
    "textDocument/semanticTokens/range": "semanticTokensProvider.range",
    "textDocument/signatureHelp": "signatureHelpProvider",
    "textDocument/typeDefinition": "typeDefinitionProvider",
    "textDocument/didSave": "textDocumentSync.save",
    "workspace/symbol": "workspaceSymbolProvider",
    "workspace/didChangeWorkspaceFolders": "workspace.workspaceFolders.changeNotifications",
}
"""Where a client reads that a method is there."""
UNANNOUNCED = {"initialize", "initialized", "workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles"}
"""Methods of which the protocol has no capability of the server."""
NO_PROVIDERS = {"positionEncoding", "textDocumentSync", "workspace", "experimental"}
RUNNING = {"ffi.quickRun", "ffi.runFile", "ffi.compareRuntimes"}
"""The commands that run native code: that is what they are for."""
SOURCE = """
#include <stdio.h>
__attribute__((constructor)) static void mark(void) {
  FILE *file = fopen(MARK, "w");
  if (file) fclose(file);
}
int add(int a, int b) { return a + b; }
int seven(void) { return 7; }
"""
TEXT = """// ffi-header: play.h
const { add, seven } = Deno.dlopen("LIBRARY", {
  add: { parameters: ["i32", "int"], result: "i32" },
  sevem: { parameters: [], result: "f64" },
}).symbols;
console.log(add(2, 3), seven());
"""


def abilities_of(editor: str) -> dict[str, Any]:
    abilities: dict[str, Any] = default_converter().unstructure(client_capabilities(editor))
    return abilities


def promised(capabilities: dict[str, Any], path: str) -> bool:
    value: Any = capabilities
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value not in (None, False)


@pytest.mark.parametrize("editor", [*EDITORS, None])
def test_what_is_promised_is_kept_and_what_is_there_is_promised(
    converse: Callable[..., Any], editor: str | None
) -> None:
    async def talk(loopback: Loopback) -> tuple[dict[str, Any], set[str]]:
        capabilities = loopback.greet(abilities_of(editor) if editor else PULLS)
        return capabilities, set(loopback.server.protocol.fm.features)

    capabilities, methods = converse(talk)
    of_the_protocol = {method for method in methods if not method.startswith("ffi/")}
    assert of_the_protocol - UNANNOUNCED <= PROVIDERS.keys()
    for method, path in PROVIDERS.items():
        kept = method in methods or method == "workspace/didChangeWorkspaceFolders"
        assert promised(capabilities, path) == kept, method
    providers = {path.partition(".")[0] for path in PROVIDERS.values()} | {"executeCommandProvider"}
    assert capabilities.keys() <= providers | NO_PROVIDERS


def test_our_own_methods_and_commands_are_documented(converse: Callable[..., Any]) -> None:
    async def talk(loopback: Loopback) -> set[str]:
        loopback.greet()
        features = loopback.server.protocol.fm
        return {name for name in (*features.features, *features.commands) if name.startswith("ffi")}

    page = (Path(__file__).parents[3] / "docs" / "server.md").read_text()
    assert {name for name in converse(talk) | {status.METHOD} if f"`{name}`" not in page} == set()


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that is there once the library has been loaded, by whatever process."""
    return tmp_path / "loaded"


@pytest.fixture
def text(compile_library: Callable[..., Path], tmp_path: Path, mark: Path) -> str:
    library = compile_library(SOURCE, "libplay.so", (f'-DMARK="{mark}"',))
    (tmp_path / "play.h").write_text("int add(int a, int b);\nint seven(void);\n")
    return TEXT.replace("LIBRARY", str(library))


def test_nothing_is_loaded_by_any_method_but_the_commands_that_run(
    converse: Callable[..., Any], files_below: Any, tmp_path: Path, text: str, mark: Path
) -> None:
    (tmp_path / "a.ts").write_text(text)
    (tmp_path / "unopened.ts").write_text(text)

    async def talk(loopback: Loopback) -> None:
        abilities = abilities_of("visual_studio_code")
        for section, added in PULLS.items():
            abilities[section].update(added)
        loopback.greet(abilities, workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "here"}])
        uri = (tmp_path / "a.ts").as_uri()
        loopback.open(uri, text)
        await loopback.settled()
        methods = loopback.server.protocol.fm.features.keys() - UNANNOUNCED
        for offset in range(0, len(text), 7):
            before = text[:offset]
            place = {"line": before.count("\n"), "character": offset - before.rfind("\n") - 1}
            await ask_everything(loopback, sorted(methods), uri, place)
        for command in sorted(loopback.server.protocol.fm.commands.keys() - RUNNING):
            arguments = [{"uri": uri, "symbol": "add"}]
            await loopback.request("workspace/executeCommand", {"command": command, "arguments": arguments})
            await loopback.request("workspace/executeCommand", {"command": command})
        await loopback.settled()

    converse(talk, files_below)
    assert not mark.exists()


async def ask_everything(loopback: Loopback, methods: list[str], uri: str, place: dict[str, int]) -> None:
    """Call each method at one place, and let every proposal be completed."""
    everywhere = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    context = {"diagnostics": [], "includeDeclaration": True, "triggerKind": 1, "isRetrigger": False}
    fields = {
        "textDocument": {"uri": uri},
        "position": place,
        "positions": [place],
        "range": everywhere,
        "context": context,
        "newName": "other",
        "query": "",
        "previousResultId": "",
        "previousResultIds": [],
    }
    given: dict[str, list[Any]] = {}
    for method in methods:
        if method.endswith("/resolve"):
            continue
        if method.startswith("textDocument/did"):
            loopback.notify(method, fields)
            continue
        answer = await loopback.request(method, fields)
        items = answer.get("items", []) if isinstance(answer, dict) else answer
        given[method.rpartition("/")[2]] = items if isinstance(items, list) else []
    for method in methods:
        if method.endswith("/resolve"):
            kind = method.partition("/")[0].removesuffix("Item")
            for item in given[kind][:20]:
                await loopback.request(method, item)

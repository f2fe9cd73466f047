"""Real servers over standard input and output, and a C library whose functions do what functions should not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from wire import Wire

from ffi_core.bench.runtimes import RUNTIMES, Absent, Installed, PreparationError, cache_folder

EDITORS = ["visual_studio_code", "neovim@0.11"]
"""Whose capabilities the clients have: the first pulls diagnostics, the second gets them pushed."""
PROGRAM_SECONDS = 120
SERVER = str(Path(sys.executable).with_name("ffi-lsp"))
"""The installed console script of the environment that runs the tests."""
ALLOWED = {"window/showMessageRequest": {"title": "Run once"}}
"""A person who lets every run begin, as `Wire.replies`."""

SOURCE = """
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void mark(void) {
  FILE *file = fopen(MARK, "w");
  if (file) fclose(file);
  puts("constructed");
}
int add(int a, int b) { return a + b; }
int seven(void) { return 7; }
int talk(void) { puts("Content-Length: 5"); fflush(stdout); return getchar(); }
int crash(void) { return *(volatile int *)0; }
int leave(void) { exit(3); }
int spin(void) { for (;;) ; }
int total = 5;
"""

TEXT = """\
const { add, seven, talk, crash, leave, spin } = Porffor.dlopen("LIB", {
  add: { parameters: ["i32", "i32"], result: "i32" },
  seven: { parameters: [], result: "i32" },
  talk: { parameters: [], result: "i32" },
  crash: { parameters: [], result: "i32" },
  leave: { parameters: [], result: "i32" },
  spin: { parameters: [], result: "i32" },
});
console.log(add(2, 3), seven());
"""


@dataclass(frozen=True)
class Playground:
    """A library, and a text that declares it.

    Parameters
    ----------
    library: the library; `add`, `seven`, and functions that print, crash, exit and loop for ever.
    mark: the file that the library's constructor writes: it exists once the library has been loaded by anybody.
    uri: of the text.
    text: declares each function; no mistakes.
    """

    library: Path
    mark: Path
    uri: str
    text: str


@pytest.fixture
def playground(compile_library: Callable[..., Path], tmp_path: Path) -> Playground:
    mark = tmp_path / "loaded"
    library = compile_library(SOURCE, "libplay.so", (f'-DMARK="{mark}"',))
    return Playground(library, mark, (tmp_path / "play.ts").as_uri(), TEXT.replace("LIB", str(library)))


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which servers keep their state, so that a person's own is neither read nor written."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A raw conversation with a fresh server, not initialized yet; the person lets every run begin."""
    with Wire([SERVER], replies=dict(ALLOWED)) as conversation:
        yield conversation


@pytest.fixture(scope="session")
def installed() -> Callable[[str], Installed]:
    """`installed(name)` gives a JavaScript runtime, installed now where it is missing."""

    def find(name: str) -> Installed:
        found = RUNTIMES[name].find(cache_folder())
        if isinstance(found, Absent):
            script = Path(__file__).resolve().parents[2] / "scripts" / "install_runtimes.py"
            subprocess.run([sys.executable, str(script), name], check=True, timeout=600)
            found = RUNTIMES[name].find(cache_folder())
        assert not isinstance(found, Absent), found.reason
        return found

    return find


@pytest.fixture
def outcome(installed: Callable[[str], Installed], tmp_path: Path) -> Callable[..., str]:
    """`outcome(name, text)` runs a program on a runtime, and gives what it printed, without colours, or how it failed.

    The program can call `gc()`, but for Bun's.
    """

    def run(name: str, text: str, suffix: str = ".mjs") -> str:
        file = tmp_path / f"program{suffix}"
        file.write_text(text, encoding="utf-8")
        (tmp_path / f"{file.name}.{name}").unlink(missing_ok=True)  # what Porffor made of an earlier text
        try:
            command = RUNTIMES[name].prepare(installed(name), file, tmp_path, False)
        except PreparationError:
            return "does not compile"
        environment = {**os.environ, "NODE_OPTIONS": "--expose-gc", "DENO_V8_FLAGS": "--expose-gc"}
        done = subprocess.run(
            command, capture_output=True, timeout=PROGRAM_SECONDS, check=False, env=environment, cwd=tmp_path
        )
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode("utf-8", "replace"))
        return said if done.returncode == 0 else "fails"

    return run


class Session:
    """One text in one editor."""

    def __init__(self, client: LanguageClient, uri: str, text: str) -> None:
        self.client, self.uri, self.text, self.version = client, uri, text, 1
        self.document = types.TextDocumentIdentifier(uri)

    @property
    def pulls(self) -> bool:
        capabilities = self.client.capabilities
        return bool(capabilities and capabilities.workspace and capabilities.workspace.diagnostics)

    async def open(self) -> list[types.Diagnostic]:
        item = types.TextDocumentItem(self.uri, "typescript", self.version, self.text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.diagnostics()

    async def replace(self, old: str, new: str) -> list[types.Diagnostic]:
        """Type over the first place where `old` stands."""
        at = self.text.index(old)
        span = types.Range(self.position(at), self.position(at + len(old)))
        self.text = self.text.replace(old, new, 1)
        self.version += 1
        name = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = types.TextDocumentContentChangePartial(span, new)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(name, [change]))
        return await self.diagnostics()

    async def diagnostics(self) -> list[types.Diagnostic]:
        if self.pulls:
            report = await self.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(self.document))
            return list(report.items)
        await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return list(self.client.diagnostics[self.uri])

    def edits_of(self, edit: types.WorkspaceEdit | None) -> list[types.TextEdit]:
        """The edits of this text, in the form that the editor understands; VS Code's say which version they are for."""
        assert edit is not None
        if edit.changes is not None:
            return list(edit.changes[self.uri])
        (change,) = edit.document_changes or []
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == self.version
        return [each for each in change.edits if isinstance(each, types.TextEdit)]

    def position(self, offset: int) -> types.Position:
        before = self.text[:offset]
        return types.Position(before.count("\n"), offset - before.rfind("\n") - 1)

    def at(self, word: str) -> types.Position:
        """Behind the first letter of the first place where the word stands."""
        return self.position(self.text.index(word) + 1)


def _make_client() -> LanguageClient:
    """A client that notes what it is asked to ask for again, and what it is asked to watch."""
    client = pytest_lsp.make_test_lsp_client()
    client.refreshed, client.registered = [], []
    for method in (types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_INLAY_HINT_REFRESH):

        def note(_: object, method: str = method) -> None:
            client.refreshed.append(method)

        client.feature(method)(note)

    @client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
    def allow(parameters: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
        return parameters.actions[0] if parameters.actions else None

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(parameters: types.RegistrationParams) -> None:
        client.registered += parameters.registrations

    @client.feature(types.CLIENT_UNREGISTER_CAPABILITY)
    def unregister(parameters: types.UnregistrationParams) -> None:
        gone = {each.id for each in parameters.unregisterations}
        client.registered = [each for each in client.registered if each.id not in gone]

    return client


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[SERVER], client_factory=_make_client), params=EDITORS)
async def client(request: pytest.FixtureRequest, client: LanguageClient) -> Any:
    capabilities = client_capabilities(request.param)
    if request.param == "visual_studio_code":  # pytest-lsp knows it as it was before it could pull
        assert capabilities.text_document is not None
        assert capabilities.workspace is not None
        capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities()
        capabilities.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    answer = await client.initialize_session(types.InitializeParams(capabilities=capabilities))
    client.advertised = answer.capabilities
    yield
    await client.shutdown_session()


@pytest.fixture
def session(client: LanguageClient, playground: Playground) -> Session:
    """The playground's text in an editor; not opened yet."""
    return Session(client, playground.uri, playground.text)

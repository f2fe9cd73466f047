// Runs inside of VS Code's extension host, on a workspace of two folders. Prints "ok" and "not ok" lines for ./run.ts.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

import * as vscode from "vscode";

import type { Api } from "../../src/extension.ts";

const PATIENCE = 60_000;
const LISTED = new Set(process.env.FFI_HOST_TESTS?.split(",").filter(Boolean));
let failures = 0;

/** Wait until a question has an answer other than false, null or undefined. */
async function until<T>(what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const answer = await ask();
    if (answer) {
      return answer;
    }
    await pause(30);
  }
  throw new Error(`timed out: ${what}`);
}

async function test(name: string, body: () => Promise<string | undefined> | Promise<void>): Promise<void> {
  if (LISTED.size > 0 && !LISTED.has(name)) {
    return;
  }
  try {
    console.log(`ok - ${name}${(await body()) ?? ""}`);
  } catch (error) {
    failures++;
    console.log(`not ok - ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

function file(path: string): vscode.Uri {
  const [folder = "", name = ""] = path.split("/");
  const found = vscode.workspace.workspaceFolders?.find((each) => each.name === folder);
  assert.ok(found, `there is no folder ${folder}`);
  return vscode.Uri.joinPath(found.uri, name);
}

/** Show a file in a tab that stays: one that is in preview is forgotten by VS Code when the next comes. */
const show = async (path: string): Promise<vscode.TextEditor> =>
  vscode.window.showTextDocument(file(path), { preview: false });
const findings = (path: string): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(file(path)).filter((each) => each.source === "ffi");
const codes = (path: string): string[] =>
  findings(path).map(({ code }) => String(typeof code === "object" ? code.value : code));

export async function run(): Promise<void> {
  const extension = await until("the extension is known", () => vscode.extensions.getExtension<Api>("ffi-lsp.ffi-lsp"));
  const api = (): Api => extension.exports;

  await test("nothing is active before a JavaScript file is open", async () => {
    assert.equal(extension.isActive, false);
  });

  await test("a JavaScript file without bindings starts no server", async () => {
    await show("one/plain.js");
    await until("it is active", () => extension.isActive);
    assert.equal(api().state(), "idle");
    assert.equal((await vscode.commands.getCommands()).includes("ffi.quickRun"), false);
  });

  await test("typing a call that opens a library starts the server", async () => {
    const begun = performance.now();
    const editor = await show("one/plain.js");
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), 'Porffor.dlopen("libc.so.6", {});\n'));
    assert.equal(api().state(), "starting");
    await until("it runs", () => api().state() === "running");
    await vscode.commands.executeCommand("workbench.action.files.revert");
    return ` # running after ${Math.round(performance.now() - begun)} ms`;
  });

  await test("activation is quick", async () => {
    // As VS Code itself does it: the file is loaded anew and its activate() called, with a context that is thrown away.
    const path = require.resolve(`${extension.extensionPath}/dist/extension.js`);
    const begun = performance.now();
    delete require.cache[path];
    require(path);
    return ` # loaded in ${(performance.now() - begun).toFixed(1)} ms`;
  });

  await test("files of both folders are judged by one server", async () => {
    await show("one/mistake.js");
    await until("FFI201 in one", () => codes("one/mistake.js").includes("FFI201"));
    await show("two/mistake.js");
    await until("FFI101 in two", () => codes("two/mistake.js").includes("FFI101"));
  });

  await test("hovering a declaration tells of the symbol", async () => {
    await show("two/mistake.js");
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      file("two/mistake.js"),
      new vscode.Position(1, 4),
    );
    const texts = hovers.flatMap((hover) =>
      hover.contents.map((each) => (typeof each === "string" ? each : each.value)),
    );
    assert.ok(
      texts.some((text) => text.includes("libc.so.6")),
      texts.join("\n"),
    );
  });

  await test("a rule that is ignored in the settings is silent", async () => {
    const settings = vscode.workspace.getConfiguration("ffi.rules");
    await settings.update("ignore", ["FFI201"], vscode.ConfigurationTarget.Global);
    try {
      await until("FFI201 is gone", () => !codes("one/mistake.js").includes("FFI201"));
    } finally {
      await settings.update("ignore", undefined, vscode.ConfigurationTarget.Global);
    }
    await until("FFI201 is back", () => codes("one/mistake.js").includes("FFI201"));
  });

  await test("a server that dies is started again, but not for ever", async () => {
    const session = await api().session();
    const pid = (): number | undefined => session.client?.serverProcess?.pid;
    for (let crash = 1; crash <= 3; crash++) {
      const before = await until("a server runs", pid);
      process.kill(before, "SIGKILL");
      await until(`another server runs after crash ${crash}`, () => pid() !== undefined && pid() !== before);
      await until("it answers", () => codes("one/mistake.js").includes("FFI201"));
    }
    process.kill(await until("a server runs", pid), "SIGKILL");
    await until("it is given up", () => api().state() === "failed");
  });

  await test("the restart command brings a server back", async () => {
    await vscode.commands.executeCommand("ffi.restartServer");
    assert.equal(api().state(), "running");
    await until("it answers", () => codes("one/mistake.js").includes("FFI201"));
  });

  await test("the libraries of open files are listed with what is wrong", async () => {
    const session = await api().session();
    const libraries = await session.libraries.libraries();
    const symbols = libraries.flatMap((library) => library.symbols.map(({ name, standing }) => `${name} ${standing}`));
    assert.ok(symbols.includes("getpidd missing"), symbols.join(", "));
    assert.ok(symbols.includes("getppid mistaken"), symbols.join(", "));
  });

  await test("the cursor on a use runs the function that it leads to", async () => {
    const editor = await show("one/right.js");
    editor.selection = new vscode.Selection(3, 13, 3, 13);
    const answer = await vscode.commands.executeCommand<{ status: string; symbol: string }>("ffi.runAtCursor");
    assert.deepEqual([answer?.status, answer?.symbol], ["done", "getpid"]);
  });

  await test("the runtimes that were found are listed for a run of the file", async () => {
    const found = await vscode.commands.executeCommand<{ name: string }[]>("ffi.listRuntimes");
    assert.ok(found.some(({ name }) => name === "porffor"));
  });

  await test("what a library exports can be asked for, and declared", async () => {
    const { client } = await api().session();
    const editor = await show("one/right.js");
    const textDocument = { uri: editor.document.uri.toString() };
    const found = await client?.sendRequest<{ symbols: { name: string; declared: boolean }[] }>("ffi/exports", {
      textDocument,
      position: { line: 1, character: 2 },
    });
    assert.ok(found?.symbols.some(({ name, declared }) => name === "getpid" && declared));
    const edit = await client?.sendRequest<never>("ffi/declare", { textDocument, call: 0, symbol: "getppid" });
    const change = await client?.protocol2CodeConverter.asWorkspaceEdit(edit);
    assert.ok(change !== undefined && (await vscode.workspace.applyEdit(change)));
    assert.match(editor.document.getText(), /getppid: \{ parameters: \[\], result: "i32" \}/);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  await test("a server that is set and does not exist is named", async () => {
    const settings = vscode.workspace.getConfiguration("ffi.server");
    const session = await api().session();
    const working = settings.get("path");
    await settings.update("path", "/nowhere/ffi-lsp", vscode.ConfigurationTarget.Global);
    await until("it fails", () => api().state() === "failed");
    await settings.update("path", working, vscode.ConfigurationTarget.Global);
    await until("it runs", () => api().state() === "running");
    assert.equal(session.server?.origin, "setting");
  });

  await test("in deno.json a key that is no setting of ours is marked, and the keys are completed", async () => {
    const place = file("one/settings");
    const settings = vscode.Uri.joinPath(place, "deno.json");
    const text = '{\n  "ffi": { "rules": { "ignored": ["FFI201"], "minSeverity": "fatal" }, "lens": {  } }\n}\n';
    await vscode.workspace.fs.writeFile(settings, new TextEncoder().encode(text));
    const { document } = await vscode.window.showTextDocument(settings, { preview: false });
    const marked = (): string[] =>
      vscode.languages
        .getDiagnostics(settings)
        .filter((each) => each.source !== "ffi")
        .map(({ range, message }) => `${document.getText(range)}: ${message}`);
    await until("the JSON language features judge it", () => marked().length > 0);
    assert.equal(marked().length, 2, marked().join("\n"));
    assert.match(marked().join("\n"), /^"ignored": .*not allowed/m);
    assert.match(marked().join("\n"), /^"fatal": .*"hint", "information", "warning", "error"/m);
    const offeredAt = async (offset: number): Promise<string[]> => {
      const found = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        settings,
        document.positionAt(offset),
      );
      return found.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    };
    assert.deepEqual(await offeredAt(text.indexOf('"lens": { ') + 10), ["enabled"]);
    const severities = (await offeredAt(text.indexOf('"fatal"') + 1)).map((label) => label.replaceAll('"', ""));
    assert.deepEqual(severities.sort(), ["error", "hint", "information", "warning"]);
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await vscode.workspace.fs.delete(place, { recursive: true });
  });

  await test("a folder that is removed takes its findings along and brings them back", async () => {
    const folder = vscode.workspace.workspaceFolders?.[1];
    assert.equal(folder?.name, "two");
    await show("one/mistake.js");
    const unopened = file("two/unopened.js");
    const inTwo = (): number => vscode.languages.getDiagnostics(unopened).length;
    await until("the file is judged that nobody opened", () => inTwo() > 0);
    assert.ok(vscode.workspace.updateWorkspaceFolders(1, 1));
    await until("there is one folder", () => vscode.workspace.workspaceFolders?.length === 1);
    await until("its findings are gone", () => inTwo() === 0);
    assert.ok(codes("one/mistake.js").includes("FFI201"));
    assert.ok(vscode.workspace.updateWorkspaceFolders(1, 0, { uri: folder.uri, name: folder.name }));
    await until("they are back", () => vscode.workspace.workspaceFolders?.length === 2 && inTwo() > 0);
    assert.equal(api().state(), "running");
  });

  await test("a folder that is deleted from the disk while a file of it is open leaves the server at work", async () => {
    const { document } = await show("two/mistake.js");
    await until("the file is judged", () => codes("two/mistake.js").length > 0);
    await vscode.workspace.fs.delete(file("two/"), { recursive: true });
    const editor = await show("one/mistake.js");
    await editor.edit((edit) => edit.replace(new vscode.Range(0, 8, 0, 15), "getpid"));
    await editor.edit((edit) => edit.replace(new vscode.Range(1, 2, 1, 9), "getpid"));
    await until("an edit elsewhere is judged", () => !codes("one/mistake.js").includes("FFI201"));
    assert.equal(api().state(), "running");
    assert.ok(document.getText().includes("getppid"));
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  if (failures > 0) {
    throw new Error(`${failures} failed`);
  }
}

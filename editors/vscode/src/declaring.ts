// Writing declarations: of a symbol that the library exports, and of another dialect.

import * as vscode from "vscode";

import type { WorkspaceEdit } from "vscode-languageclient/node";

import type { Session } from "./session.ts";

/** How many actions VS Code asks the server to complete with their edits. */
const MOST_RESOLVED = 20;

/** The answer to `ffi/exports`: what the library that a place in a text is about exports. */
interface Exports {
  /** Which call of the text opens it, from 0. */
  readonly call: number;
  /** The library as it is written. */
  readonly library: string;
  readonly symbols: readonly { readonly name: string; readonly declared: boolean }[];
}

/** Pick one of the library's symbols and declare it where the cursor's library is opened. */
export async function declareFromLibrary(session: Session): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const client = session.client;
  if (editor === undefined || client === undefined) {
    void vscode.window.showInformationMessage("Open the file first, with the cursor where the library is opened.");
    return;
  }
  const textDocument = { uri: editor.document.uri.toString() };
  const position = client.code2ProtocolConverter.asPosition(editor.selection.active);
  const exports = await client.sendRequest<Exports | null>("ffi/exports", { textDocument, position });
  if (exports === null) {
    void vscode.window.showInformationMessage("This file opens no library that could be read.");
    return;
  }
  const free = exports.symbols.filter(({ declared }) => !declared).map(({ name }) => name);
  const placeHolder = `Declare one of ${free.length.toLocaleString("en")} symbols of ${exports.library}`;
  const symbol = await vscode.window.showQuickPick(free, { placeHolder });
  if (symbol === undefined) {
    return;
  }
  try {
    const edit = await client.sendRequest<WorkspaceEdit>("ffi/declare", { textDocument, call: exports.call, symbol });
    const change = await client.protocol2CodeConverter.asWorkspaceEdit(edit);
    if (!(await vscode.workspace.applyEdit(change))) {
      void vscode.window.showWarningMessage(`${symbol} was not declared: the text changed meanwhile.`);
    }
  } catch (error) {
    void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
  }
}

/** Write the declarations at the cursor as another runtime wants them; the server says which. */
export async function convertToDialect(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return;
  }
  const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    editor.document.uri,
    editor.selection,
    "refactor.rewrite",
    MOST_RESOLVED,
  );
  const actions = found.filter((action) => action.edit !== undefined && /^Convert\b/.test(action.title));
  if (actions.length === 0) {
    void vscode.window.showInformationMessage("Put the cursor on a call that opens a library: there is none here.");
    return;
  }
  const items = actions.map((action) => ({ label: action.title, edit: action.edit }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: "Write these declarations for" });
  if (picked?.edit !== undefined) {
    await vscode.workspace.applyEdit(picked.edit);
  }
}

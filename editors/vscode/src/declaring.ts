// Writing declarations: of a symbol that the library exports, and of another dialect.

import * as vscode from "vscode";

import type { Session } from "./session.ts";

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
  const edit = await client.sendRequest<never>("ffi/declare", { textDocument, call: exports.call, symbol });
  const change = await client.protocol2CodeConverter.asWorkspaceEdit(edit);
  if (change === undefined || !(await vscode.workspace.applyEdit(change))) {
    void vscode.window.showWarningMessage(`${symbol} was not declared: the text changed meanwhile.`);
  }
}

/** Write the declarations at the cursor as another runtime wants them; the server offers which. */
export async function convertToDialect(): Promise<void> {
  await vscode.commands.executeCommand("editor.action.codeAction", {
    kind: "refactor.rewrite.ffi",
    apply: "never",
  });
}

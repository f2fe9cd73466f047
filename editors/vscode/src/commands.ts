// What the commands of the palette do. The server's own commands, which lenses call, have names of their own.

import * as vscode from "vscode";

import type { CompareAnswer, FileAnswer, RunAnswer, RuntimeAnswer } from "./answers.ts";
import { convertToDialect, declareFromLibrary } from "./declaring.ts";
import type { CommandName } from "./extension.ts";
import { addPorfforTypes } from "./porffor-types.ts";
import { showComparison, showFile } from "./report.ts";
import type { Session } from "./session.ts";

export type Command = (session: Session, given: readonly unknown[]) => unknown;

export const commands: Record<CommandName, Command> = {
  addPorfforTypes,
  cancelRuns: (session) => execute(session, "ffi.cancelRun"),
  compareFileOnRuntimes,
  convertToDialect,
  declareFromLibrary,
  forgetConsent: (session) => execute(session, "ffi.resetConsent"),
  openReport,
  refreshLibraries: (session) => session.libraries.refresh(),
  restartServer: (session) => session.restart("a person asked for it"),
  runAtCursor,
  runFileOnRuntime,
  showActions,
  showLog: (session) => session.log.show(),
};

/** Let the server carry out one of its commands; undefined, after a word about it, where none runs. */
async function execute<Answer>(session: Session, command: string, argument?: object): Promise<Answer | undefined> {
  if (session.client === undefined) {
    void vscode.window.showWarningMessage("The FFI server is not running.", "Restart").then((choice) => {
      if (choice !== undefined) {
        void session.restart("a person asked for it");
      }
    });
    return undefined;
  }
  return vscode.commands.executeCommand<Answer>(command, ...(argument === undefined ? [] : [argument]));
}

/** Run the function whose declaration or use the cursor is on. */
async function runAtCursor(session: Session): Promise<RunAnswer | undefined> {
  const editor = vscode.window.activeTextEditor;
  const lens = editor === undefined ? undefined : await lensAt(editor.document.uri, editor.selection.active);
  if (lens?.command === undefined) {
    void vscode.window.showInformationMessage("The cursor is on no declared function that can be run.");
    return undefined;
  }
  const [argument] = lens.command.arguments ?? [];
  return execute(session, lens.command.command, argument);
}

/** The lens that runs what stands at a place: the one of this line, else the one of the declaration it leads to. */
async function lensAt(uri: vscode.Uri, place: vscode.Position): Promise<vscode.CodeLens | undefined> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri, 1000);
  const ours = found.filter((lens) => lens.command?.command === "ffi.quickRun");
  const on = (line: number): vscode.CodeLens | undefined => ours.find((lens) => lens.range.start.line === line);
  const here = on(place.line);
  if (here !== undefined) {
    return here;
  }
  const definitions = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
    "vscode.executeDefinitionProvider",
    uri,
    place,
  );
  for (const definition of definitions) {
    const [target, range] =
      "targetUri" in definition ? [definition.targetUri, definition.targetRange] : [definition.uri, definition.range];
    const lens = target.toString() === uri.toString() ? on(range.start.line) : undefined;
    if (lens !== undefined) {
      return lens;
    }
  }
  return undefined;
}

/** Run the file in front on a runtime that the person picks, and show what it printed. */
async function runFileOnRuntime(session: Session, [given]: readonly unknown[]): Promise<void> {
  const uri = fileInFront();
  const runtime = typeof given === "string" ? given : await pickRuntime(session);
  if (uri === undefined || runtime === undefined) {
    return;
  }
  const answer = await execute<FileAnswer>(session, "ffi.runFile", { uri, runtime });
  if (answer?.runtime !== undefined) {
    showFile(answer, uri);
  }
}

async function pickRuntime(session: Session): Promise<string | undefined> {
  const found = (await execute<RuntimeAnswer[]>(session, "ffi.listRuntimes")) ?? [];
  const items = found.map((runtime) => ({
    label: runtime.name,
    description: runtime.version ?? "not installed",
    detail: runtime.installed ? "" : [runtime.reason, runtime.remedy].filter(Boolean).join("; "),
    installed: runtime.installed,
  }));
  items.sort((one, other) => Number(other.installed) - Number(one.installed));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: "Run this file on" });
  if (picked?.installed === false) {
    void vscode.window.showInformationMessage(`${picked.label} is not installed: ${picked.detail}`);
    return undefined;
  }
  return picked?.label;
}

/** Run the file in front on every runtime that there is, and show how they compare. */
async function compareFileOnRuntimes(session: Session): Promise<CompareAnswer | undefined> {
  const uri = fileInFront();
  if (uri === undefined) {
    return undefined;
  }
  const answer = await execute<CompareAnswer>(session, "ffi.compareRuntimes", { uri });
  if (answer?.programs?.length) {
    showComparison(answer);
  }
  return answer;
}

/** Show the report on the last run: the one in memory with its chart, else the document that the server kept. */
async function openReport(session: Session): Promise<unknown> {
  if (session.reports.showLast()) {
    return undefined;
  }
  const uri = fileInFront();
  return uri && execute(session, "ffi.showReport", { uri });
}

function fileInFront(): string | undefined {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) {
    void vscode.window.showInformationMessage("Open the file first: no text is in front.");
  }
  return document?.uri.toString();
}

/** What a click on the status item offers. */
async function showActions(session: Session): Promise<void> {
  const { server } = session;
  const about = server === undefined ? "" : `${server.version}, ${server.program}`;
  const items: (vscode.QuickPickItem & { command: string })[] = [
    { label: "$(output) Show the server's log", command: "ffi.showLog" },
    { label: "$(refresh) Restart the server", description: about, command: "ffi.restartServer" },
    { label: "$(warning) Show problems", command: "workbench.actions.view.problems" },
    { label: "$(library) Show native libraries", command: "ffi.libraries.focus" },
    { label: "$(graph) Show the last report", command: "ffi.openReport" },
    { label: "$(trash) Forget answers about runs", command: "ffi.forgetConsent" },
    { label: "$(gear) Open settings", command: "workbench.action.openSettings" },
  ];
  if (!vscode.workspace.isTrusted) {
    items.unshift({
      label: "$(shield) Trust this workspace",
      description: "until then nothing runs",
      command: "workbench.trust.manage",
    });
  }
  const picked = await vscode.window.showQuickPick(items, { placeHolder: `FFI server: ${session.state}` });
  if (picked !== undefined) {
    const words = picked.command.endsWith("openSettings") ? ["@ext:ffi-lsp.ffi-lsp"] : [];
    await vscode.commands.executeCommand(picked.command, ...words);
  }
}

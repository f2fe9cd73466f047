// What a person sees while the private server is made, and where no server could be found or made.

import { join } from "node:path";

import * as vscode from "vscode";

import type { Recipe, Report } from "./server/environment.ts";
import { CalledOffError, EnvironmentError, NoPythonError } from "./server/failures.ts";
import { SettingError } from "./server/find.ts";
import type { Session } from "./session.ts";

/** How the private environment of this extension is made. */
export function recipeOf(context: vscode.ExtensionContext): Recipe {
  return {
    storage: context.globalStorageUri.fsPath,
    wheels: join(context.extensionPath, "wheels"),
    version: context.extension.packageJSON.version,
    python: vscode.workspace.getConfiguration("ffi").get("server.python", "").trim(),
  };
}

/** Do a long piece of work, shown with its steps and a way to call it off. */
export function prepareWithProgress(work: (report: Report, signal?: AbortSignal) => Promise<string>): Promise<string> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: "Preparing the FFI language server (once)",
    cancellable: true,
  };
  return Promise.resolve(
    vscode.window.withProgress(options, (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return work((message) => progress.report({ message }), controller.signal);
    }),
  );
}

/** Show why no server runs, with buttons for what can be done. */
export async function tellFailure(error: unknown, session: Session): Promise<void> {
  if (error instanceof EnvironmentError && error.command !== "") {
    session.log.error(`failed: ${error.command}`);
  }
  const { showErrorMessage, showInformationMessage } = vscode.window;
  const tell = error instanceof CalledOffError ? showInformationMessage : showErrorMessage;
  const chosen = await tell(sentence(error), ...buttonsFor(error));
  await chosen?.press(session);
}

interface Button extends vscode.MessageItem {
  readonly press: (session: Session) => unknown;
}

const AGAIN: Button = { title: "Try Again", press: (session) => session.restart("a person asked for it") };
const LOG: Button = { title: "Show Log", press: (session) => session.log.show() };
const CHOOSE: Button = { title: "Choose Python...", press: choosePython };
const GET: Button = {
  title: "Get Python",
  press: () => vscode.env.openExternal(vscode.Uri.parse("https://www.python.org/downloads/")),
};
const SETTING: Button = {
  title: "Open Setting",
  press: () => vscode.commands.executeCommand("workbench.action.openSettings", "ffi.server"),
};

function buttonsFor(error: unknown): Button[] {
  if (error instanceof NoPythonError) {
    return [CHOOSE, GET, AGAIN];
  }
  if (error instanceof SettingError) {
    return [SETTING, AGAIN];
  }
  return error instanceof CalledOffError ? [AGAIN] : [AGAIN, LOG];
}

function sentence(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof CalledOffError) {
    return why;
  }
  if (error instanceof NoPythonError || error instanceof SettingError) {
    return `The FFI language server cannot be started. ${why}`;
  }
  return error instanceof EnvironmentError
    ? `The FFI language server could not be installed: ${why}`
    : `The FFI language server did not start: ${why}`;
}

async function choosePython(): Promise<void> {
  const chosen = await vscode.window.showOpenDialog({ title: "A Python, 3.11 or newer", openLabel: "Use This Python" });
  const file = chosen?.[0];
  if (file !== undefined) {
    // The session hears of the changed setting and starts again.
    await vscode.workspace
      .getConfiguration("ffi")
      .update("server.python", file.fsPath, vscode.ConfigurationTarget.Global);
  }
}

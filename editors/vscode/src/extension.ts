// What VS Code loads: looks at texts, and loads the language client once one of them may open a native library.

import * as vscode from "vscode";

import { hasEntryWord, LANGUAGES, mayOpenLibrary } from "./look.ts";
import type { Session, State } from "./session.ts";

/** What the extension gives to those who ask VS Code for it. */
export interface Api {
  /** How far the server is; "idle" until a text may open a native library. */
  state(): State;
  /** The running session, which is begun where there is none. */
  session(): Promise<Session>;
}

/** Each command of the palette; what it does is in ./commands, which is loaded with the language client. */
const COMMANDS = [
  "addPorfforTypes",
  "cancelRuns",
  "compareFileOnRuntimes",
  "convertToDialect",
  "declareFromLibrary",
  "forgetConsent",
  "openReport",
  "refreshLibraries",
  "restartServer",
  "runAtCursor",
  "runFileOnRuntime",
  "showActions",
  "showLog",
] as const;

export type CommandName = (typeof COMMANDS)[number];

let stop: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): Api {
  let begun: Promise<Session> | undefined;
  let session: Session | undefined;
  const log = vscode.window.createOutputChannel("FFI", { log: true });
  context.subscriptions.push(log);

  const load = async (): Promise<Session> => {
    const { Session } = await import("./session.js" as "./session.ts");
    const made = new Session(context, log);
    session = made;
    stop = () => made.dispose();
    await made.start();
    return made;
  };
  const begin = (): Promise<Session> => {
    begun = begun ?? load();
    return begun;
  };
  const look = (document: vscode.TextDocument): void => {
    if (begun === undefined && isOurs(document) && mayOpenLibrary(document.getText())) {
      log.info(`${vscode.workspace.asRelativePath(document.uri)} may open a native library: starting the server`);
      void begin();
    }
  };

  vscode.workspace.textDocuments.forEach(look);
  context.subscriptions.push(
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      // A whole text is searched only where one of the lines that changed gives a reason.
      if (begun === undefined && isOurs(document) && contentChanges.some((change) => tells(document, change))) {
        look(document);
      }
    }),
    ...COMMANDS.map((name) =>
      vscode.commands.registerCommand(`ffi.${name}`, async (...given: unknown[]) => (await begin()).run(name, given)),
    ),
  );
  return { state: () => session?.state ?? (begun === undefined ? "idle" : "starting"), session: begin };
}

/** VS Code waits a moment for the server to end. */
export function deactivate(): Promise<void> | undefined {
  return stop?.();
}

function isOurs(document: vscode.TextDocument): boolean {
  return (LANGUAGES as readonly string[]).includes(document.languageId);
}

function tells(document: vscode.TextDocument, change: vscode.TextDocumentContentChangeEvent): boolean {
  return hasEntryWord(change.text) || hasEntryWord(document.lineAt(change.range.start.line).text);
}

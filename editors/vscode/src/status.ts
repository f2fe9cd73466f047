// The item in the status bar: what the server does, and how many findings the open texts have.

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import { LANGUAGES, mayOpenLibrary } from "./look.ts";
import type { State } from "./session.ts";

/** What the server says of itself in the notification `ffi/status`. */
interface ServerStatus {
  readonly state: string;
  readonly message?: string | null;
}

const ICONS: Record<State, string> = {
  idle: "$(circle-outline)",
  starting: "$(sync~spin)",
  running: "$(check)",
  stopped: "$(circle-slash)",
  failed: "$(error)",
};

/** The status of one window; it is shown while a text with bindings is in front. */
export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("ffi.status", vscode.StatusBarAlignment.Right, 10);
  readonly #subscriptions: vscode.Disposable[];
  #state: State = "idle";
  #why = "";
  #said: ServerStatus | undefined;

  constructor() {
    this.#item.name = "FFI";
    this.#item.command = "ffi.showActions";
    this.#subscriptions = [
      this.#item,
      vscode.window.onDidChangeActiveTextEditor(() => this.#draw()),
      vscode.languages.onDidChangeDiagnostics(() => this.#draw()),
    ];
  }

  /** Listen to what a client's server says of itself. */
  follow(client: LanguageClient): void {
    client.onNotification("ffi/status", (said: ServerStatus) => {
      this.#said = said;
      this.#draw();
    });
  }

  /** Show how far the server is. */
  show(state: State, why = ""): void {
    this.#state = state;
    this.#why = why;
    if (state !== "running") {
      this.#said = undefined;
    }
    this.#draw();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #draw(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !isAboutBindings(document)) {
      this.#item.hide();
      return;
    }
    const { text, tooltip, problems } = this.#words(document);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor =
      this.#state === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.#item.accessibilityInformation = { label: `FFI: ${problems === 0 ? this.#state : tooltip}` };
    this.#item.show();
  }

  #words(document: vscode.TextDocument): { text: string; tooltip: string; problems: number } {
    const problems = findings(vscode.languages.getDiagnostics(document.uri));
    const said = this.#said;
    if (this.#state === "running" && said !== undefined && said.state === "indexing") {
      return { text: "$(sync~spin) FFI: indexing", tooltip: said.message ?? "reading libraries and headers", problems };
    }
    if (this.#state === "running" && problems > 0) {
      const everywhere = findings(vscode.languages.getDiagnostics().flatMap(([, found]) => found));
      return { text: `$(warning) FFI: ${problems}`, tooltip: `${problems} here, ${everywhere} in all files`, problems };
    }
    const tooltip = this.#why || said?.message || (this.#state === "running" ? "ready, no findings" : this.#state);
    return { text: `${ICONS[this.#state]} FFI`, tooltip, problems };
  }
}

function isAboutBindings(document: vscode.TextDocument): boolean {
  return (LANGUAGES as readonly string[]).includes(document.languageId) && mayOpenLibrary(document.getText());
}

function findings(diagnostics: readonly vscode.Diagnostic[]): number {
  return diagnostics.filter((diagnostic) => diagnostic.source === "ffi").length;
}

// The view of the workspace's native libraries: what is declared of each, what is missing, what does not fit.

import * as vscode from "vscode";
import type { LanguageClient, Range } from "vscode-languageclient/node";

import type { Session } from "./session.ts";

/** How a declaration stands to its library; the server decides. */
export type Standing = "right" | "missing" | "mismatching" | "mistaken" | "unknown";

/** One declaration, as the server's answer to `ffi/libraries` has it. */
export interface DeclaredSymbol {
  readonly name: string;
  readonly uri: string;
  readonly range: Range;
  readonly standing: Standing;
  /** The first finding on it, or what it is declared as. */
  readonly detail: string;
}

/** One library, as the server's answer to `ffi/libraries` has it. */
export interface NativeLibrary {
  /** As it is written in the source. */
  readonly name: string;
  /** The file that the name leads to, or null. */
  readonly file: string | null;
  /** What is known of the file, or why there is none. */
  readonly detail: string;
  readonly symbols: readonly DeclaredSymbol[];
}

type Node = NativeLibrary | DeclaredSymbol;

const ICONS: Record<Standing, vscode.ThemeIcon> = {
  right: new vscode.ThemeIcon("pass", new vscode.ThemeColor("testing.iconPassed")),
  missing: new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground")),
  mismatching: new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground")),
  mistaken: new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground")),
  unknown: new vscode.ThemeIcon("question"),
};
/** Milliseconds of silence after an edit before the view asks anew. */
const DELAY = 400;

/** The view "Native Libraries". */
export class LibrariesView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #session: Session;
  readonly #subscriptions: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#subscriptions = [
      vscode.window.createTreeView("ffi.libraries", { treeDataProvider: this, showCollapseAll: true }),
      this.#changed,
      vscode.languages.onDidChangeDiagnostics(() => this.refresh()),
      vscode.workspace.onDidCloseTextDocument(() => this.refresh()),
    ];
  }

  /** Ask anew where the server starts over. */
  follow(client: LanguageClient): void {
    client.onDidChangeState(() => this.refresh());
  }

  /** Ask the server anew, soon. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.fire(undefined), DELAY);
  }

  /** What the server knows; empty where none runs. */
  async libraries(): Promise<NativeLibrary[]> {
    return (await this.#session.client?.sendRequest<NativeLibrary[]>("ffi/libraries", {})) ?? [];
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node !== undefined) {
      return "symbols" in node ? [...node.symbols] : [];
    }
    return this.libraries();
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return "symbols" in node ? libraryItem(node) : symbolItem(node);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }
}

function isWrong(symbol: DeclaredSymbol): boolean {
  return symbol.standing !== "right" && symbol.standing !== "unknown";
}

function libraryItem(library: NativeLibrary): vscode.TreeItem {
  const wrong = library.symbols.filter(isWrong).length;
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(library.name || '""', wrong > 0 ? Expanded : Collapsed);
  item.description = `${library.symbols.length} declared${wrong > 0 ? `, ${wrong} wrong` : ""}`;
  item.tooltip = [library.file, library.detail].filter(Boolean).join("\n");
  item.iconPath = new vscode.ThemeIcon(library.file === null ? "circle-slash" : "library");
  item.contextValue = library.file === null ? "absentLibrary" : "library";
  return item;
}

function symbolItem(symbol: DeclaredSymbol): vscode.TreeItem {
  const item = new vscode.TreeItem(symbol.name, vscode.TreeItemCollapsibleState.None);
  item.description = symbol.standing === "right" ? symbol.detail : symbol.standing;
  item.tooltip = symbol.detail;
  item.iconPath = ICONS[symbol.standing];
  const { start, end } = symbol.range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  item.command = {
    title: "Show Declaration",
    command: "vscode.open",
    arguments: [vscode.Uri.parse(symbol.uri), { selection } satisfies vscode.TextDocumentShowOptions],
  };
  return item;
}

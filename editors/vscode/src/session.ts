// The server's life: found, started, started again after a crash or a change of what it depends on, stopped.

import * as vscode from "vscode";
import { State as ClientState, CloseAction, type LanguageClient } from "vscode-languageclient/node";

import { makeClient } from "./client.ts";
import { commands } from "./commands.ts";
import { CrashLimit } from "./crashes.ts";
import type { CommandName } from "./extension.ts";
import { LibrariesView } from "./libraries.ts";
import { ReportMemory } from "./memory.ts";
import { prepareWithProgress, recipeOf, tellFailure } from "./preparing.ts";
import { CalledOffError } from "./server/failures.ts";
import { findServer, type Server } from "./server/find.ts";
import { contributedKeys } from "./settings.ts";
import { StatusItem } from "./status.ts";

export type State = "idle" | "starting" | "running" | "stopped" | "failed";

const FORGIVEN_CRASHES = 3;
const CRASH_MEMORY = 180_000;
/** Milliseconds that the server has to say goodbye. */
const FAREWELL = 5_000;

/** One window's server and all that shows it. */
export class Session implements vscode.Disposable {
  state: State = "starting";
  /** What was started last; undefined where none was found. */
  server: Server | undefined;
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly status: StatusItem;
  readonly libraries: LibrariesView;
  readonly reports = new ReportMemory();
  readonly #crashes = new CrashLimit(FORGIVEN_CRASHES, CRASH_MEMORY);
  readonly #keys: readonly string[];
  readonly #watchers: vscode.Disposable[];
  #client: LanguageClient | undefined;
  #change: Promise<void> = Promise.resolve();

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.context = context;
    this.log = log;
    this.#keys = contributedKeys(context.extension.packageJSON);
    void vscode.commands.executeCommand("setContext", "ffi.active", true);
    this.status = new StatusItem();
    this.libraries = new LibrariesView(this);
    this.#watchers = [
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.restart("the workspace is trusted now")),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("ffi.server")) {
          void this.restart("the settings of the server changed");
        }
      }),
    ];
  }

  /** The client of the running server; undefined where none runs. */
  get client(): LanguageClient | undefined {
    return this.state === "running" ? this.#client : undefined;
  }

  /** Find and start the server. Never rejects: what went wrong is shown, with what can be done. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  /** Stop the server, look for one anew and start it. */
  restart(why: string): Promise<void> {
    this.#crashes.reset();
    return this.#inTurn(async () => {
      this.log.info(`starting the server again: ${why}`);
      await this.#stop();
      await this.#start();
    });
  }

  /** Carry out a command of the palette. */
  run(name: CommandName, given: readonly unknown[]): unknown {
    return commands[name](this, given);
  }

  dispose(): Promise<void> {
    vscode.Disposable.from(...this.#watchers, this.status, this.libraries).dispose();
    return this.#inTurn(() => this.#stop());
  }

  /** One change of state at a time, in the order in which they were asked for. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    this.#change = this.#change.then(change, change);
    return this.#change;
  }

  async #start(): Promise<void> {
    this.#become("starting");
    try {
      this.server = await findServer({
        setting: vscode.workspace.getConfiguration("ffi").get("server.path", "").trim(),
        trusted: vscode.workspace.isTrusted,
        folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
        recipe: recipeOf(this.context),
        prepare: prepareWithProgress,
        note: (line) => this.log.info(line),
      });
      const { program, origin, version } = this.server;
      this.log.info(`server ${version}: ${program} (${origin})`);
      this.#client = this.#makeClient(program);
      await this.#client.start();
    } catch (error) {
      this.#become(
        error instanceof CalledOffError ? "stopped" : "failed",
        error instanceof Error ? error.message : String(error),
      );
      this.log.error(error instanceof Error ? error : String(error));
      void tellFailure(error, this);
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.dispose(FAREWELL).catch((error: unknown) => this.log.warn(`the server did not end well: ${error}`));
    this.#become("stopped");
  }

  #makeClient(program: string): LanguageClient {
    const { log, reports } = this;
    const client = makeClient(program, { keys: this.#keys, log, reports, onClosed: () => this.#closed() });
    client.onDidChangeState(({ newState }) => {
      if (client === this.#client && newState === ClientState.Running) {
        this.#become("running");
      }
    });
    this.status.follow(client);
    this.libraries.follow(client);
    return client;
  }

  #closed(): { action: CloseAction; handled: true } {
    const again = this.#crashes.forgives(Date.now());
    this.log.error(again ? "the server ended by itself; starting it again" : "the server keeps ending by itself");
    if (again) {
      this.#become("starting");
      return { action: CloseAction.Restart, handled: true };
    }
    this.#become("failed", "The server ended by itself too often.");
    const often = `The FFI server ended by itself ${FORGIVEN_CRASHES + 1} times within three minutes and is left alone.`;
    void vscode.window.showErrorMessage(often, "Restart", "Show Log").then((choice) => {
      if (choice !== undefined) {
        void this.run(choice === "Restart" ? "restartServer" : "showLog", []);
      }
    });
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  #become(state: State, why?: string): void {
    this.state = state;
    this.status.show(state, why);
    this.libraries.refresh();
  }
}

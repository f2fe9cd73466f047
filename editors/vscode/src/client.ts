// The language client: what it tells the server, and where it does something of its own with an answer.

import * as vscode from "vscode";
import {
  type CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";

import { askInDialogs } from "./asking.ts";
import { waitForDeclarations } from "./completing.ts";
import { LANGUAGES } from "./look.ts";
import type { ReportMemory } from "./memory.ts";
import { explicitSettings } from "./settings.ts";

export interface Surroundings {
  /** The settings that the extension contributes. */
  readonly keys: readonly string[];
  readonly log: vscode.LogOutputChannel;
  readonly reports: ReportMemory;
  /** Decides what follows when the server has ended by itself. */
  readonly onClosed: () => { action: CloseAction; handled: true };
}

/** A broken message is forgiven so often in a row. */
const FORGIVEN_ERRORS = 3;

/** A client for a server's program; not started yet. */
export function makeClient(program: string, surroundings: Surroundings): LanguageClient {
  const { keys, log, onClosed } = surroundings;
  const options: LanguageClientOptions = {
    documentSelector: LANGUAGES.map((language) => ({ language })),
    diagnosticCollectionName: "ffi",
    outputChannel: log,
    traceOutputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: () => explicitSettings(keys),
    initializationFailedHandler: () => false,
    middleware: middleware(surroundings),
    errorHandler: {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= FORGIVEN_ERRORS ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: onClosed,
    },
  };
  const client = new LanguageClient("ffi", "FFI", { command: program, args: ["--stdio"] }, options);
  askInDialogs(client);
  // Tells the server, in clients of whatever name, that its notification `ffi/status` is understood.
  client.registerFeature({
    fillClientCapabilities: (capabilities) => {
      capabilities.experimental = { ...capabilities.experimental, ffiStatus: true };
    },
    initialize: () => undefined,
    getState: () => ({ kind: "static" }),
    clear: () => undefined,
  });
  return client;
}

function middleware({ keys, reports }: Surroundings): Middleware {
  return {
    provideCompletionItem: waitForDeclarations,
    executeCommand: async (command, given, next) => {
      if (command === "ffi.showReport" && reports.show(given)) {
        return undefined;
      }
      const answer = await next(command, given);
      reports.remember(command, given, answer);
      return answer;
    },
    window: {
      // A report is meant to be read, not to be edited.
      showDocument: async (params, token, next) => {
        if (!params.uri.endsWith(".md")) {
          return next(params, token);
        }
        await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.parse(params.uri));
        return { success: true };
      },
    },
    workspace: {
      // The server asks for the section "ffi", and hears what a person set rather than every default.
      configuration: (params, token, next) =>
        Promise.all(
          params.items.map(async (item) =>
            item.section === "ffi"
              ? explicitSettings(keys, item.scopeUri ? vscode.Uri.parse(item.scopeUri) : undefined)
              : ([await next({ items: [item] }, token)].flat()[0] ?? null),
          ),
        ),
    },
  };
}

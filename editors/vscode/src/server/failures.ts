// What can go wrong before a server runs, in words that tell a person what to do.

import { lastWords, type Outcome } from "./execute.ts";

/** No Python was found that could run the server. */
export class NoPythonError extends Error {}

/** The environment could not be made. */
export class EnvironmentError extends Error {
  /** What was run, for the log; empty where nothing was. */
  readonly command: string;

  constructor(message: string, command = "") {
    super(message);
    this.command = command;
  }
}

/** The person called the preparation off. */
export class CalledOffError extends Error {
  constructor() {
    super("The FFI language server was not installed: it was called off.");
  }
}

/** What pip and uv print where no index answers; a closed port, no name, no route, a proxy that refuses. */
const NO_NETWORK =
  /connection broken|NewConnectionError|ConnectTimeout|Could not resolve|dns error|error sending request|timed out/i;

/** Why an environment could not be made, from what `python -m venv` or uv said. */
export function whyNoEnvironment(outcome: Outcome): string {
  // Debian and Ubuntu ship Python without venv; the remedy stands in the middle of what it prints.
  const remedy = /^\s+(apt install \S+)\s*$/m.exec(outcome.stdout + outcome.stderr)?.[1];
  return remedy === undefined ? lastWords(outcome) : `this Python comes without venv; "sudo ${remedy}" adds it.`;
}

/** Why the server could not be installed into its environment, from what pip or uv said. */
export function whyNotInstalled(outcome: Outcome): string {
  const unreachable = outcome.failure === undefined && NO_NETWORK.test(outcome.stdout + outcome.stderr);
  return unreachable ? "the package index could not be reached." : lastWords(outcome);
}

// Runs a program to its end, without a shell, within a time limit.

import { execFile } from "node:child_process";

export interface Outcome {
  /** The exit code; null where the program could not be started, or was ended by the time limit. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no exit code. */
  readonly failure?: string;
}

export interface Limits {
  /** Milliseconds until the program is ended. */
  readonly timeout: number;
  readonly cwd?: string;
  /** Ends the program when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** Run a program. Never rejects: what went wrong is part of the outcome. */
export function execute(program: string, words: readonly string[], limits: Limits): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, [...words], { ...limits, windowsHide: true, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ code: 0, stdout, stderr });
      } else if (typeof error.code === "number") {
        resolve({ code: error.code, stdout, stderr });
      } else {
        const failure = error.killed ? `it did not end within ${limits.timeout / 1000} s` : error.message;
        resolve({ code: null, stdout, stderr, failure });
      }
    });
  });
}

/** What a program said last, for a person who wants to know why it failed. */
export function lastWords(outcome: Outcome): string {
  const lines = (outcome.stderr.trim() || outcome.stdout.trim()).split("\n");
  return outcome.failure ?? lines.at(-1)?.trim() ?? `exit code ${outcome.code}`;
}

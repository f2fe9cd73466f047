// Versions of the server, and whether one fits this extension.

import { execute } from "./execute.ts";

/** Milliseconds for `ffi-lsp --version`, which takes a tenth of a second on a quiet machine. */
const PATIENCE = 20_000;

/** The version in what `ffi-lsp --version` prints; undefined where it is something else. */
export function parseVersion(printed: string): string | undefined {
  return /^ffi-lsp (\d+\.\d+\.\d+\S*)/.exec(printed)?.[1];
}

/**
 * Whether a server of one version speaks what an extension of another version expects: they agree in everything but
 * the last number, and the server is not older.
 */
export function fits(server: string, extension: string): boolean {
  const [major, minor, patch = 0] = numbers(server);
  const [ownMajor, ownMinor, ownPatch = 0] = numbers(extension);
  return major === ownMajor && minor === ownMinor && patch >= ownPatch;
}

/** Ask a program for its version; undefined where it is no ffi-lsp, or does not run. */
export async function versionOf(program: string): Promise<string | undefined> {
  const outcome = await execute(program, ["--version"], { timeout: PATIENCE });
  return outcome.code === 0 ? parseVersion(outcome.stdout) : undefined;
}

function numbers(version: string): number[] {
  return version.split(/[.+-]/, 3).map((part) => Number.parseInt(part, 10));
}

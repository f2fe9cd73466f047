// Which server to start: the one that is set, else one of the workspace or of PATH where that may be trusted, else a
// private one. Knows no editor, so that it can be tested without one.

import { existing, make, type Recipe, type Report } from "./environment.ts";
import { inEnvironments, onPath } from "./programs.ts";
import { fits, versionOf } from "./version.ts";

export type Origin = "setting" | "workspace" | "path" | "private";

export interface Server {
  readonly program: string;
  readonly origin: Origin;
  readonly version: string;
}

export interface Search {
  /** The value of ffi.server.path; empty where nobody set it. */
  readonly setting: string;
  /** Whether programs may be taken from the workspace and from PATH. */
  readonly trusted: boolean;
  /** The folders of the workspace. */
  readonly folders: readonly string[];
  /** How the private environment is made; its version is the extension's. */
  readonly recipe: Recipe;
  /** Called before the private environment is made, which takes a while. */
  readonly prepare: (work: (report: Report, signal?: AbortSignal) => Promise<string>) => Promise<string>;
  /** Told what was looked at, for the log. */
  readonly note: (line: string) => void;
}

/** The program that is set is no server. */
export class SettingError extends Error {}

/**
 * Find the server to start.
 *
 * @throws SettingError, NoPythonError, EnvironmentError
 */
export async function findServer(search: Search): Promise<Server> {
  const { recipe, note } = search;
  if (search.setting !== "") {
    const version = await versionOf(search.setting);
    if (version === undefined) {
      throw new SettingError(`ffi.server.path is ${search.setting}, which is no ffi-lsp that runs.`);
    }
    if (!fits(version, recipe.version)) {
      note(`${search.setting} is version ${version}; this extension is made for ${recipe.version}`);
    }
    return { program: search.setting, origin: "setting", version };
  }
  if (search.trusted) {
    for (const folder of search.folders) {
      const found = await firstThatFits(await inEnvironments(folder, "ffi-lsp"), "workspace", search);
      if (found !== undefined) {
        return found;
      }
    }
    const found = await firstThatFits(await onPath("ffi-lsp"), "path", search);
    if (found !== undefined) {
      return found;
    }
  } else {
    note("the workspace is not trusted: its programs, and those on PATH, are passed over");
  }
  const program = (await existing(recipe)) ?? (await search.prepare((...how) => make(recipe, ...how)));
  return { program, origin: "private", version: recipe.version };
}

async function firstThatFits(programs: readonly string[], origin: Origin, search: Search): Promise<Server | undefined> {
  for (const program of programs) {
    const version = await versionOf(program);
    if (version !== undefined && fits(version, search.recipe.version)) {
      return { program, origin, version };
    }
    search.note(`passed over ${program}: ${version === undefined ? "it does not run" : `it is version ${version}`}`);
  }
  return undefined;
}

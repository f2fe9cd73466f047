// Which Python makes the private environment: the one that a person chose, else the best on PATH.

import { execute } from "./execute.ts";
import { onPath } from "./programs.ts";

/** The oldest Python that the server runs on, as [major, minor]. */
export const OLDEST = [3, 11] as const;
const NAMES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
const PATIENCE = 20_000;

/**
 * The option without which Python takes modules from the folder that VS Code was started in, which may be that of a
 * workspace nobody trusts.
 */
export const ISOLATED = "-I";

export interface Python {
  readonly program: string;
  /** As in "3.12". */
  readonly version: string;
}

/** Ask a program which Python it is; undefined where it is none, or does not run. */
export async function pythonVersion(program: string): Promise<string | undefined> {
  const script = "import sys; print('%d.%d' % sys.version_info[:2])";
  const outcome = await execute(program, [ISOLATED, "-c", script], { timeout: PATIENCE });
  const found = outcome.code === 0 ? /^(\d+\.\d+)\s*$/.exec(outcome.stdout)?.[1] : undefined;
  return found;
}

/** Whether the server runs on this version of Python. */
export function newEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

export interface Pythons {
  /** The one to take; undefined where none is new enough. */
  readonly best: Python | undefined;
  /** Those on PATH that the server does not run on. */
  readonly tooOld: readonly Python[];
}

/**
 * Look for Pythons on PATH.
 *
 * @param preferred versions for which we carry everything, as in "3.12"; one of these is taken before any other.
 */
export async function findPython(preferred: readonly string[]): Promise<Pythons> {
  const found: Python[] = [];
  const tooOld: Python[] = [];
  for (const name of NAMES) {
    for (const program of await onPath(name)) {
      const version = await pythonVersion(program);
      if (version === undefined) {
        continue;
      }
      if (!newEnough(version)) {
        tooOld.push({ program, version });
      } else if (preferred.includes(version)) {
        return { best: { program, version }, tooOld };
      } else {
        found.push({ program, version });
      }
    }
  }
  return { best: found[0], tooOld };
}

/** For messages: what was looked for. */
export const LOOKED_FOR = `${NAMES.join(", ")} on PATH`;

// Where programs lie: on PATH, and in virtual environments.

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

const WINDOWS = process.platform === "win32";
const ENVIRONMENTS = [".venv", "venv", ".env", "env"];

/** Each file of this name on PATH that may be run, in the order of PATH. */
export async function onPath(name: string, path: string | undefined = process.env.PATH): Promise<string[]> {
  const places = (path ?? "").split(delimiter).filter((folder) => folder !== "");
  return runnable(places.flatMap((folder) => spellings(join(folder, name))));
}

/** Programs of this name in the virtual environments that lie directly in a folder. */
export async function inEnvironments(folder: string, name: string): Promise<string[]> {
  return runnable(ENVIRONMENTS.map((environment) => inEnvironment(join(folder, environment), name)));
}

/** Where an environment of Python keeps a program. */
export function inEnvironment(environment: string, name: string): string {
  return WINDOWS ? join(environment, "Scripts", `${name}.exe`) : join(environment, "bin", name);
}

async function runnable(files: readonly string[]): Promise<string[]> {
  const verdicts = await Promise.all(files.map(isRunnable));
  return files.filter((_, index) => verdicts[index]);
}

async function isRunnable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function spellings(file: string): string[] {
  return WINDOWS ? [`${file}.exe`] : [file];
}

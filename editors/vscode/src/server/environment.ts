// A private Python environment with the server, for people who have installed none: made once, in a folder of the
// extension's own, from the wheels that the .vsix carries where it carries them.

import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { execute, type Outcome } from "./execute.ts";
import { CalledOffError, EnvironmentError, NoPythonError, whyNoEnvironment, whyNotInstalled } from "./failures.ts";
import { inEnvironment, onPath } from "./programs.ts";
import { findPython, ISOLATED, LOOKED_FOR, newEnough, OLDEST, type Python, pythonVersion } from "./python.ts";
import { versionOf } from "./version.ts";

/** Milliseconds for one step; a slow network may have to bring fifty megabytes. */
const PATIENCE = 600_000;
/** Milliseconds after which a lock that nobody touches is that of a window which is gone. */
const STALE = 15_000;
const HEARTBEAT = 3_000;

export interface Recipe {
  /** The extension's own folder for files that last; it need not exist. */
  readonly storage: string;
  /** The folder with wheels; it need not exist. */
  readonly wheels: string;
  /** Of the server, which is the extension's own. */
  readonly version: string;
  /** A Python that the person chose, or empty. */
  readonly python: string;
}

export type Report = (step: string) => void;

/** The program of the private server, where it has been made already. */
export async function existing(recipe: Recipe): Promise<string | undefined> {
  const program = inEnvironment(folderOf(recipe), "ffi-lsp");
  return (await exists(markOf(recipe))) && (await exists(program)) ? program : undefined;
}

/**
 * Make the private environment, and give the server's program. Of several windows one makes it and the others wait.
 *
 * @throws NoPythonError where there is no Python to make it with.
 * @throws EnvironmentError naming the step that failed, and what it said.
 * @throws CalledOffError once the signal is given.
 */
export async function make(recipe: Recipe, report: Report, signal?: AbortSignal): Promise<string> {
  await mkdir(recipe.storage, { recursive: true });
  const release = await lock(join(recipe.storage, "server.lock"), () => report("another window prepares it"), signal);
  try {
    return (await existing(recipe)) ?? (await build(recipe, report, signal));
  } finally {
    await release();
  }
}

/** The versions of Python, as in "3.12", for which a folder has wheels of our version. */
export async function carriedPythons(wheels: string, version: string): Promise<string[]> {
  const names = await readdir(wheels).catch(() => []);
  const found = names.map((name) => /^ffi_lsp-(.+)-cp(\d)(\d+)-cp\d+-.*\.whl$/.exec(name));
  return found.flatMap((match) => (match?.[1] === version ? [`${match[2]}.${match[3]}`] : []));
}

async function build(recipe: Recipe, report: Report, signal?: AbortSignal): Promise<string> {
  const carried = await carriedPythons(recipe.wheels, recipe.version);
  const python = await choosePython(recipe, carried);
  const uv = (await onPath("uv"))[0];
  const folder = folderOf(recipe);
  await removeOthers(recipe);
  const step = stepsIn(recipe.storage, signal);
  const interpreter = inEnvironment(folder, "python");
  report(`making an environment with Python ${python.version}`);
  const making = uv === undefined ? [python.program, ISOLATED, "-m", "venv", folder] : uvVenv(uv, python, folder);
  await step(making, (outcome) => `no environment with Python ${python.version}: ${whyNoEnvironment(outcome)}`);
  // What is carried is all that is needed, so that nothing is fetched; else what is missing comes from the index.
  const offline = carried.includes(python.version);
  report(offline ? "installing the language server" : "fetching the language server");
  const source = offline ? ["--no-index", "--find-links", recipe.wheels] : [];
  const installing = uv === undefined ? pipInstall(interpreter) : uvInstall(uv, interpreter);
  await step([...installing, ...source, `ffi-lsp[headers]==${recipe.version}`], (outcome) =>
    offline ? whyNotInstalled(outcome) : whyNotFetched(outcome, python, carried),
  );
  report("starting it for the first time");
  const program = inEnvironment(folder, "ffi-lsp");
  const version = await versionOf(program);
  if (version !== recipe.version) {
    throw new EnvironmentError(`${program} should be version ${recipe.version}, and is ${version ?? "no server"}`);
  }
  await writeFile(markOf(recipe), "");
  return program;
}

function uvVenv(uv: string, python: Python, folder: string): string[] {
  return [uv, "venv", "--no-config", "--python", python.program, folder];
}

function uvInstall(uv: string, interpreter: string): string[] {
  return [uv, "pip", "install", "--no-config", "--python", interpreter];
}

function pipInstall(interpreter: string): string[] {
  return [interpreter, ISOLATED, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"];
}

function whyNotFetched(outcome: Outcome, python: Python, carried: readonly string[]): string {
  const brought = carried.length > 0 ? `the server only for Python ${carried.join(", ")}` : "no server along";
  return `this extension brings ${brought}, and for Python ${python.version} ${whyNotInstalled(outcome)}`;
}

async function choosePython(recipe: Recipe, carried: readonly string[]): Promise<Python> {
  const needed = `It needs Python ${OLDEST.join(".")} or newer`;
  if (recipe.python === "") {
    const { best, tooOld } = await findPython(carried);
    if (best === undefined) {
      const old = [...new Set(tooOld.map(({ program, version }) => `${program} is ${version}`))].join(", ");
      throw new NoPythonError(`${needed}, and found none. Looked for ${LOOKED_FOR}${old === "" ? "" : `: ${old}`}.`);
    }
    return best;
  }
  const version = await pythonVersion(recipe.python);
  if (version === undefined || !newEnough(version)) {
    const what = version === undefined ? "is no Python that runs" : `is Python ${version}`;
    throw new NoPythonError(`${needed}; ffi.server.python is ${recipe.python}, which ${what}.`);
  }
  return { program: recipe.python, version };
}

type Step = (command: readonly string[], why: (outcome: Outcome) => string) => Promise<void>;

/** Runs programs one after the other, in a folder of our own; what fails is told in the words of `why`. */
function stepsIn(cwd: string, signal: AbortSignal | undefined): Step {
  return async ([program = "", ...words], why) => {
    const outcome = await execute(program, words, { timeout: PATIENCE, cwd, signal });
    if (signal?.aborted) {
      throw new CalledOffError();
    }
    if (outcome.code !== 0) {
      throw new EnvironmentError(why(outcome), [program, ...words].join(" "));
    }
  };
}

/** Environments of earlier versions, and what is left of one that was not finished, are of no use any more. */
async function removeOthers(recipe: Recipe): Promise<void> {
  for (const name of await readdir(recipe.storage)) {
    if (/^server-\d/.test(name)) {
      await rm(join(recipe.storage, name), { recursive: true, force: true });
    }
  }
}

function folderOf(recipe: Recipe): string {
  return join(recipe.storage, `server-${recipe.version}`);
}

function markOf(recipe: Recipe): string {
  return join(folderOf(recipe), "ready");
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Hold a lock between windows: a folder, touched while it is held. */
async function lock(folder: string, onWait: () => void, signal?: AbortSignal): Promise<() => Promise<void>> {
  for (let waited = false; ; waited = true) {
    try {
      await mkdir(folder);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw new EnvironmentError(`${folder} cannot be made: ${(error as Error).message}`);
      }
    }
    const age = await stat(folder).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > STALE) {
      await rm(folder, { recursive: true, force: true });
    } else {
      if (!waited) {
        onWait();
      }
      await pause(500, undefined, signal ? { signal } : {}).catch(() => {
        throw new CalledOffError();
      });
    }
  }
  const beat = setInterval(() => utimes(folder, new Date(), new Date()).catch(() => undefined), HEARTBEAT);
  return async () => {
    clearInterval(beat);
    await rm(folder, { recursive: true, force: true });
  };
}

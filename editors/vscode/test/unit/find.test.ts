// Which server is started, with real programs in real folders.

import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { CalledOffError, EnvironmentError, NoPythonError } from "../../src/server/failures.ts";
import { findServer, type Search, SettingError } from "../../src/server/find.ts";

const VERSION = "0.1.4";
const path = process.env.PATH;
let place: string;
let notes: string[];

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "ffi-find-"));
  notes = [];
  process.env.PATH = join(place, "programs");
});

afterEach(() => {
  process.env.PATH = path;
  rmSync(place, { recursive: true, force: true });
});

/** A program that prints something, whatever it is asked. */
function program(file: string, prints: string, exitCode = 0): string {
  const whole = join(place, file);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, `#!/bin/sh\necho '${prints}'\nexit ${exitCode}\n`);
  chmodSync(whole, 0o755);
  return whole;
}

const server = (file: string, version: string): string => program(file, `ffi-lsp ${version} (Python 3.13.0)`);

function search(changes: Partial<Search> = {}): Search {
  return {
    setting: "",
    trusted: true,
    folders: [join(place, "work")],
    recipe: { storage: join(place, "storage"), wheels: join(place, "wheels"), version: VERSION, python: "" },
    prepare: (work) => work((step) => notes.push(step)),
    note: (line) => notes.push(line),
    ...changes,
  };
}

test("the program that is set comes before all others", async () => {
  server("work/.venv/bin/ffi-lsp", VERSION);
  const set = server("elsewhere/ffi-lsp", VERSION);
  assert.deepEqual(await findServer(search({ setting: set })), { program: set, origin: "setting", version: VERSION });
});

test("a set program of another version is started all the same, and noted", async () => {
  const set = server("elsewhere/ffi-lsp", "0.3.0");
  assert.equal((await findServer(search({ setting: set }))).version, "0.3.0");
  assert.match(notes.join("\n"), /0\.3\.0.*0\.1\.4/);
});

test("a set program that is no server is an error that names it", async () => {
  const wrong = program("elsewhere/ls", "a b c");
  await assert.rejects(findServer(search({ setting: wrong })), (error) => {
    assert.ok(error instanceof SettingError);
    assert.match(error.message, /ffi\.server\.path is .*elsewhere\/ls/);
    return true;
  });
});

test("the virtual environment of the workspace comes before PATH", async () => {
  const ours = server("work/.venv/bin/ffi-lsp", VERSION);
  server("programs/ffi-lsp", VERSION);
  assert.equal((await findServer(search())).program, ours);
});

test("of several folders, the first that has a server gives it", async () => {
  const other = server("other/venv/bin/ffi-lsp", VERSION);
  const found = await findServer(search({ folders: [join(place, "work"), join(place, "other")] }));
  assert.deepEqual([found.program, found.origin], [other, "workspace"]);
});

test("a server of the workspace whose version does not fit is passed over with a note", async () => {
  server("work/.venv/bin/ffi-lsp", "0.2.0");
  server("work/venv/bin/ffi-lsp", "0.1.3");
  const onPath = server("programs/ffi-lsp", "0.1.9");
  assert.equal((await findServer(search())).program, onPath);
  assert.equal(notes.filter((line) => line.startsWith("passed over")).length, 2);
});

test("a program that does not run is passed over", async () => {
  program("work/.venv/bin/ffi-lsp", "broken", 127);
  const onPath = server("programs/ffi-lsp", VERSION);
  assert.equal((await findServer(search())).program, onPath);
});

test("in a workspace that is not trusted no program of it or of PATH is started", async () => {
  const mark = join(place, "started");
  for (const file of ["work/.venv/bin/ffi-lsp", "programs/ffi-lsp"]) {
    server(file, VERSION);
    writeFileSync(join(place, file), `#!/bin/sh\n: > ${mark}\necho 'ffi-lsp ${VERSION}'\n`);
  }
  await assert.rejects(findServer(search({ trusted: false })), NoPythonError);
  assert.equal(existsSync(mark), false);
});

test("a private server that is there is used, in any workspace", async () => {
  const ours = server(`storage/server-${VERSION}/bin/ffi-lsp`, VERSION);
  writeFileSync(join(place, "storage", `server-${VERSION}`, "ready"), "");
  const found = await findServer(search({ trusted: false }));
  assert.deepEqual([found.program, found.origin], [ours, "private"]);
});

test("a private server that was not finished is made anew", async () => {
  server(`storage/server-${VERSION}/bin/ffi-lsp`, VERSION);
  await assert.rejects(findServer(search({ trusted: false })), NoPythonError);
});

test("without a Python the error says what is needed and what was looked for", async () => {
  program("programs/python3", "3.10");
  await assert.rejects(findServer(search()), (error) => {
    assert.ok(error instanceof NoPythonError);
    assert.match(error.message, /needs Python 3\.11 or newer, and found none\. Looked for python3,/);
    assert.match(error.message, /: \S+programs\/python3 is 3\.10\.$/);
    return true;
  });
});

test("a Python that is set and too old is named", async () => {
  const old = program("elsewhere/python", "3.9");
  const recipe = { ...search().recipe, python: old };
  await assert.rejects(
    findServer(search({ recipe })),
    /ffi\.server\.python is .*elsewhere\/python, which is Python 3\.9/,
  );
});

/** A Python 3.12 that does what is written for `-m`. */
function python(doing: string): string {
  const file = program("programs/python3", "");
  writeFileSync(file, `#!/bin/sh\ncase "$2" in -c) echo 3.12;; *) ${doing};; esac\n`);
  return file;
}

const DEBIAN = `The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv
package using the following command.

    apt install python3.12-venv

You may need to use sudo with that command.

Failing command: /somewhere/python3`;

test("an installation that fails says why, keeps its command for the log, and gives the lock back", async () => {
  python("echo 'no space left' >&2; exit 1");
  await assert.rejects(findServer(search()), (error) => {
    assert.ok(error instanceof EnvironmentError);
    assert.equal(error.message, "no environment with Python 3.12: no space left");
    assert.match(error.command, /python3 -I -m venv .*server-0\.1\.4$/);
    return true;
  });
  assert.equal(existsSync(join(place, "storage", "server.lock")), false, "the lock is given back");
});

test("where Debian's Python lacks venv, the error names the package that brings it", async () => {
  python(`/bin/cat <<'end'\n${DEBIAN}\nend\nexit 1`);
  await assert.rejects(findServer(search()), /comes without venv; "sudo apt install python3\.12-venv" adds it/);
});

test("where no package index answers, the error says so and not what pip says last", async () => {
  const broken = "WARNING: Retrying after connection broken by NewConnectionError(...)";
  python(`/bin/mkdir -p "$4/bin"; echo "${broken}" > "$4/said"
    printf '#!/bin/sh\\necho "${broken}"; echo "No matching distribution found"; exit 1' > "$4/bin/python"
    /bin/chmod +x "$4/bin/python"`);
  await assert.rejects(
    findServer(search()),
    /^Error: this extension brings no server along, and for Python 3\.12 the package index could not be reached\.$/,
  );
});

test("nothing is taken from the folder that VS Code was started in", async () => {
  const [mark, before] = [join(place, "mark"), process.cwd()];
  python(`PATH='${path}' PIP_NO_INDEX=1 exec python3 "$@"`);
  mkdirSync(join(place, "work"));
  writeFileSync(join(place, "work", "venv.py"), `open(${JSON.stringify(mark)}, "w")`);
  writeFileSync(join(place, "work", "pip.py"), `open(${JSON.stringify(mark)}, "w")`);
  process.chdir(join(place, "work"));
  try {
    await assert.rejects(findServer(search({ trusted: false })), /brings no server along/);
  } finally {
    process.chdir(before);
  }
  assert.equal(existsSync(mark), false);
});

test("what is called off ends what runs, and is no failure of the installation", async () => {
  python(`echo > ${join(place, "began")}; exec /bin/sleep 600`);
  const controller = new AbortController();
  const watch = setInterval(() => existsSync(join(place, "began")) && controller.abort(), 20);
  const prepare: Search["prepare"] = (work) => work(() => undefined, controller.signal);
  await assert.rejects(findServer(search({ prepare })), CalledOffError);
  clearInterval(watch);
  assert.equal(existsSync(join(place, "storage", "server.lock")), false, "the lock is given back");
});

test("a Python for which wheels are carried is preferred", async () => {
  program("programs/python3", "3.14");
  const carried = program("programs/python3.12", "3.12");
  mkdirSync(join(place, "wheels"));
  writeFileSync(join(place, "wheels", `ffi_lsp-${VERSION}-cp312-cp312-linux_x86_64.whl`), "");
  await assert.rejects(findServer(search()), EnvironmentError);
  assert.ok(
    notes.some((line) => line.includes("Python 3.12")),
    `${carried}: ${notes.join("; ")}`,
  );
});

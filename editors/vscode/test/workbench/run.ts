// What a person sees, in the real workbench, with the extension installed from its .vsix. The exit code is the result.
//
// A scenario that fails is tried once more, and the output says so: Chromium and two busy cores are not always in step.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { environment } from "../harness/code.ts";
import { commands } from "./commands.ts";
import { crashes, twoWindows } from "./mishaps.ts";
import { mistakes } from "./mistakes.ts";
import { noPython, untrusted } from "./refusals.ts";

const vsix = environment("FFI_VSIX");
const wanted = process.argv.slice(2);
const scenarios = { mistakes, commands, crashes, twoWindows, untrusted, noPython };

/** What PATH is for the scenario without a Python. */
const emptyPath = mkdtempSync(join(tmpdir(), "ffi-path-"));
let failures = 0;
for (const [name, scenario] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) {
    continue;
  }
  let passed = await scenario({ vsix, emptyPath });
  if (!passed && process.env.FFI_RETRY !== "0") {
    console.log(`# RETRIED: ${name}`);
    passed = await scenario({ vsix, emptyPath });
  }
  failures += passed ? 0 : 1;
}
rmSync(emptyPath, { recursive: true, force: true });
console.log(`workbench: ${failures === 0 ? "all scenarios passed" : `${failures} failed`}`);
process.exit(failures === 0 ? 0 : 1);

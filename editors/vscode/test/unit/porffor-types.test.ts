// types/porffor.d.ts, as the real TypeScript compiler reads it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const TSC = here("../../node_modules/typescript/bin/tsc");
const DECLARATIONS = here("../../../../types/porffor.d.ts");

/** What tsc prints about some files; the errors that they have. */
function compile(...files: string[]): Promise<string> {
  const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom"];
  return new Promise((resolve) => {
    // Elsewhere, so that no package of ours adds types of its own.
    const place = { cwd: tmpdir() };
    execFile(process.execPath, [TSC, ...options, DECLARATIONS, ...files.map(here)], place, (_, stdout) =>
      resolve(stdout),
    );
  });
}

test("right bindings have no errors, and their types are inferred", async () => {
  assert.equal(await compile("../types/right.ts"), "");
});

test("each wrong use is an error", async () => {
  assert.equal(await compile("../types/wrong.ts"), "");
});

test("the examples of the project are right", async () => {
  assert.equal(await compile("../../../../examples/sqlite.porf.ts"), "");
  assert.equal(await compile("../../../../examples/math.porf.ts"), "");
});

test("the example of mistakes has errors where types alone can tell", async () => {
  const printed = await compile("../../../../examples/mistakes.porf.ts");
  for (const mistake of ['"int"', '"string"', "'parameters'"]) {
    assert.ok(printed.includes(mistake), `${mistake} is not among the errors:\n${printed}`);
  }
});

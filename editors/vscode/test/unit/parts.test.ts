// The parts that need no editor: looking at texts, versions, crashes, charts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { comparison, duration, escapeHtml, histogram } from "../../src/chart.ts";
import { CrashLimit } from "../../src/crashes.ts";
import { hasEntryWord, mayOpenLibrary } from "../../src/look.ts";
import { fits, parseVersion } from "../../src/server/version.ts";

test("texts of each dialect are worth a look", () => {
  for (const text of [
    'Porffor.dlopen("a", {})',
    'const lib = Deno["dlopen"]("a", {})',
    'import { dlopen } from "bun:ffi"',
    'require("node:ffi")',
    'import koffi from "koffi"; koffi.load("a")',
  ]) {
    assert.ok(mayOpenLibrary(text), text);
  }
});

test("other texts are not", () => {
  for (const text of ["", "const dlopen = 1;", 'import fs from "node:fs"', "Deno.readFile('x')"]) {
    assert.equal(mayOpenLibrary(text), false, text);
  }
});

test("a typed word of an entry point is a reason to look", () => {
  assert.ok(hasEntryWord("dlopen"));
  assert.equal(hasEntryWord("d"), false);
});

test("versions are read as the server prints them", () => {
  assert.equal(parseVersion("ffi-lsp 0.1.0 (Python 3.11.7)\n"), "0.1.0");
  assert.equal(parseVersion("ffi-lsp 1.2.3rc1 (Python 3.11.7)"), "1.2.3rc1");
  assert.equal(parseVersion("python 3.11.7"), undefined);
});

test("a server fits that is as new, up to the last number", () => {
  assert.ok(fits("0.1.4", "0.1.4"));
  assert.ok(fits("0.1.5", "0.1.4"));
  assert.equal(fits("0.1.3", "0.1.4"), false);
  assert.equal(fits("0.2.4", "0.1.4"), false);
  assert.equal(fits("1.1.4", "0.1.4"), false);
});

test("crashes are forgiven up to a number within a time", () => {
  const limit = new CrashLimit(3, 1000);
  assert.deepEqual(
    [0, 1, 2].map((at) => limit.forgives(at)),
    [true, true, true],
  );
  assert.equal(limit.forgives(3), false);
  assert.ok(limit.forgives(5000), "old ones are forgotten");
});

test("durations have three digits and a unit that suits them", () => {
  assert.deepEqual([0.0002, 2.166, 13.8, 4210, 1.5e6, 2e9].map(duration), [
    "0.00 ns",
    "2.17 ns",
    "13.8 ns",
    "4.21 us",
    "1.50 ms",
    "2.00 s",
  ]);
});

test("a histogram has a bar for each bin, as tall as its share", () => {
  const drawn = histogram(
    [
      [10, 11, 4],
      [11, 12, 2],
      [12, 13, 0],
    ],
    10.5,
  );
  const heights = [...drawn.matchAll(/class="bar"[^>]*height="([\d.]+)"/g)].map((match) => Number(match[1]));
  assert.equal(heights.length, 3);
  assert.equal(heights[0], 2 * (heights[1] ?? 0));
  assert.equal(heights[2], 0);
  assert.match(drawn, /median 10\.5 ns/);
});

test("what is far slower is counted below the bars and has none", () => {
  const bins = [
    [10, 11, 4],
    [11, 12, 2],
  ] as const;
  const usual = histogram(bins, 10.5, null);
  const drawn = histogram(bins, 10.5, [12, 5e6, 3]);
  assert.equal(drawn.replace(/<text[^>]*text-anchor="middle"[^>]*>3 slower, up to 5\.00 ms<\/text>/, ""), usual);
  assert.notEqual(drawn, usual);
});

test("a comparison has a bar for each runtime that ran, and a word for each that did not", () => {
  const program = { version: "1", mad_ms: 1, failures: [] as string[] };
  const drawn = comparison([
    { ...program, name: "bun", wall_ms: 100 },
    { ...program, name: "deno", wall_ms: 200 },
    { ...program, name: "node", wall_ms: null, failures: ["SIGSEGV"] },
  ]);
  const widths = [...drawn.matchAll(/class="bar"[^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]));
  assert.deepEqual(
    widths.map((width) => width / (widths[1] ?? 1)),
    [0.5, 1],
  );
  assert.match(drawn, /x 2\.00/);
  assert.match(drawn, /SIGSEGV/);
});

test("nothing that a library is called becomes markup", () => {
  assert.equal(escapeHtml(`<a href="x">&'`), "&#60;a href=&#34;x&#34;&#62;&#38;&#39;");
});

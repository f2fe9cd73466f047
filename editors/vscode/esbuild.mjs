// Bundles the extension: a small file that looks at texts, and the language client, which it loads once it is needed.

import { build } from "esbuild";

const debug = process.argv.includes("--debug");

await build({
  entryPoints: ["src/extension.ts", "src/session.ts"],
  outdir: "dist",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode", "./session.js"],
  minify: !debug,
  sourcemap: debug,
  logLevel: "warning",
});

if (process.argv.includes("--tests")) {
  await build({
    entryPoints: ["test/host/suite.ts"],
    outdir: "dist/test",
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    logLevel: "warning",
  });
}

// Starts VS Code with the extension from this folder and lets ./suite.ts test it from inside. The exit code is the result.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Code, environment } from "../harness/code.ts";

const EXTENSION = fileURLToPath(new URL("../..", import.meta.url));
const LIMIT = 600_000;
const counts = { ok: 0, "not ok": 0 };
let finish: (code: number) => void;
const finished = new Promise<number>((resolve) => {
  finish = resolve;
});

const code = await Code.start({
  fixture: join(EXTENSION, "test", "fixtures", "folders"),
  settings: { "security.workspace.trust.enabled": false },
  // Nobody is there to be asked, and this folder's own functions are harmless.
  machine: { "ffi.server.path": environment("FFI_SERVER"), "ffi.run.ask": false },
  testDriver: true,
  payload: [
    ["extensionDevelopmentPath", EXTENSION],
    ["extensionTestsPath", join(EXTENSION, "dist", "test", "suite.js")],
    ["skipWelcome", "true"],
  ],
  onPage: async (page) => {
    page.on("console", (message) => {
      if (process.env.FFI_VERBOSE) {
        console.log(`  ${message.text().slice(0, 300)}`);
      }
      const found = /(?:^|\s)((not ok|ok) - .*?)(?: color: .*)?$/s.exec(message.text());
      if (found?.[1] !== undefined) {
        counts[found[2] as "ok" | "not ok"]++;
        console.log(found[1]);
      }
    });
    // VS Code calls this when the suite has ended.
    await page.exposeFunction("codeAutomationExit", (status: number) => finish(status));
  },
});
const timer = setTimeout(() => finish(124), LIMIT);
const status = await finished;
clearTimeout(timer);
if (status === 124) {
  console.log(`the suite did not end within ${LIMIT / 1000} s\n${code.log.slice(-2000)}`);
}
await code.stop();
console.log(`extension host: ${counts.ok} passed, ${counts["not ok"]} failed`);
process.exit(status === 0 && counts.ok > 0 && counts["not ok"] === 0 ? 0 : 1);

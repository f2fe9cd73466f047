// What does not happen: native code in a workspace that is not trusted, and a server without a Python.

import { fileURLToPath } from "node:url";

import { PATIENCE } from "../harness/code.ts";
import { scenario } from "../harness/steps.ts";
import type { Given } from "./mistakes.ts";

const EXAMPLES = fileURLToPath(new URL("../../../../examples", import.meta.url));

export function untrusted({ vsix }: Given): Promise<boolean> {
  const options = {
    fixture: EXAMPLES,
    vsix,
    settings: { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" },
    payload: [["openFile", "ws:/math.porf.ts"]] as const,
  };
  return scenario("untrusted", options, async (steps) => {
    const { page } = steps;

    await steps.step("a file in a workspace that is not trusted is checked", async () => {
      await page.waitForSelector(".monaco-workbench");
      await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
      const status = page.locator("[id*='ffi.status']");
      await status.filter({ hasText: "FFI" }).waitFor({ timeout: 3 * PATIENCE });
    });

    await steps.step("its lens runs nothing, and says why", async () => {
      const lens = page.locator(".codelens-decoration a", { hasText: "ilogbf64" }).first();
      await lens.waitFor({ timeout: 3 * PATIENCE });
      await lens.click();
      await steps.notification(/switched off/).waitFor();
    });
  });
}

export function noPython({ vsix, emptyPath }: Given): Promise<boolean> {
  const options = {
    fixture: EXAMPLES,
    vsix,
    settings: { "security.workspace.trust.enabled": false },
    env: { PATH: emptyPath },
    payload: [["openFile", "ws:/math.porf.ts"]] as const,
  };
  return scenario("noPython", options, async (steps) => {
    await steps.step("without a Python, a message says what is needed and offers what can be done", async () => {
      const told = steps.notification("needs Python 3.11 or newer");
      await told.waitFor({ timeout: 2 * PATIENCE });
      for (const button of ["Choose Python...", "Get Python", "Try Again"]) {
        await told.getByText(button).waitFor();
      }
      await steps.picture("no-python");
    });
  });
}

// What does not happen: native code in a workspace that is not trusted, and a server without a Python.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { environment, PATIENCE } from "../harness/code.ts";
import { scenario } from "../harness/steps.ts";
import type { Given } from "./mistakes.ts";

const EXAMPLES = fileURLToPath(new URL("../../../../examples", import.meta.url));

/** Puts a server into the workspace's virtual environment that leaves a mark where it is started. */
function plantServer(folder: string): void {
  const bin = join(folder, ".venv", "bin");
  mkdirSync(bin, { recursive: true });
  const words = `#!/bin/sh\n: > '${folder}/started'\nexec '${environment("FFI_SERVER")}' "$@"\n`;
  writeFileSync(join(bin, "ffi-lsp"), words, { mode: 0o755 });
}

export function untrusted({ vsix }: Given): Promise<boolean> {
  const options = {
    fixture: EXAMPLES,
    vsix,
    prepare: plantServer,
    settings: { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" },
    payload: [["openFile", "ws:/math.porf.ts"]] as const,
  };
  return scenario("untrusted", options, async (steps) => {
    const { page, code } = steps;
    const lens = page.locator(".codelens-decoration a", { hasText: "Run fegetround()" }).first();
    const restricted = page.locator(".statusbar-item", { hasText: "Restricted Mode" });
    const started = (): boolean => existsSync(join(code.folder, "started"));

    await steps.step("a file in a workspace that is not trusted is checked", async () => {
      await page.waitForSelector(".monaco-workbench");
      await restricted.waitFor();
      const status = page.locator("[id*='ffi.status']");
      await status.filter({ hasText: "FFI" }).waitFor({ timeout: 3 * PATIENCE });
    });

    await steps.step("its lens runs nothing, and says why without asking", async () => {
      await lens.waitFor({ timeout: 3 * PATIENCE });
      await lens.click();
      await steps.notification(/switched off/).waitFor();
      assert.equal(await page.locator(".monaco-dialog-box").count(), 0);
    });

    await steps.step("no command runs anything either, and no program of the workspace was started", async () => {
      await steps.command("Notifications: Clear All Notifications");
      await steps.command("FFI: Compare Runtimes");
      await steps.notification(/switched off/).waitFor();
      await page.locator(".codelens-decoration", { hasText: "fegetround() =" }).waitFor({ state: "detached" });
      assert.equal(started(), false);
    });

    await steps.step("once the workspace is trusted, its own server is taken", async () => {
      await restricted.click();
      await page.locator(".workspace-trust-editor .monaco-button", { hasText: "Trust" }).first().click();
      await restricted.waitFor({ state: "detached" });
      await steps.until("the workspace's server is started", async () => started());
      await page.locator(".modal-editor-action-container .codicon-close").click();
      await page.locator(".workspace-trust-editor").waitFor({ state: "detached" });
    });

    await steps.step("and the same lens asks, and runs what is allowed", async () => {
      await lens.waitFor();
      // The lens of the server that was stopped may still be there.
      await steps.until("the lens asks", async () => {
        await lens.click();
        return steps
          .dialog("Run native code of")
          .waitFor({ timeout: 5000 })
          .then(
            () => true,
            () => false,
          );
      });
      await steps.answer("Run native code of", "Run once");
      await page.locator(".codelens-decoration", { hasText: "Run fegetround() = 0" }).first().waitFor();
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

// What must not break: a server that dies, and two windows on one folder.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { PATIENCE } from "../harness/code.ts";
import { scenario } from "../harness/steps.ts";
import type { Given } from "./mistakes.ts";

const EXAMPLES = fileURLToPath(new URL("../../../../examples", import.meta.url));
/** How often a server is started again by itself. */
const FORGIVEN = 3;

const onMistakes = ({ vsix }: Given) => ({
  fixture: EXAMPLES,
  vsix,
  settings: { "security.workspace.trust.enabled": false, "files.autoSave": "off" },
  payload: [["openFile", "ws:/mistakes.porf.ts"]] as const,
});

export function crashes(given: Given): Promise<boolean> {
  return scenario("crashes", onMistakes(given), async (steps) => {
    const { page, code } = steps;
    const squiggles = page.locator(".squiggly-error");
    let killed: number[] = [];
    const kill = async (): Promise<void> => {
      await steps.until("a server runs that was not killed", async () =>
        code.languageServers().some((pid) => !killed.includes(pid)),
      );
      killed = code.languageServers();
      for (const pid of killed) {
        process.kill(pid, "SIGKILL");
      }
    };

    await steps.step("a server that is killed is started again, and finds the mistakes again", async () => {
      await squiggles.first().waitFor({ state: "attached", timeout: 3 * PATIENCE });
      for (let time = 1; time <= FORGIVEN; time++) {
        await kill();
        await steps.until("another server runs", async () =>
          code.languageServers().some((pid) => !killed.includes(pid)),
        );
        await squiggles.first().waitFor({ state: "attached" });
        await page.locator("[id*='ffi.status']", { hasText: /FFI: \d+/ }).waitFor();
      }
    });

    await steps.step("one that keeps dying is left alone, and a message says so", async () => {
      await kill();
      await steps
        .notification(`ended by itself ${FORGIVEN + 1} times within three minutes and is left alone`)
        .waitFor();
      await page.locator("[id*='ffi.status']", { hasText: /^\s*FFI\s*$/ }).waitFor();
      await steps.picture("left-alone");
      assert.deepEqual(code.languageServers(), []);
    });

    await steps.step("what needs a server says that there is none", async () => {
      await steps.command("FFI: Compare Runtimes");
      await steps.notification("The FFI server is not running.").waitFor();
    });

    await steps.step("the button of the message starts one", async () => {
      await steps.notification("is left alone").getByText("Restart", { exact: true }).click();
      await page.locator("[id*='ffi.status']", { hasText: /FFI: \d+/ }).waitFor();
      await squiggles.first().waitFor({ state: "attached" });
    });
  });
}

export function twoWindows(given: Given): Promise<boolean> {
  return scenario("twoWindows", onMistakes(given), async (steps) => {
    const { page, code } = steps;
    let other = page;
    const squiggles = page.locator(".squiggly-error");

    await steps.step("two windows that open at once install one server, and each shows the mistakes", async () => {
      await steps.notification("Preparing the FFI language server").waitFor();
      other = await code.secondWindow();
      await squiggles.first().waitFor({ state: "attached", timeout: 3 * PATIENCE });
      await other
        .locator(".squiggly-error")
        .first()
        .waitFor({ state: "attached", timeout: 3 * PATIENCE });
      await steps.until("two servers run", async () => code.languageServers().length === 2);
    });

    await steps.step("what is mended and saved in one is right in the other", async () => {
      const misspelled = other.locator(".view-line", { hasText: "sqlite3_stepp:" });
      await misspelled.waitFor();
      await page.bringToFront();
      const { x, y } = await steps.placeOf("sqlite3_stepp", "sqlite3_stepp:");
      await page.mouse.dblclick(x, y);
      await page.keyboard.type("sqlite3_step");
      await page.keyboard.press("Escape");
      await page.locator(".view-line", { hasText: "sqlite3_stepp:" }).waitFor({ state: "detached" });
      await page.keyboard.press("Control+s");
      await misspelled.waitFor({ state: "detached" });
      const counts = async (): Promise<number[]> =>
        Promise.all([page, other].map((window) => window.locator(".squiggly-error").count()));
      await steps.until("both count the same", async () => {
        const [here, there] = await counts();
        return here === there;
      });
    });

    await steps.step("a server that dies in one window leaves the other's alone", async () => {
      const before = code.languageServers();
      process.kill(Math.max(...before), "SIGKILL");
      await steps.until("there are two again", async () => {
        const now = code.languageServers();
        return now.length === 2 && now.includes(Math.min(...before)) && !now.includes(Math.max(...before));
      });
    });
  });
}

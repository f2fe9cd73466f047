// The road through the extension: from the first opened file with mistakes to the report on a call.

import { fileURLToPath } from "node:url";

import { PATIENCE } from "../harness/code.ts";
import { scenario } from "../harness/steps.ts";

const EXAMPLES = fileURLToPath(new URL("../../../../examples", import.meta.url));
/** Each mistake of examples/mistakes.porf.ts, by a part of its message. */
const MESSAGES = [
  "Porffor has no type 'int'",
  "Porffor has no type 'string'",
  "'returns'",
  "'parameters'",
  "sqlite3_stepp",
  "sqlite3_version",
  "libsqlite.so.0",
];

export interface Given {
  readonly vsix: string;
  readonly emptyPath: string;
}

export function mistakes({ vsix }: Given): Promise<boolean> {
  const options = {
    fixture: EXAMPLES,
    vsix,
    settings: { "security.workspace.trust.enabled": false, "editor.minimap.enabled": false },
    payload: [["openFile", "ws:/mistakes.porf.ts"]] as const,
  };
  return scenario("mistakes", options, async (steps) => {
    const { page } = steps;
    const squiggles = page.locator(".squiggly-error");

    await steps.step("opening the file installs the server from the .vsix, and says so", async () => {
      await page.waitForSelector(".monaco-workbench");
      await steps.notification("Preparing the FFI language server").waitFor();
    });

    await steps.step("each mistake has its squiggle", async () => {
      await squiggles.first().waitFor({ state: "attached", timeout: 3 * PATIENCE });
      await steps.until("six errors", async () => (await squiggles.count()) >= 6);
    });

    await steps.step("each mistake has its row among the problems", async () => {
      await page.keyboard.press("Control+Shift+M");
      const rows = page.locator(".markers-panel .monaco-list-row");
      for (const message of MESSAGES) {
        await rows.filter({ hasText: message }).first().waitFor();
      }
    });

    await steps.step("the status item counts the findings", async () => {
      await page.locator("#ffi-lsp\\.ffi-lsp\\.ffi\\.status, [id*='ffi.status']", { hasText: /FFI: \d+/ }).waitFor();
      await steps.picture("problems");
    });

    await steps.step("hovering a declaration shows the C prototype", async () => {
      await steps.hover("sqlite3_open_v2", "sqlite3_open_v2:", "sqlite3 **");
      await steps.picture("hover");
      await steps.cursorOn("The declarations of");
    });

    await steps.step("a quick fix mends a mistake, and its squiggle goes", async () => {
      const before = await squiggles.count();
      await steps.cursorOn('"int"', "sqlite3_initialize:");
      await page.keyboard.press("Control+.");
      const menu = page.locator(".action-widget");
      await menu.locator(".monaco-list-row", { hasText: "i32" }).first().waitFor();
      await steps.picture("fix");
      await page.keyboard.press("Enter");
      await steps.until("one squiggle less", async () => (await squiggles.count()) < before);
    });

    await steps.step("an accepted completion writes the whole declaration", async () => {
      await page.keyboard.press("Control+j");
      await steps.cursorOn("sqlite3_version", "sqlite3_version:");
      await page.keyboard.press("Control+Enter");
      await page.keyboard.type("sqlite3_changes64", { delay: 40 });
      const item = page.locator(".suggest-widget .monaco-list-row", { hasText: "sqlite3_changes64" }).first();
      await item.waitFor();
      // Unfolds what is known of the proposal; on a busy machine the header is still being read.
      const details = page.locator(".suggest-details");
      await steps.until("the details are unfolded", async () => {
        if (!(await details.isVisible())) {
          await page.keyboard.press("Control+Space");
          await page.waitForTimeout(1000);
        }
        return details.isVisible();
      });
      await details.filter({ hasText: "sqlite3_int64 sqlite3_changes64" }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Backspace");
      await page.keyboard.type("4");
      await item.waitFor();
      await details.filter({ hasText: "sqlite3_int64 sqlite3_changes64" }).waitFor();
      await steps.picture("completion");
      await page.keyboard.press("Tab");
      await page
        .locator(".view-line", { hasText: 'sqlite3_changes64: { parameters: ["pointer"], result: "i64" }' })
        .waitFor();
    });

    await steps.step("restarting the server brings the squiggles back", async () => {
      await steps.command("FFI: Restart Server");
      await squiggles.first().waitFor({ state: "attached" });
    });

    await steps.step("clicking a lens asks before native code runs", async () => {
      await steps.open("math.porf.ts");
      const lens = page.locator(".codelens-decoration a", { hasText: "Run fegetround()" }).first();
      await lens.waitFor();
      await lens.click();
      await steps.dialog("Run native code of").waitFor();
      await steps.picture("consent");
    });

    await steps.step("once allowed, the result stands in the lens", async () => {
      await steps.answer("Run native code of", "Always for this workspace");
      await page.locator(".codelens-decoration", { hasText: "Run fegetround() = 0" }).first().waitFor();
    });

    await steps.step("a benchmark asks no more, and its time stands in the lens", async () => {
      const lenses = page.locator(".codelens-decoration", { hasText: "Run fegetround() = 0" }).first();
      await lenses.locator("a", { hasText: "Benchmark" }).click();
      await page
        .locator(".codelens-decoration", { hasText: /fegetround.*\d ns/ })
        .first()
        .waitFor();
    });

    await steps.step("the report shows the figures with a chart", async () => {
      await steps.command("FFI: Show Report");
      const frame = page.frameLocator("iframe.webview").frameLocator("iframe");
      await frame.locator("svg rect.bar").first().waitFor({ state: "attached" });
      await frame.locator("td", { hasText: "median per call" }).waitFor();
      await steps.command("Notifications: Clear All Notifications");
    });

    await steps.step("the view lists the libraries with what is wrong", async () => {
      await page.locator(".pane-header", { hasText: "Native Libraries" }).click();
      await page.locator(".pane-body .monaco-list-row", { hasText: /libsqlite3.*wrong/ }).waitFor();
      await page.locator(".pane-body .monaco-list-row", { hasText: /sqlite3_open_v2.*mistaken/ }).waitFor();
      await steps.picture("report");
    });
  });
}

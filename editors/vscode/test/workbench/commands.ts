// The commands of the palette, as a person calls them: runs of functions and files, comparisons, declarations.

import { fileURLToPath } from "node:url";

import { scenario } from "../harness/steps.ts";
import type { Given } from "./mistakes.ts";

const EXAMPLES = fileURLToPath(new URL("../../../../examples", import.meta.url));

export function commands({ vsix }: Given): Promise<boolean> {
  const options = {
    fixture: EXAMPLES,
    vsix,
    runtimes: true,
    settings: { "security.workspace.trust.enabled": false, "files.autoSave": "off" },
    payload: [["openFile", "ws:/math.porf.ts"]] as const,
  };
  return scenario("commands", options, async (steps) => {
    const { page } = steps;
    const picks = page.locator(".quick-input-list .monaco-list-row");
    const report = page.frameLocator("iframe.webview").frameLocator("iframe");

    await steps.step("the command on a use runs the function that it leads to, once allowed", async () => {
      await page.locator(".codelens-decoration a", { hasText: "Run fegetround()" }).first().waitFor();
      await steps.cursorOn("fegetround", "rounding mode: ");
      await steps.command("FFI: Quick Run at Cursor");
      await steps.answer("Run native code of", "Run once");
      await page.locator(".codelens-decoration", { hasText: "Run fegetround() = 0" }).first().waitFor();
    });

    await steps.step("the command on nothing that can be run says so", async () => {
      await steps.cursorOn("Asks", "Asks the C maths library");
      await steps.command("FFI: Quick Run at Cursor");
      await steps.notification("The cursor is on no declared function").waitFor();
      await steps.command("Notifications: Clear All Notifications");
    });

    await steps.step("the runtimes are offered with their versions, and what is missing with its remedy", async () => {
      await steps.command("FFI: Run File on Runtime...");
      await picks.filter({ hasText: /bun.*\d+\.\d+/ }).waitFor();
      await picks.filter({ hasText: /porffor.*\d+\.\d+/ }).waitFor();
      await steps.picture("runtimes");
    });

    await steps.step("a file runs on the one that is picked, once allowed, and its output is shown", async () => {
      await picks.filter({ hasText: /^bun/ }).click();
      await steps.answer(/Run math\.porf\.ts on bun .*with all your rights/, "Run once");
      await report.locator("h1", { hasText: "math.porf.ts on bun" }).waitFor();
      await report.locator("pre", { hasText: "exponent of 1e300: 996" }).waitFor();
      await steps.picture("ran-file");
    });

    await steps.step("the runtimes are compared, and drawn with a bar each", async () => {
      await steps.command("FFI: Compare Runtimes");
      await steps.answer(/Run math\.porf\.ts on every runtime/, "Run once");
      await report.locator("svg rect.bar").nth(1).waitFor({ state: "attached" });
      await report.locator("svg text", { hasText: "porffor" }).waitFor({ state: "attached" });
      await report.locator("svg text", { hasText: "bun" }).waitFor({ state: "attached" });
      await steps.picture("compared");
      await steps.command("Notifications: Clear All Notifications");
    });

    await steps.step("the whole report is one click away", async () => {
      await report.locator("a", { hasText: "The whole report" }).click();
      await page.locator(".tab", { hasText: /Preview/ }).waitFor();
      await steps.command("View: Close All Editors");
    });

    await steps.step("a symbol is picked from what the library exports, and declared as C has it", async () => {
      await steps.open("math.porf.ts");
      await page.locator(".codelens-decoration a").first().waitFor();
      await steps.cursorOn("fegetround", "fegetround: {");
      await steps.command("FFI: Declare Symbol from Library...");
      await page.locator(".quick-input-widget input").fill("ilogbf128");
      await picks.filter({ hasText: "ilogbf128" }).first().waitFor();
      await page.locator(".quick-input-widget input").fill("fesetround");
      await picks.filter({ hasText: /^fesetround/ }).click();
      await page.locator(".view-line", { hasText: 'fesetround: { parameters: ["i32"], result: "i32" }' }).waitFor();
    });

    await steps.step("a file with changes that are not saved is not run, and the reason is told", async () => {
      await steps.command("FFI: Run File on Runtime...");
      await picks.filter({ hasText: /^bun/ }).click();
      await steps.notification("has changes that are not saved").waitFor();
    });

    await steps.step("a call is converted to the dialect that is picked", async () => {
      await steps.cursorOn("dlopen", "Porffor.dlopen");
      await steps.command("FFI: Convert to Dialect...");
      await picks.filter({ hasText: "Convert to Deno" }).click();
      await page.locator(".view-line", { hasText: 'Deno.dlopen("libm.so.6"' }).waitFor();
      await steps.picture("converted");
    });
  });
}

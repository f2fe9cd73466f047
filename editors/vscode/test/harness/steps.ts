// A run of named steps against a workbench: prints "ok" and "not ok" lines, and a picture of what went wrong.

import { join } from "node:path";

import type { Locator, Page } from "playwright-core";

import { Code, type Options, PATIENCE } from "./code.ts";

/** Milliseconds in which what an editor draws on its own comes to rest. */
const SETTLED = 300;

export class Steps {
  readonly page: Page;
  readonly code: Code;
  #passed = 0;
  #failed = 0;
  readonly #pictures: string | undefined;

  constructor(code: Code) {
    this.code = code;
    this.page = code.page;
    this.#pictures = process.env.FFI_PICTURES;
  }

  get result(): string {
    return `${this.#passed} passed, ${this.#failed} failed`;
  }

  get failed(): boolean {
    return this.#failed > 0 || this.#passed === 0;
  }

  /** Do a step. The steps behind one that fails are not tried: they build upon it. */
  async step(name: string, body: () => Promise<unknown>): Promise<void> {
    try {
      await body();
      this.#passed++;
      console.log(`ok - ${name}`);
    } catch (error) {
      this.#failed++;
      console.log(`not ok - ${name}: ${String(error).slice(0, 600)}`);
      if (this.#pictures !== undefined) {
        await this.page.screenshot({ path: join(this.#pictures, "failure.png") }).catch(() => undefined);
      }
      throw new Stopped();
    }
  }

  /** Keep a picture of a part of the window for the documentation, where pictures are wanted. */
  async picture(name: string, clip?: { x: number; y: number; width: number; height: number }): Promise<void> {
    if (this.#pictures !== undefined) {
      await this.page.screenshot({ path: join(this.#pictures, `vscode-${name}.png`), ...(clip ? { clip } : {}) });
    }
  }

  /** Carry out a command by its title, as a person does. */
  async command(title: string): Promise<void> {
    const input = this.page.locator(".quick-input-widget input");
    // A page within the window that is just taking the focus swallows keys.
    await this.until("the palette is open", async () => {
      await this.page.keyboard.press("F1");
      return input.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    });
    await input.fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
  }

  /** Where a word stands in the line that holds some text. Monaco scrolls itself when Playwright hovers, hence numbers. */
  async placeOf(word: string, line = word): Promise<{ x: number; y: number }> {
    const found = this.page
      .locator(".editor-instance .view-line:visible", { hasText: line })
      .first()
      .locator("span:not(:has(span))", { hasText: word });
    const { x, y, width, height } = await this.#box(found.first(), word);
    return { x: x + Math.min(width / 2, 24), y: y + height / 2 };
  }

  /** Where something stands in the window. A line that is just drawn anew is nowhere for a moment. */
  async #box(shown: Locator, what: string): Promise<{ x: number; y: number; width: number; height: number }> {
    for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
      const box = await shown.boundingBox();
      if (box !== null) {
        return box;
      }
      await this.page.waitForTimeout(50);
    }
    throw new Error(`${what} is not in sight`);
  }

  /** Rest the mouse on a word until what is shown has some text. */
  async hover(word: string, line: string, text: string): Promise<void> {
    const shown = this.page.locator(".monaco-hover:not(.hidden)", { hasText: text }).first();
    const { x, y } = await this.placeOf(word, line);
    // What a hover shows is made when it opens: while headers are still being read it is opened again.
    await this.until(`a hover with ${text}`, async () => {
      await this.page.mouse.move(5, 5);
      await this.page.mouse.move(x - 3, y, { steps: 3 });
      await this.page.mouse.move(x, y, { steps: 3 });
      return shown.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** A notification that says something. */
  notification(text: string | RegExp): Locator {
    return this.page.locator(".notification-toast", { hasText: text });
  }

  /** The dialog in front of the window that asks something. */
  dialog(text: string | RegExp): Locator {
    return this.page.locator(".monaco-dialog-box", { hasText: text });
  }

  /** Press a button of that dialog, once it is there. */
  async answer(question: string | RegExp, choice: string): Promise<void> {
    await this.dialog(question).getByText(choice, { exact: true }).click();
  }

  /** Put the cursor on a word of the line that holds some text. */
  async cursorOn(word: string, line = word): Promise<void> {
    // A lens that comes late pushes the lines behind it down, under the mouse.
    await this.until(`the cursor is on ${word}`, async () => {
      const { x, y } = await this.placeOf(word, line);
      await this.page.mouse.click(x, y);
      await this.page.waitForTimeout(SETTLED);
      const now = await this.placeOf(word, line);
      return now.x === x && now.y === y;
    });
  }

  /** Open a file of the folder by its name. */
  async open(name: string): Promise<void> {
    await this.page.keyboard.press("Control+p");
    await this.page.locator(".quick-input-widget input").fill(name);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click();
  }

  /** Wait until a question is answered with true. */
  async until(what: string, ask: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
      if (await ask()) {
        return;
      }
      await this.page.waitForTimeout(50);
    }
    throw new Error(`timed out: ${what}`);
  }
}

class Stopped extends Error {}

/** Start VS Code, do the steps, stop it. Gives whether all of them passed. */
export async function scenario(
  name: string,
  options: Options,
  body: (steps: Steps) => Promise<unknown>,
): Promise<boolean> {
  console.log(`# ${name}`);
  const code = await Code.start(options);
  const steps = new Steps(code);
  try {
    await body(steps);
  } catch (error) {
    if (!(error instanceof Stopped)) {
      console.log(`not ok - ${name}: ${error}`);
      return false;
    }
  } finally {
    await code.stop();
    console.log(`# ${name}: ${steps.result}`);
  }
  return !steps.failed;
}

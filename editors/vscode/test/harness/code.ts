// Starts the real VS Code: its server in a process group of its own, and its workbench in headless Chromium.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { type Browser, chromium, type Page } from "playwright-core";

/** Milliseconds to wait for what should happen at once; the machine may be busy. */
export const PATIENCE = 60_000;
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const INSTALLED = environment("FFI_VSCODE");
const PROGRAM = join(INSTALLED, "vscode", "out", "server-main.js");
const NODE = join(INSTALLED, "node");
const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");

const QUIET = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "git.enabled": false,
  "javascript.validate.enable": false,
  "telemetry.telemetryLevel": "off",
  "typescript.validate.enable": false,
  "update.mode": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

export interface Options {
  /** A folder whose copy is opened; a file in it that ends in .code-workspace is opened as the workspace. */
  readonly fixture: string;
  /** Called with the copy before VS Code starts. */
  readonly prepare?: (folder: string) => void;
  /** Settings of the person. */
  readonly settings?: object;
  /** Settings of machine scope, which a window like this one reads from a place of their own. */
  readonly machine?: object;
  /** An extension to install before. */
  readonly vsix?: string;
  /** What VS Code's page is told in its address; "ws:" stands for the folder. */
  readonly payload?: readonly (readonly [string, string])[];
  /** Lets VS Code run tests in its extension host; it then shows no notifications. */
  readonly testDriver?: boolean;
  /** Variables for VS Code and all that it starts. */
  readonly env?: Record<string, string>;
  /** Lets the server find the JavaScript runtimes that scripts/install_runtimes.py installed. */
  readonly runtimes?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Called with the page before it goes anywhere. */
  readonly onPage?: (page: Page) => Promise<void> | void;
}

/** A running VS Code. */
export class Code {
  readonly page: Page;
  /** The copy of the fixture. */
  readonly folder: string;
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #address: string;

  private constructor(page: Page, browser: Browser, server: Server, address: string) {
    this.page = page;
    this.folder = server.folder;
    this.#browser = browser;
    this.#server = server;
    this.#address = address;
  }

  static async start(options: Options): Promise<Code> {
    const server = new Server(options);
    try {
      const port = await server.port();
      const browser = await chromium.launch({
        executablePath: CHROMIUM.find(existsSync) ?? "chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      });
      const page = await browser.newPage({ viewport: options.viewport ?? { width: 1280, height: 800 } });
      page.setDefaultTimeout(PATIENCE);
      await options.onPage?.(page);
      const url = address(port, server.folder, options);
      await page.goto(url);
      return new Code(page, browser, server, url);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** What VS Code's server printed. */
  get log(): string {
    return this.#server.log;
  }

  /** Open another window on the same folder. */
  async secondWindow(): Promise<Page> {
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(this.#address);
    return page;
  }

  /** The processes of language servers that this VS Code's private environment runs. */
  languageServers(): number[] {
    const lines = execFileSync("ps", ["-ww", "-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
    const ours = lines.filter((line) => line.includes(this.#server.place) && line.includes("ffi-lsp --stdio"));
    return ours.map((line) => Number.parseInt(line, 10));
  }

  async stop(): Promise<void> {
    await this.#browser.close().catch(() => undefined);
    await this.#server.stop();
  }
}

class Server {
  readonly folder: string;
  log = "";
  /** The folder that holds all that it reads and writes. */
  readonly place: string;
  readonly #process: ChildProcess;

  constructor({ fixture, prepare, settings, machine, vsix, testDriver, env, runtimes }: Options) {
    this.place = realpathSync(mkdtempSync(join(tmpdir(), "ffi-vscode-")));
    const inside = (...path: string[]): string => join(this.place, ...path);
    this.folder = inside("work");
    cpSync(fixture, this.folder, { recursive: true });
    prepare?.(this.folder);
    if (runtimes) {
      mkdirSync(inside("cache", "ffi-lsp"), { recursive: true });
      symlinkSync(join(CACHE, "ffi-lsp", "runtimes"), inside("cache", "ffi-lsp", "runtimes"));
    }
    write(inside("data", "User", "settings.json"), { ...QUIET, ...settings });
    write(inside("data", "Machine", "settings.json"), machine ?? {});
    const variables = {
      ...process.env,
      HOME: this.place,
      TMPDIR: this.place,
      XDG_RUNTIME_DIR: this.place,
      XDG_CACHE_HOME: inside("cache"),
      XDG_CONFIG_HOME: inside("config"),
      XDG_DATA_HOME: inside("share"),
      // Else VS Code starts a login shell and takes its PATH instead of the one given here.
      VSCODE_CLI: "1",
      ...env,
    };
    const folders = ["--server-data-dir", inside("server"), "--user-data-dir", inside("data")];
    folders.push("--extensions-dir", inside("extensions"));
    if (vsix !== undefined) {
      execFileSync(NODE, [PROGRAM, ...folders, "--install-extension", vsix], { env: variables, stdio: "pipe" });
    }
    const words = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token"];
    words.push("--accept-server-license-terms", "--telemetry-level", "off");
    if (testDriver) {
      words.push("--enable-smoke-test-driver");
    }
    this.#process = spawn(NODE, [PROGRAM, ...folders, ...words], {
      env: variables,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** The port, once the server listens. */
  port(): Promise<number> {
    return new Promise((resolve, reject) => {
      const give = (why: string): void => reject(new Error(`VS Code's server ${why}\n${this.log}`));
      const timer = setTimeout(give, PATIENCE, "did not start");
      const hear = (data: Buffer): void => {
        this.log += data.toString();
        const found = /Server bound to 127\.0\.0\.1:(\d+)/.exec(this.log);
        if (found) {
          clearTimeout(timer);
          resolve(Number(found[1]));
        }
      };
      this.#process.stdout?.on("data", hear);
      this.#process.stderr?.on("data", hear);
      this.#process.on("exit", (code) => give(`ended with exit code ${code}`));
    });
  }

  /** End it with all that it started: extension hosts outlive it by seconds, and make their folders anew. */
  async stop(): Promise<void> {
    const send = (signal: NodeJS.Signals | 0): boolean => {
      try {
        return this.#process.pid !== undefined && process.kill(-this.#process.pid, signal);
      } catch {
        return false;
      }
    };
    send("SIGTERM");
    for (let waited = 0; waited < 5000 && send(0); waited += 50) {
      await pause(50);
    }
    send("SIGKILL");
    rmSync(this.place, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** A variable that scripts/editors/vscode.sh sets. */
export function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: run this with scripts/editors/vscode.sh`);
  }
  return value;
}

function address(port: number, folder: string, { payload = [], fixture }: Options): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`;
  const told = payload.map(([key, value]) => {
    const path = value.startsWith("ws:") ? `${folder}${value.slice(3)}` : value;
    return [key, path.startsWith("/") ? remote(path) : path];
  });
  const workspace = join(folder, "all.code-workspace");
  const opened = existsSync(join(fixture, "all.code-workspace")) ? `workspace=${workspace}` : `folder=${folder}`;
  return `http://127.0.0.1:${port}/?${opened}&payload=${encodeURIComponent(JSON.stringify(told))}`;
}

function write(file: string, value: object): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

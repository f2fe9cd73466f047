// What runs of this window have shown, so that it can be shown again, with its chart.

import type { CompareAnswer, FileAnswer, RunAnswer } from "./answers.ts";
import { showComparison, showFile, showRun } from "./report.ts";

/** The last report on each function and file. */
export class ReportMemory {
  readonly #reports = new Map<string, () => void>();
  #last: (() => void) | undefined;

  /** Keep what a command of the server answered, where there is something to show. */
  remember(command: string, given: readonly unknown[], answer: unknown): void {
    const { status, median_ns, runtime } = (answer ?? {}) as Partial<RunAnswer & FileAnswer>;
    if (command === "ffi.runFile" && runtime !== undefined) {
      this.#keep(given, () => showFile(answer as FileAnswer, (given[0] as { uri: string }).uri));
    } else if (command === "ffi.quickRun" && status === "done" && median_ns != null) {
      this.#keep(given, () => showRun(answer as RunAnswer));
    } else if (command === "ffi.compareRuntimes" && status === "done") {
      this.#keep(given, () => showComparison(answer as CompareAnswer));
    }
  }

  /** Show the report that an argument of `ffi.showReport` asks for; whether it is known. */
  show(given: readonly unknown[]): boolean {
    const report = this.#reports.get(subjectOf(given));
    report?.();
    return report !== undefined;
  }

  /** Show the newest report; whether there is one. */
  showLast(): boolean {
    this.#last?.();
    return this.#last !== undefined;
  }

  #keep(given: readonly unknown[], report: () => void): void {
    this.#last = report;
    this.#reports.set(subjectOf(given), report);
  }
}

/** What a command is about: a file, or a function in it. */
function subjectOf([given]: readonly unknown[]): string {
  const { uri, symbol } = (given ?? {}) as { uri?: string; symbol?: string };
  return JSON.stringify([uri, symbol]);
}

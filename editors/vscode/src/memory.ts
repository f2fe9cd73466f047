// What runs of this window have shown, so that it can be shown again, with its chart.

import type { CompareAnswer, RunAnswer } from "./answers.ts";
import { showComparison, showRun } from "./report.ts";

/** The last report on each function and file. */
export class ReportMemory {
  readonly #reports = new Map<string, () => void>();
  #last: (() => void) | undefined;

  /** Keep what a command of the server answered, where there are figures in it. */
  remember(command: string, given: readonly unknown[], answer: unknown): void {
    const { status, median_ns } = (answer ?? {}) as Partial<RunAnswer>;
    if (status !== "done") {
      return;
    }
    if (command === "ffi.quickRun" && median_ns != null) {
      this.#keep(given, () => showRun(answer as RunAnswer));
    } else if (command === "ffi.compareRuntimes") {
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

// Charts as SVG text: how a call's samples spread, and how runtimes compare. Colours are those of the editor's theme.

import type { Bin, ProgramAnswer } from "./answers.ts";

const WIDTH = 640;
const FONT = 'font-family="var(--vscode-font-family)" font-size="12" fill="var(--vscode-foreground)"';

/** A time in nanoseconds with three significant digits and a unit that suits it; no finer than 0.01 ns. */
export function duration(nanoseconds: number): string {
  const units = [
    ["s", 1e9],
    ["ms", 1e6],
    ["us", 1e3],
  ] as const;
  const [unit, size] = units.find(([, each]) => nanoseconds >= each) ?? (["ns", 1] as const);
  const number = nanoseconds < 1 ? nanoseconds.toFixed(2) : (nanoseconds / size).toPrecision(3);
  return `${number} ${unit}`;
}

/** Text that may stand in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** How many samples took how long; the line marks the median. Those far beyond are only counted, below the axis. */
export function histogram(bins: readonly Bin[], median: number, beyond?: Bin | null): string {
  const height = 200;
  const [base, top] = [height - 24, 20];
  const most = Math.max(1, ...bins.map(([, , count]) => count));
  const low = bins[0]?.[0] ?? 0;
  const high = bins.at(-1)?.[1] ?? low;
  const place = (time: number): number => (high > low ? ((time - low) / (high - low)) * WIDTH : WIDTH / 2);
  const step = WIDTH / Math.max(1, bins.length);
  const bars = bins.map(([from, to, count], index) => {
    const tall = ((base - top) * count) / most;
    const title = `${duration(from)} to ${duration(to)}: ${count} ${count === 1 ? "batch" : "batches"}`;
    return (
      `<rect class="bar" x="${round(index * step + 1)}" y="${round(base - tall)}" width="${round(step - 2)}" ` +
      `height="${round(tall)}" fill="var(--vscode-charts-blue)"><title>${title}</title></rect>`
    );
  });
  const middle = round(Math.min(WIDTH, Math.max(0, place(median))));
  return svg(height, `How the batches spread around ${duration(median)}`, [
    ...bars,
    `<line x1="0" y1="${base}" x2="${WIDTH}" y2="${base}" stroke="var(--vscode-foreground)" stroke-opacity="0.4"/>`,
    `<line x1="${middle}" y1="${top - 4}" x2="${middle}" y2="${base}" stroke="var(--vscode-charts-red)" stroke-dasharray="3 2"/>`,
    label(middle, 12, `median ${duration(median)}`, middle > WIDTH / 2 ? "end" : "start"),
    label(0, height - 6, duration(low), "start"),
    label(WIDTH, height - 6, duration(high), "end"),
    ...(beyond ? [label(WIDTH / 2, height - 6, `${beyond[2]} slower, up to ${duration(beyond[1])}`, "middle")] : []),
  ]);
}

/** One bar for each runtime, fastest first; shorter is faster. */
export function comparison(programs: readonly ProgramAnswer[]): string {
  const [row, left, right] = [30, 120, 150];
  const slowest = Math.max(1e-9, ...programs.map(({ wall_ms }) => wall_ms ?? 0));
  const fastest = Math.min(...programs.map(({ wall_ms }) => wall_ms ?? Number.POSITIVE_INFINITY));
  const rows = programs.flatMap((program, index) => {
    const y = index * row + 4;
    const name = label(left - 8, y + 15, program.name, "end");
    if (program.wall_ms === null) {
      return [name, label(left, y + 15, program.failures[0] ?? "no good run", "start")];
    }
    const wide = ((WIDTH - left - right) * program.wall_ms) / slowest;
    const times = `${program.wall_ms.toPrecision(4)} ms, x ${(program.wall_ms / fastest).toFixed(2)}`;
    return [
      name,
      `<rect class="bar" x="${left}" y="${y}" width="${round(wide)}" height="20" fill="var(--vscode-charts-blue)">` +
        `<title>${escapeHtml(`${program.name} ${program.version}`)}</title></rect>`,
      label(round(left + wide + 8), y + 15, times, "start"),
    ];
  });
  return svg(programs.length * row + 4, "Wall time of each runtime", rows);
}

function svg(height: number, title: string, parts: readonly string[]): string {
  const label = escapeHtml(title);
  return `<svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}">${parts.join("")}</svg>`;
}

function label(x: number, y: number, text: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" ${FONT}>${escapeHtml(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

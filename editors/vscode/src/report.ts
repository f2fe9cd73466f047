// The report on the last run, or on the last comparison of runtimes, with a chart. What it shows came from the server.

import * as vscode from "vscode";

import type { CompareAnswer, FileAnswer, RunAnswer } from "./answers.ts";
import { comparison, duration, escapeHtml, histogram } from "./chart.ts";

const STYLE = `
  body { padding: 0 1.5rem 1.5rem; max-width: 44rem; }
  table { border-collapse: collapse; margin: 1rem 0; }
  pre { overflow-x: auto; padding: 0.5rem 0.75rem; background: var(--vscode-textCodeBlock-background); }
  td { padding: 0.15rem 1.5rem 0.15rem 0; } td:first-child { opacity: 0.75; }
  svg { max-width: 100%; height: auto; margin: 0.5rem 0; } .bar:hover { fill-opacity: 0.8; }`;

let panel: vscode.WebviewPanel | undefined;

/** Show the figures of a run beside the text, with their spread. */
export function showRun(answer: RunAnswer): void {
  const rows: [string, string][] = [];
  const time = (name: string, value: number | null | undefined): void => {
    if (value != null) {
      rows.push([name, duration(value)]);
    }
  };
  time("median per call", answer.median_ns);
  time("median distance from it", answer.mad_ns);
  time("fastest batch", answer.minimum_ns);
  time("99th percentile", answer.p99_ns);
  time("an empty call", answer.empty_ns);
  time("from Python", answer.python_ns);
  rows.push(["calls", answer.calls.toLocaleString("en")]);
  if (answer.comparison) {
    rows.push(["beside the last run", answer.comparison.verdict]);
  }
  const chart =
    answer.histogram?.length && answer.median_ns
      ? histogram(answer.histogram, answer.median_ns, answer.histogram_beyond)
      : "";
  show(`${answer.symbol}()`, `<p>${escapeHtml(answer.message)}</p>${chart}${table(rows)}${link(answer.report)}`);
}

/** Show how runtimes compare. */
export function showComparison(answer: CompareAnswer): void {
  const programs = answer.programs ?? [];
  const equal = answer.outputs_equal === false ? "<p><strong>The outputs differ.</strong></p>" : "";
  const what = "<p>Wall time of the whole program, its start included. Shorter is faster.</p>";
  const chart = programs.length > 0 ? comparison(programs) + what : "";
  show("Runtimes compared", `<p>${escapeHtml(answer.message)}</p>${equal}${chart}${link(answer.report)}`);
}

/** Show what the file of a URI printed on a runtime. */
export function showFile(answer: FileAnswer, uri: string): void {
  const file = vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
  const printed = [
    ["Standard output", answer.stdout],
    ["Standard error", answer.stderr],
  ].flatMap(([name = "", text = ""]) => (text === "" ? [] : [`<h2>${name}</h2><pre>${escapeHtml(text)}</pre>`]));
  const all = printed.length > 0 ? printed.join("") : "<p>It printed nothing.</p>";
  show(`${file} on ${answer.runtime}`, `<p>${escapeHtml(answer.message)}</p>${all}${link(answer.report)}`);
}

function show(title: string, body: string): void {
  if (panel === undefined) {
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    // No scripts; the one command that a link may call opens the document of the report.
    panel = vscode.window.createWebviewPanel("ffi.report", "FFI Report", place, {
      enableScripts: false,
      enableCommandUris: ["markdown.showPreview"],
      localResourceRoots: [],
    });
    panel.onDidDispose(() => {
      panel = undefined;
    });
  }
  panel.title = `FFI: ${title}`;
  panel.webview.html = page(title, body);
  panel.reveal(undefined, true);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>`);
  return `<table>${cells.join("")}</table>`;
}

function link(report: string | null | undefined): string {
  if (!report) {
    return "";
  }
  const argument = encodeURIComponent(JSON.stringify([vscode.Uri.parse(report)]));
  return `<p><a href="command:markdown.showPreview?${argument}">The whole report</a></p>`;
}

// A cheap look at a text: may it open a native library? What is not sure is a yes; the server reads it properly.

import entryPoints from "./entry-points.json" with { type: "json" };

const dialects: readonly (readonly string[])[] = entryPoints;

/** The languages of the files that may hold a binding, as VS Code names them. */
export const LANGUAGES = [
  "javascript",
  "typescript",
  "javascriptreact",
  "typescriptreact",
  "html",
  "vue",
  "svelte",
  "astro",
] as const;

/** Whether all entry words of some dialect stand in the text. */
export function mayOpenLibrary(text: string): boolean {
  return dialects.some((words) => words.every((word) => text.includes(word)));
}

/** Whether a piece of text that was just typed holds a word of some entry point, so that the whole is worth a look. */
export function hasEntryWord(piece: string): boolean {
  return dialects.some((words) => words.some((word) => piece.includes(word)));
}

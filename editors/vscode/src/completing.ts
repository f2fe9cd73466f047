// Completion in VS Code: what a proposal inserts is fixed once it is listed, unlike its documentation. The server answers
// at once and reads headers beside the typing; where few proposals are left, its second answer is worth a moment.

import { setTimeout as pause } from "node:timers/promises";

import * as vscode from "vscode";
import type { CompletionMiddleware } from "vscode-languageclient/node";

/** With more proposals than these the person is still typing. */
const FEW = 8;
/** Milliseconds between two questions, and until the answer is taken as it is. */
const STEP = 100;
const MOST = 800;

export const waitForDeclarations: NonNullable<CompletionMiddleware["provideCompletionItem"]> = async (
  document,
  position,
  context,
  token,
  next,
) => {
  let found = await next(document, position, context, token);
  for (let waited = 0; waited < MOST && mayImprove(found) && !token.isCancellationRequested; waited += STEP) {
    await pause(STEP);
    found = await next(document, position, context, token);
  }
  return found;
};

function mayImprove(found: vscode.CompletionItem[] | vscode.CompletionList | null | undefined): boolean {
  return found instanceof vscode.CompletionList && found.isIncomplete === true && found.items.length <= FEW;
}

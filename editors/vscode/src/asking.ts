// The server's questions, before native code runs. They stand in front of the window: a notification with buttons hides
// after some seconds, and what waits for its answer would wait unseen.

import * as vscode from "vscode";
import { type LanguageClient, MessageType, ShowMessageRequest } from "vscode-languageclient/node";

/** The server's title for a no, which a modal dialog gives for Escape as well. */
const CANCEL = "Cancel";

/** Let a client ask in dialogs instead of notifications. */
export function askInDialogs(client: LanguageClient): void {
  // A handler of ours comes after the client's own for the same request, and in its place.
  client.onRequest(ShowMessageRequest.type, async ({ type, message, actions = [] }) => {
    const { showErrorMessage, showWarningMessage, showInformationMessage } = vscode.window;
    const severe = type === MessageType.Error ? showErrorMessage : showWarningMessage;
    const ask = type <= MessageType.Warning ? severe : showInformationMessage;
    const items = actions.map((action) => ({
      title: action.title,
      isCloseAffordance: action.title === CANCEL,
      action,
    }));
    return (await ask(message, { modal: true }, ...items))?.action ?? null;
  });
}

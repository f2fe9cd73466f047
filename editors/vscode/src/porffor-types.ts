// Puts porffor.d.ts, which types Porffor.dlopen, into a workspace.

import * as vscode from "vscode";

import type { Session } from "./session.ts";

/** Copy the declarations to types/porffor.d.ts of the workspace folder in front; one that is there stays. */
export async function addPorfforTypes(session: Session): Promise<void> {
  const front = vscode.window.activeTextEditor?.document.uri;
  const folder = (front && vscode.workspace.getWorkspaceFolder(front)) ?? vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) {
    void vscode.window.showInformationMessage("Open a folder first: the declarations are put into it.");
    return;
  }
  const source = vscode.Uri.joinPath(session.context.extensionUri, "types", "porffor.d.ts");
  const target = vscode.Uri.joinPath(folder.uri, "types", "porffor.d.ts");
  const name = vscode.workspace.asRelativePath(target);
  try {
    await vscode.workspace.fs.copy(source, target, { overwrite: false });
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError && error.code === "FileExists")) {
      throw error;
    }
    void vscode.window.showInformationMessage(`${name} is there already, and was left as it is.`);
    return;
  }
  const open = "Open";
  const told = `${name} types Porffor.dlopen in every file that your tsconfig.json or jsconfig.json takes in.`;
  if ((await vscode.window.showInformationMessage(told, open)) === open) {
    await vscode.window.showTextDocument(target);
  }
}

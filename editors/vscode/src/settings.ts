// Settings as the server takes them: what a person set, and nothing else, so that a file of the project is heard where
// the editor is silent.

import * as vscode from "vscode";

/** Settings that are about the extension; the server knows nothing of them. */
const OWN = new Set(["server", "trace"]);

type Tree = { [key: string]: unknown };

/**
 * What is set for the server.
 *
 * @param keys the settings that the extension contributes, as in "ffi.rules.select".
 * @param scope the resource that is asked about.
 */
export function explicitSettings(keys: readonly string[], scope?: vscode.Uri): Tree {
  const configuration = vscode.workspace.getConfiguration(undefined, scope ?? null);
  const tree: Tree = {};
  for (const key of keys) {
    const [, section = "", option = ""] = key.split(".");
    if (OWN.has(section)) {
      continue;
    }
    const found = configuration.inspect(key);
    const value = found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
    if (value !== undefined) {
      put(tree, section, option, value);
    }
  }
  if (!vscode.workspace.isTrusted) {
    put(tree, "run", "enabled", false);
  }
  return tree;
}

/** The names of the settings that the extension contributes. */
export function contributedKeys(packageJson: { contributes: { configuration: Contributed[] } }): string[] {
  return packageJson.contributes.configuration.flatMap((group) => Object.keys(group.properties));
}

interface Contributed {
  readonly properties: Record<string, unknown>;
}

function put(tree: Tree, section: string, option: string, value: unknown): void {
  tree[section] = { ...(tree[section] as Tree | undefined), [option]: value };
}

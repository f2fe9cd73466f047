#!/usr/bin/env bash
# Take the pictures of the VS Code extension, from the same run that tests it, and make them small.
set -euo pipefail
cd "$(dirname "$0")/../.."
FFI_PICTURES=$(mktemp -d)
export FFI_PICTURES
trap 'rm -rf "$FFI_PICTURES"' EXIT
bash scripts/editors/vscode.sh workbench mistakes
mkdir -p docs/pictures
for name in hover completion report; do
  pngquant --force --strip --speed 1 --quality 60-95 --output "docs/pictures/vscode-$name.png" "$FFI_PICTURES/vscode-$name.png"
done
ls -l docs/pictures

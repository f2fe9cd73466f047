#!/usr/bin/env bash
# Check, build and test the VS Code extension: types, formatting, unit tests, the extension host, the real workbench.
# With a folder as FFI_PICTURES the workbench leaves pictures there. Needs Chromium (scripts/install_system.sh, as root).
#
#   scripts/editors/vscode.sh [host | workbench [SCENARIO ...]]      by default everything
set -euo pipefail
cd "$(dirname "$0")/../.."
what=${1:-all}
[ $# -gt 0 ] && shift
root=$PWD
python=$root/.venv/bin/python
FFI_VSCODE=$("$python" scripts/install_vscode.py)
export FFI_VSCODE FFI_SERVER=$root/.venv/bin/ffi-lsp
export PATH=$FFI_VSCODE:$PATH # its Node.js is the one that VS Code itself runs on
run=(node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON)

cd editors/vscode
# Not `npm ci`: that refuses where a registry has the formatter for this platform alone.
[ node_modules/.package-lock.json -nt package-lock.json ] || npm install --no-save --loglevel=error
if [ "$what" = all ]; then
  "$python" "$root/scripts/vscode_settings.py" --check
  npx tsc --noEmit
  npx biome ci
  "${run[@]}" --test "test/unit/*.test.ts"
fi
if [ "$what" = all ] || [ "$what" = host ]; then
  node esbuild.mjs --tests
  "${run[@]}" test/host/run.ts
fi
if [ "$what" = all ] || [ "$what" = workbench ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  export FFI_VSIX=$folder/ffi-lsp.vsix
  "$python" "$root/scripts/install_runtimes.py" >/dev/null # the workbench runs and compares whole files
  "$python" "$root/scripts/build_vsix.py" --python "$python" --output "$FFI_VSIX"
  "${run[@]}" test/workbench/run.ts "$@"
fi

#!/usr/bin/env bash
# The server in a real Emacs, with eglot and with lsp-mode.
set -euo pipefail
cd "$(dirname "$0")/../.."
.venv/bin/python scripts/install_editors.py
.venv/bin/python -m pytest -q editors/emacs "$@"

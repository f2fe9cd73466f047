#!/usr/bin/env bash
# The plugin in the real Neovim, and the refusal of an old one.
set -euo pipefail
cd "$(dirname "$0")/../.."
.venv/bin/python scripts/install_editors.py
.venv/bin/python -m pytest -q editors/nvim "$@"

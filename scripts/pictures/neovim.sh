#!/usr/bin/env bash
# Draw Neovim's screen.
set -euo pipefail
cd "$(dirname "$0")/../.."
.venv/bin/python scripts/install_editors.py
mkdir -p docs/pictures
.venv/bin/python scripts/picture_neovim.py docs/pictures/neovim.svg

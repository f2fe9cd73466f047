"""The sqlite program in Python through ffi_core beside C, Deno, Bun, Node and Porffor: the headline without koffi.

    python bench/sqlite.py [--json] [--export-svg PATH] [--runs N] [--only NAME ...]

See bench/headline.py, which does it.
"""

from __future__ import annotations

import sys

from headline import main

if __name__ == "__main__":
    sys.exit(main(["--only", "ffi_core", "porffor", "deno", "bun", "node", *sys.argv[1:]]))

"""The right code that needs nothing but libc and libm runs on its runtime."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
PROGRAMS = {
    "deno/callback_kept.ts": "",
    "deno/lazy.js": "1 5\n",
    "deno/libc.ts": "true 5 3 1\ntrue\n0 true\n",
    "deno/spread.ts": "1 2n\n",
    "bun/big.ts": "6n 6 12\n",
    "bun/callback.ts": "",
    "bun/global.ts": "",
    "node/callback.mjs": "",
    "koffi/callbacks.mjs": "",
    "koffi/promises.ts": "0\n0\n0\n",
    "porffor/basic.ts": "true\n65\n66\n67\ndone\n",
    "porffor/buffers.js": "-1\n",
    "porffor/function.js": "3\n",
}
"""Each program, and what it prints."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_right_program_runs(name: str, outcome: Callable[..., str]) -> None:
    file = CORPUS / name
    assert outcome(file.parent.name, file.read_text(encoding="utf-8"), file.suffix) == PROGRAMS[name]

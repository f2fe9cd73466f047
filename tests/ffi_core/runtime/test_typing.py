"""Idiomatic use passes mypy in its strict mode, and what the documentation shows is such use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

PROGRAM = """
import asyncio
from pathlib import Path

import ffi_core
from ffi_core import Callback, Future, Library, close, cstring, dlopen

lib: Library = dlopen("libm.so.6", {"cos": {"parameters": ["f64"], "result": "f64"}})
value: float = lib.cos(0.5)
same: float = lib["cos"](0.5)
pair = {"struct": ["u8", "f64"]}
with dlopen(Path("x.so"), {"v": {"type": "i32"}, "f": {"parameters": [pair, "i32"], "result": pair}}) as other:
    other.f(bytes(16), other.v)
with dlopen(None, {}) as process:
    pass
symbols = {"sleep": {"parameters": ["u32"], "result": "u32", "nonblocking": True}}
async def main() -> int:
    future: Future = dlopen(None, symbols).sleep(1)
    result: int = await future
    return result
def compare(a: int, b: int) -> int:
    return (a > b) - (a < b)
with Callback({"parameters": ["pointer", "pointer"], "result": "i32"}, compare) as callback:
    address: int = callback.address
size: int = ffi_core.sizeof({"struct": ["u8", "f64"]})
places: tuple[int, ...] = ffi_core.offsets({"struct": ["u8", "f64"]})
block = bytearray(8)
ffi_core.write(ffi_core.address_of(block), "i32", 5)
view: memoryview = ffi_core.view(ffi_core.address_of(block), 8)
text: str | None = cstring(None)
error: int = ffi_core.get_errno()
pointer = ffi_core.Function(address, {"parameters": [], "result": "void"})
close(lib)
asyncio.run(main())
"""

WRONG = {
    "dlopen(5, {})": "arg-type",
    "dlopen('x')": "call-arg",
    "Callback({}, 5)": "arg-type",
    "close(5)": "arg-type",
}


def test_mypy_accepts_idiomatic_use_and_refuses_slips(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(PROGRAM)
    slips = "\n".join(f"{slip}  # type: ignore[{code}]" for slip, code in WRONG.items())
    (tmp_path / "wrong.py").write_text(f"from ffi_core import Callback, close, dlopen\n{slips}\n")
    # A slip that mypy let pass would leave its comment unused, which strict mode reports.
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--cache-dir",
        str(ROOT / ".mypy_cache" / "tests"),
    ]
    done = subprocess.run(
        [*command, "good.py", "wrong.py"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr

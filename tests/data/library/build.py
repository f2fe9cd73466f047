"""Makes the libraries beside this file from ``demo.c`` for many machines: ``python build.py``, with PyPI's ziglang.

The results are committed, so that the tests need no cross compiler. Run it again after a change of the sources.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ZIG = [sys.executable, "-m", "ziglang"]
COMMON = ["-shared", "-O1", "-s", "-fvisibility=hidden"]

ELF = {
    "aarch64": "aarch64-linux-musl",
    "arm": "arm-linux-musleabihf",
    "armeb": "armeb-linux-musleabihf",
    "loongarch64": "loongarch64-linux-musl",
    "mips": "mips-linux-musleabihf",
    "mips64el": "mips64el-linux-muslabi64",
    "ppc": "powerpc-linux-musleabihf",
    "ppc64": "powerpc64-linux-musl",
    "riscv64": "riscv64-linux-musl",
    "s390x": "s390x-linux-musl",
    "x86": "x86-linux-musl",
}
PE = {"aarch64": "aarch64-windows-gnu", "x86": "x86-windows-gnu", "x86_64": "x86_64-windows-gnu"}
MACH_O = {"aarch64": "aarch64-macos", "x86_64": "x86_64-macos"}
CPU_TYPES = {"aarch64": (0x0100000C, 0), "x86_64": (0x01000007, 3)}
"""Mach-O's CPU type and subtype, as in <mach/machine.h>."""


def main() -> None:
    for name, target in ELF.items():
        soname = "-Wl,-soname,libdemo.so.3"
        zig("cc", "-target", target, *COMMON, "-fPIC", "-nostdlib", soname, "-o", f"libdemo-{name}.so.3", "demo.c")
    for name, target in PE.items():
        zig("cc", "-target", target, *COMMON, "-nostdlib", "-o", f"demo-{name}.dll", "demo.c", "demo.def", "-lkernel32")
    zig("dlltool", "-d", "demo.def", "-l", "demo-x86_64.lib", "-m", "i386:x86-64")
    for name, target in MACH_O.items():
        install_name = ["-install_name", "@rpath/libdemo.3.dylib"]
        zig("cc", "-target", target, *COMMON, *install_name, "-o", f"libdemo-{name}.dylib", "demo.c")
    write_fat("libdemo-fat.dylib", {name: HERE / f"libdemo-{name}.dylib" for name in MACH_O})
    for left_over in (*HERE.glob("*.pdb"), HERE / "demo.lib"):
        left_over.unlink(missing_ok=True)


def zig(*words: str) -> None:
    subprocess.run([*ZIG, *words], cwd=HERE, check=True)


def write_fat(name: str, parts: dict[str, Path]) -> None:
    """A fat file as Apple's lipo writes it (<mach-o/fat.h>): big-endian header, each part on a 16 KiB boundary."""
    header, body, offset = struct.pack(">II", 0xCAFEBABE, len(parts)), b"", 1 << 14
    for architecture, path in parts.items():
        image = path.read_bytes()
        header += struct.pack(">iiIII", *CPU_TYPES[architecture], offset, len(image), 14)
        image += bytes(-len(image) % (1 << 14))
        body, offset = body + image, offset + len(image)
    (HERE / name).write_bytes(header.ljust(1 << 14, b"\0") + body)


if __name__ == "__main__":
    main()

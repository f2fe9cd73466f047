"""Make ffi_core/headers/libc.jsonl: the prototypes of the functions that the C standard and POSIX name.

    python scripts/make_libc_table.py

No list of functions is typed here, only the headers that the standards define (C17, 7.1.2; POSIX.1-2008, "Headers").
They are read as they are installed, with the macros that hide whatever the standards do not name (C17 alone, then
_POSIX_C_SOURCE and _XOPEN_SOURCE). What is left are the standards' own functions, which any libc declares alike.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from ffi_core.c_types import CFunction, CPointer, CType
from ffi_core.headers import HeaderError, HeaderRequest, read_headers
from ffi_core.headers.codec import encode
from ffi_core.headers.table import TABLE
from ffi_core.model import Prototype, PrototypeKind

C = (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg "
    "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype "
)
POSIX = (
    "aio arpa/inet cpio dirent dlfcn fcntl fmtmsg fnmatch ftw glob grp iconv langinfo libgen monetary mqueue "
    "net/if netdb netinet/in netinet/tcp nl_types poll pthread pwd regex sched search semaphore spawn strings "
    "stropts sys/ipc sys/mman sys/msg sys/resource sys/select sys/sem sys/shm sys/socket sys/stat sys/statvfs "
    "sys/time sys/times sys/types sys/uio sys/un sys/utsname sys/wait syslog tar termios trace ulimit unistd "
    "utime utmpx wordexp "
)
STRICT_C = ("__STRICT_ANSI__", "_ISOC11_SOURCE", "_ISOC99_SOURCE")
STRICT_POSIX = ("_POSIX_C_SOURCE=200809L", "_XOPEN_SOURCE=700")


def main() -> int:
    functions: dict[str, Prototype] = {}
    for headers, defines in ((C.split(), STRICT_C), ((C + POSIX).split(), STRICT_POSIX)):
        found = [prototype for name in headers for prototype in standard_functions(f"{name}.h", defines)]
        # Standard headers include each other: the one that declares a function in its own text comes first.
        found.sort(key=lambda prototype: not prototype.comment)
        for prototype in found:
            functions.setdefault(prototype.name, replace(prototype, comment=""))
    rows = [json.dumps(encode(functions[name]), separators=(",", ":")) for name in sorted(functions)]
    TABLE.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(rows)} functions, {TABLE.stat().st_size} bytes in {TABLE.relative_to(Path.cwd())}")
    return 0


def standard_functions(header: str, defines: tuple[str, ...]) -> list[Prototype]:
    """The functions that a standard header declares under the standards' own names."""
    try:
        table = read_headers(HeaderRequest((header,), defines=defines))
    except HeaderError as error:
        print(f"left out: {error}", file=sys.stderr)
        return []
    found = (table[name] for name in table if not name.startswith("_"))
    return [
        replace(
            prototype,
            result=plain(prototype.result),
            parameters=tuple((name.lstrip("_"), plain(type_)) for name, type_ in prototype.parameters),
            header=header,
            line=0,
            comment="own" if prototype.header.endswith((f"/{header}", f"/bits/{header}")) else "",
        )
        for prototype in found
        if prototype.kind is PrototypeKind.FUNCTION
    ]


def plain(type_: CType) -> CType:
    """A type without the typedefs that only this machine's libc has."""
    if type_.typedef is not None and type_.typedef.startswith("__"):
        type_ = replace(type_, typedef=None)
    match type_:
        case CPointer(to=to):
            return replace(type_, to=plain(to))
        case CFunction(result=result, parameters=parameters):
            return replace(type_, result=plain(result), parameters=tuple(plain(entry) for entry in parameters))
        case _:
            return type_


if __name__ == "__main__":
    sys.exit(main())

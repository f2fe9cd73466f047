"""The process that reads headers and debug information: one request on stdin, one answer on stdout, then it ends.

Run as ``python -P -m ffi_core.headers.worker``. It limits its own memory, time and output before it reads anything;
`ffi_core.headers.process` holds the clock and the kill.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import Any

from ffi_core.headers.abi import abi_for, host_abi
from ffi_core.headers.codec import encode
from ffi_core.headers.request import HeaderAnswer, HeaderError, HeaderFailure, HeaderRequest, Parser

MEMORY = 2 << 30
"""Bytes of address space; libclang maps 70 MiB of itself, and the largest headers take some hundred."""
OUTPUT = 128 << 20
"""Bytes of an answer."""


def main() -> int:
    """Answer the request on stdin; the exit code is 0 where an answer was written, an error's own among them."""
    task = json.load(sys.stdin)
    _limit(int(task["seconds"]))
    # A library that prints must not spoil the answer.
    answer_file = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        answer = _answer(task)
    except HeaderError as error:
        answer = {"error": [error.header, error.reason, error.detail]}
    with answer_file:
        json.dump(answer, answer_file)
    return 0


def _limit(seconds: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _answer(task: dict[str, Any]) -> dict[str, Any]:
    try:
        return _to_json(_read(task))
    except MemoryError as error:
        subject = task.get("library") or " ".join(task["headers"])
        raise HeaderError(subject, HeaderFailure.CRASHED, f"it needs more than {MEMORY >> 20} MiB of memory") from error


def _read(task: dict[str, Any]) -> HeaderAnswer:
    if task["what"] == "dwarf":
        from ffi_core.headers import dwarf

        return dwarf.read(task["library"], task["names"], abi_for(*task["target"]))
    request = HeaderRequest(tuple(task["headers"]), tuple(task["include_dirs"]), tuple(task["defines"]))
    if task["parser"] == Parser.LIBCLANG:
        from ffi_core.headers import clang

        return clang.read(request, host_abi())
    from ffi_core.headers import pyc

    return pyc.read(request, host_abi())


def _to_json(answer: HeaderAnswer) -> dict[str, Any]:
    return {
        "parser": answer.parser,
        "prototypes": [encode(prototype) for prototype in answer.prototypes],
        "stamps": [list(asdict(stamp).values()) for stamp in answer.stamps],
        "complaints": list(answer.complaints),
    }


if __name__ == "__main__":
    sys.exit(main())

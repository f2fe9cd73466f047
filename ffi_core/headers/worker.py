"""The process that reads headers and debug information: a request on each line of stdin, an answer on each of stdout.

Run as ``python -P -m ffi_core.headers.worker``. It limits its own memory and time before it reads anything;
`ffi_core.headers.process` holds the clock and the kill.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from typing import Any

from ffi_core.headers.abi import abi_for, host_abi
from ffi_core.headers.codec import encode
from ffi_core.headers.request import HeaderAnswer, HeaderError, HeaderFailure, HeaderRequest, Parser

MEMORY = 2 << 30
"""Bytes of address space; libclang maps 70 MiB of itself, and the largest headers take some hundred."""
_LARGEST_FILE = 128 << 20
"""Bytes of a file that it may write: of its complaints, and of what a preprocessor keeps."""


def main() -> int:
    """Answer the requests on stdin until it is closed; an error is an answer, too."""
    _limit_space()
    # A library that prints must not spoil the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        task = json.loads(line)
        _limit_time(int(task["seconds"]))
        try:
            answer = _answer(task)
        except HeaderError as error:
            answer = {"error": [error.header, error.reason, error.detail]}
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()
    return 0


def _limit_space() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _limit_time(seconds: int) -> None:
    """Let this task take some seconds of the processor, whatever those before it took."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = int(time.process_time()) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


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

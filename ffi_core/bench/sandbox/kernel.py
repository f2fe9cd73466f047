"""Calls into the Linux kernel through our own FFI: the few that the sandbox needs, errors raised with their name."""

from __future__ import annotations

import errno
import os
import platform
import struct
from functools import cache
from typing import Any

_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522
_CAPGET_AND_CAPSET = {"x86_64": (125, 126), "aarch64": (90, 91)}
_READ_SEARCH = 1 << 2


class KernelError(Exception):
    """The kernel refused; the text says what and why."""


def system_call(number: int, *arguments: int) -> int:
    """syscall(2) with up to five integers or addresses.

    Raises
    ------
    KernelError: naming the error.
    """
    return _checked("syscall", libc().syscall(number, *arguments, *[0] * (5 - len(arguments))))


def control_process(option: int, *arguments: int) -> int:
    """prctl(2) with up to four integers or addresses.

    Raises
    ------
    KernelError: naming the error.
    """
    return _checked("prctl", libc().prctl(option, *arguments, *[0] * (4 - len(arguments))))


def forbid_new_privileges() -> None:
    """Let no program that this process becomes gain a privilege, which Landlock and seccomp ask for (prctl(2))."""
    control_process(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up what makes root more than an owner of files, but for reading those of others (capabilities(7)).

    Raises
    ------
    KernelError: where the kernel refuses, or this processor's call number is not known.
    """
    numbers = _CAPGET_AND_CAPSET.get(platform.machine())
    if numbers is None:
        raise KernelError(f"no call numbers are known for {platform.machine()}")
    header = bytearray(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0))
    sets = bytearray(struct.calcsize("=6I"))
    system_call(numbers[0], address(header), address(sets))
    effective, permitted, *_ = struct.unpack("=6I", sets)
    # The library itself may be a file that only root's right to read opens.
    struct.pack_into("=6I", sets, 0, effective & _READ_SEARCH, permitted & _READ_SEARCH, 0, 0, 0, 0)
    system_call(numbers[1], address(header), address(sets))


def address(block: bytearray) -> int:
    """Where a block's bytes are, for as long as it is kept and not resized."""
    from ffi_core.runtime import address_of

    return int(address_of(block))


@cache
def libc() -> Any:
    """syscall and prctl of the process's own C library, both variadic in C and called with a fixed shape."""
    from ffi_core.runtime import dlopen

    number = "i64"
    return dlopen(
        None,
        {
            "syscall": {"parameters": [number] * 6, "result": number},
            "prctl": {"parameters": ["i32", *[number] * 4], "result": "i32"},
        },
    )


def _checked(what: str, result: int) -> int:
    if result >= 0:
        return result
    from ffi_core.runtime import get_errno

    code = get_errno()
    raise KernelError(f"{what}: {errno.errorcode.get(code, code)}, {os.strerror(code)}")

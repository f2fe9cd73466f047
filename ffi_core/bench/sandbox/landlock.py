"""Landlock: files become read-only but for a scratch folder, and signals stay inside (landlock(7), kernel 5.13 on)."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from ffi_core.bench.sandbox.kernel import KernelError, address, system_call

FIRST_WITH_SIGNAL_SCOPE = 6
"""The version of Landlock's interface that can keep signals inside."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_SCOPE_ABSTRACT_UNIX_SOCKET, _SCOPE_SIGNAL = 1, 2

_WRITE_FILE = 1 << 1
_TRUNCATE = 1 << 14
_REFER = 1 << 13
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_WRITABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


def restrict(scratch: str) -> int:
    """Restrict this thread and all that comes from it; the version of the kernel's interface.

    Parameters
    ----------
    scratch: the folder that stays writable.

    Raises
    ------
    KernelError: where the kernel has no Landlock, or it is off.
    """
    version = system_call(_CREATE_RULESET, 0, 0, _CREATE_RULESET_VERSION)
    writing = _WRITE_FILE | _REMOVE_AND_MAKE | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    scopes = _SCOPE_ABSTRACT_UNIX_SOCKET | _SCOPE_SIGNAL if version >= FIRST_WITH_SIGNAL_SCOPE else 0
    # struct landlock_ruleset_attr: what is handled of files, of the network, and the scopes; each version knows more.
    attributes = bytearray(struct.pack("=QQQ", writing, 0, scopes)[: 24 if scopes else 8])
    ruleset = system_call(_CREATE_RULESET, address(attributes), len(attributes))
    try:
        _allow(ruleset, scratch, writing)
        for device in _WRITABLE_DEVICES:
            if Path(device).exists():
                _allow(ruleset, device, writing & (_WRITE_FILE | _TRUNCATE))
        system_call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        raise KernelError(f"{path}: {error.strerror}") from error
    try:
        rule = bytearray(struct.pack("=Qi", access, parent))  # struct landlock_path_beneath_attr, which is packed
        system_call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, address(rule), 0)
    finally:
        os.close(parent)

"""seccomp: system calls that reach beyond this process fail with EPERM, by a filter that the kernel runs (seccomp(2)).

The filter is a denylist of doors, not an allowlist of needs: a library under measurement may use any other call.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

from ffi_core.bench.sandbox.kernel import KernelError, address, control_process

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_FAIL = 0x00050000
_CLONE_THREAD = 0x00010000
_X32_BIT = 0x40000000

# linux/bpf_common.h: load a word of struct seccomp_data, compare it, return.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16

Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Architecture:
    """What the filter must know of a processor: its AUDIT_ARCH (linux/audit.h) and its call numbers (asm/unistd.h).

    Parameters
    ----------
    audit: the kernel's name for it.
    denied: calls that fail whatever their arguments: sockets, new sessions and process groups, other processes' memory,
        owners, modes, times and attributes of files, namespaces, tracing, and io_uring, which no filter sees.
    own_only: calls whose first argument must be 0 or this process.
    signals: calls that signal by process or thread number.
    clone: may make threads only.
    clone3: answers ENOSYS, since its flags are out of a filter's sight; the C library then uses clone.
    x32: whether calls may come with the x32 bit set.
    """

    audit: int
    denied: tuple[int, ...]
    own_only: tuple[int, ...]
    signals: tuple[int, ...]
    clone: int
    clone3: int = 435
    x32: bool = False


_EVERYWHERE = (
    424,  # pidfd_send_signal
    425,  # io_uring_setup
    438,  # pidfd_getfd
    452,  # fchmodat2
    463,  # setxattrat
    466,  # removexattrat
)

ARCHITECTURES = {
    "x86_64": Architecture(
        audit=0xC000003E,
        denied=(
            *_EVERYWHERE,
            *(41, 57, 58, 109, 112),  # socket, fork, vfork, setpgid, setsid
            *(101, 310, 311, 298, 321, 323),  # ptrace, process_vm_readv and _writev, perf_event_open, bpf, userfaultfd
            *(90, 91, 268, 92, 93, 94, 260),  # chmod, fchmod, fchmodat, chown, fchown, lchown, fchownat
            *(132, 235, 261, 280),  # utime, utimes, futimesat, utimensat
            *(188, 189, 190, 197, 198, 199),  # setxattr, lsetxattr, fsetxattr, removexattr, lremovexattr, fremovexattr
            *(248, 249, 250, 272, 308),  # add_key, request_key, keyctl, unshare, setns
            *(129, 297, 141, 251, 256, 279),  # rt_sigqueueinfo, rt_tgsigqueueinfo, setpriority, ioprio_set, *_pages
        ),
        own_only=(302,),  # prlimit64
        signals=(62, 200, 234),  # kill, tkill, tgkill
        clone=56,
        x32=True,
    ),
    "aarch64": Architecture(
        audit=0xC00000B7,
        denied=(
            *_EVERYWHERE,
            *(198, 154, 157),  # socket, setpgid, setsid
            *(117, 270, 271, 241, 280, 282),  # ptrace, process_vm_readv and _writev, perf_event_open, bpf, userfaultfd
            *(52, 53, 54, 55, 88),  # fchmod, fchmodat, fchownat, fchown, utimensat
            *(5, 6, 7, 14, 15, 16),  # setxattr, lsetxattr, fsetxattr, removexattr, lremovexattr, fremovexattr
            *(217, 218, 219, 97, 268),  # add_key, request_key, keyctl, unshare, setns
            *(138, 240, 140, 30, 238, 239),  # rt_sigqueueinfo, rt_tgsigqueueinfo, setpriority, ioprio_set, *_pages
        ),
        own_only=(261,),  # prlimit64
        signals=(129, 130, 131),  # kill, tkill, tgkill
        clone=220,
    ),
}


def restrict(process: int, *, signals: bool) -> None:
    """Install the filter on this thread and all that comes from it. The process must have no_new_privs set.

    Parameters
    ----------
    process: this process's number.
    signals: whether to let it signal itself alone; False leaves signals to Landlock.

    Raises
    ------
    KernelError: where the kernel refuses, or this processor is not known.
    """
    architecture = ARCHITECTURES.get(platform.machine())
    if architecture is None:
        raise KernelError(f"no filter is known for {platform.machine()}")
    program = make_filter(architecture, process, signals=signals)
    instructions = bytearray(b"".join(struct.pack("=HBBI", *instruction) for instruction in program))
    # struct sock_fprog: a short, padding, a pointer.
    header = bytearray(struct.pack("@HP", len(program), address(instructions)))
    control_process(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, address(header))


def make_filter(architecture: Architecture, process: int, *, signals: bool) -> list[Instruction]:
    """The filter's instructions: code, jump if true, jump if false, operand. Parameters as for `restrict`."""
    forbidden = _fail(errno.EPERM)
    program: list[Instruction] = [(_LOAD, 0, 0, _ARCHITECTURE), (_IF_EQUAL, 1, 0, architecture.audit), forbidden]
    program.append((_LOAD, 0, 0, _NUMBER))
    if architecture.x32:
        program += [(_IF_AT_LEAST, 0, 1, _X32_BIT), forbidden]
    for number in architecture.denied:
        program += [(_IF_EQUAL, 0, 1, number), forbidden]
    program += [(_IF_EQUAL, 0, 1, architecture.clone3), _fail(errno.ENOSYS)]
    program += _only(architecture.clone, [(_IF_BITS, 1, 0, _CLONE_THREAD), forbidden])
    for number in architecture.own_only + (architecture.signals if signals else ()):
        program += _only(number, [(_IF_EQUAL, 2, 0, 0), (_IF_EQUAL, 1, 0, process), forbidden])
    program.append((_RETURN, 0, 0, _ALLOW))
    return program


def _only(number: int, judge: list[Instruction]) -> list[Instruction]:
    """Judge a call by the low word of its first argument; a judgement that falls off its end allows."""
    steps = [(_LOAD, 0, 0, _FIRST_ARGUMENT), *judge, (_RETURN, 0, 0, _ALLOW)]
    return [(_IF_EQUAL, 0, len(steps), number), *steps]


def _fail(code: int) -> Instruction:
    return (_RETURN, 0, 0, _FAIL | code)

"""Seccomp: a filter of system calls, as the classic BPF program the kernel runs before each of them (seccomp(2)).

It denies what `_calls` lists, and of calls that a computation needs the uses it does not need: starting processes
rather than threads, signals to others, changing limits. Opening files is Landlock's, which sees paths.
"""

from __future__ import annotations

import errno
import os
import platform
import struct

from verifier.behavior.sandbox import _kernel
from verifier.behavior.sandbox._calls import DENIED, JUDGED, NEWEST

_PROCESSORS = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine to its column in `_calls` and its AUDIT_ARCH (`linux/audit.h`); both are little-endian."""

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
"""BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_{JEQ,JGT,JSET}|BPF_K, BPF_RET|BPF_K (`linux/bpf_common.h`)."""

_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
"""SECCOMP_RET_ALLOW, _KILL_PROCESS and _ERRNO (`linux/seccomp.h`)."""

_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Offsets in `struct seccomp_data`; arguments have 8 bytes each, the lower half first."""

_CLONE_THREAD = 0x10000
"""`linux/sched.h`."""


def supported() -> bool:
    """Whether the filter is written for this processor."""
    return platform.machine() in _PROCESSORS


def number(name: str) -> int:
    """The number of a call that is denied, on this processor."""
    return DENIED[name][_PROCESSORS[platform.machine()][0]]


def restrict() -> None:
    """Denies this thread, and all it will start, what `program` denies.

    Raises:
        OSError: the kernel refuses, or the processor is another.
    """
    if not supported():
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    _kernel.filter_calls(program(platform.machine(), os.getpid()))


def program(machine: str, process: int) -> bytes:
    """The filter.

    Args:
        machine: `x86_64` or `aarch64`.
        process: id of the process that will run under it, the only one it may signal.
    """
    column, architecture = _PROCESSORS[machine]
    judged = {name: numbers[column] for name, numbers in JUDGED.items()}
    lines = [
        *(_line(_LOAD, _ARCHITECTURE), _line(_EQUAL, architecture, 1, 0), _line(_RETURN, _KILL)),
        *(_line(_LOAD, _NUMBER), _line(_GREATER, NEWEST, 0, 1), _fail(errno.ENOSYS)),
    ]
    for numbers in DENIED.values():
        lines += _on(numbers[column], [_fail(errno.EPERM)])
    lines += _on(judged["clone3"], [_fail(errno.ENOSYS)])  # its flags cannot be seen; libraries then use clone
    lines += _on(judged["clone"], _unless(_ANY_BIT, 0, _CLONE_THREAD))
    lines += _on(judged["kill"], _unless(_EQUAL, 0, process))
    lines += _on(judged["tgkill"], _unless(_EQUAL, 0, process))
    lines += _on(judged["prlimit64"], [*_none(2, upper=True), *_none(2)])
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _line(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, otherwise, value)


def _fail(number: int) -> bytes:
    return _line(_RETURN, _FAIL | number)


def _on(call: int, body: list[bytes]) -> list[bytes]:
    """What is done on one call; the body ends it, or is followed by leave."""
    if call < 0:
        return []
    whole = [*body, _line(_RETURN, _ALLOW)]
    return [_line(_EQUAL, call, 0, len(whole)), *whole]


def _argument(place: int, *, upper: bool = False) -> bytes:
    return _line(_LOAD, _ARGUMENTS + 8 * place + 4 * upper)


def _unless(test: int, place: int, value: int) -> list[bytes]:
    """Denial where the lower half of an argument fails a test."""
    return [_argument(place), _line(test, value, 1, 0), _fail(errno.EPERM)]


def _none(place: int, *, upper: bool = False) -> list[bytes]:
    """Denial where a half of an argument is not 0."""
    return [_argument(place, upper=upper), _line(_EQUAL, 0, 1, 0), _fail(errno.EPERM)]

"""The system calls Python has no function for. The only place that uses ctypes."""

from __future__ import annotations

import ctypes
import os
from functools import cache

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
"""Options of prctl(2), `linux/prctl.h`."""

SECCOMP_MODE_FILTER = 2
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER = 1, 1 << 3
"""`linux/seccomp.h`."""


class _Program(ctypes.Structure):
    """`struct sock_fprog` of `linux/filter.h`: how many instructions of 8 bytes, and where."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *arguments: int | bytes | None) -> int:
    """The result of a system call; bytes are passed by their address.

    Raises:
        OSError: it failed.
    """
    passed = [ctypes.c_long(one) if isinstance(one, int) else ctypes.c_char_p(one) for one in arguments]
    return _checked(_libc().syscall(ctypes.c_long(number), *passed))


def prctl(option: int, value: int) -> None:
    """Sets an attribute of this process.

    Raises:
        OSError: it failed.
    """
    _checked(_libc().prctl(option, *(ctypes.c_ulong(one) for one in (value, 0, 0, 0))))


def filter_calls(instructions: bytes) -> None:
    """Installs a filter of system calls for this thread and all it will start; it cannot be removed.

    Args:
        instructions: `struct sock_filter` each, 8 bytes.

    Raises:
        OSError: the kernel refuses it.
    """
    program = _Program(len(instructions) // 8, instructions)
    _checked(_libc().prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(program)))


def listener(number: int, instructions: bytes) -> int:
    """Installs a filter as `filter_calls` does, and gives the descriptor of the listener its answers come from.

    Args:
        number: of seccomp(2) on this processor.
        instructions: as there.

    Raises:
        OSError: the kernel refuses it.
    """
    program = _Program(len(instructions) // 8, instructions)
    operation, flags = ctypes.c_long(SECCOMP_SET_MODE_FILTER), ctypes.c_long(SECCOMP_FILTER_FLAG_NEW_LISTENER)
    return _checked(_libc().syscall(ctypes.c_long(number), operation, flags, ctypes.byref(program)))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

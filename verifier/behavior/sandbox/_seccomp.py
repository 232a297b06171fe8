"""Seccomp: a filter of system calls, as the classic BPF program the kernel runs before each of them (seccomp(2)).

It denies what `_calls` lists, and of calls that a computation needs the uses it does not need: starting processes
rather than threads, signals to others, changing limits. Opening files is Landlock's, which sees paths. Of a process
that is observed, a listener is asked what to answer to each of these and to each opening of a file
(seccomp_unotify(2)): nothing the process does by itself, in whatever language, can keep that from it.
"""

from __future__ import annotations

import errno
import os
import platform
import struct
from collections.abc import Sequence

from verifier.behavior.sandbox import _kernel
from verifier.behavior.sandbox._calls import DENIED, FILTERING, IOCTL, JUDGED, NEWEST, OPENING, PRCTL, PROGRAMS

_PROCESSORS = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine to its column in `_calls` and its AUDIT_ARCH (`linux/audit.h`); both are little-endian."""

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN, _AND = 0x20, 0x15, 0x25, 0x45, 0x06, 0x54
"""BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_{JEQ,JGT,JSET}|BPF_K, BPF_RET|BPF_K, BPF_ALU|BPF_AND|BPF_K (`bpf_common.h`)."""

_ALLOW, _KILL, _FAIL, _ASK = 0x7FFF0000, 0x80000000, 0x00050000, 0x7FC00000
"""SECCOMP_RET_ALLOW, _KILL_PROCESS, _ERRNO and _USER_NOTIF (`linux/seccomp.h`)."""

_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Offsets in `struct seccomp_data`; arguments have 8 bytes each, the lower half first."""

_CLONE_THREAD, _CLONE_NAMESPACES = 0x10000, 0x7E020000
"""`linux/sched.h`; the second is every CLONE_NEW flag that clone takes."""

_UNIX, _INET, _INET6 = 1, 2, 10
_STREAM, _TYPES = 1, 0xF
_TCP = 6
"""`linux/socket.h`, `linux/net.h`, `linux/in.h`; protocol 0 of an Internet stream is TCP too."""

_FAST_OPEN = 0x20000000
"""MSG_FASTOPEN: sending that connects, which Landlock does not see as connecting (`linux/socket.h`)."""
_SENDING = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}
"""Call to the place of its flags."""

_TYPING = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: typing into the terminal the program shares with its user (CVE-2017-5226)."""


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
    _demand()
    _kernel.filter_calls(program(platform.machine(), os.getpid()))


def restrict_observed(control: int) -> int:
    """Has a listener asked for this thread, and all it will start, instead of denying, as `program` does.

    Args:
        control: the one descriptor over which messages may still be sent, which hands over the listener.

    Returns:
        The listener's descriptor.

    Raises:
        OSError: the kernel refuses, or knows no listeners (before Linux 5.0), or the processor is another.
    """
    _demand()
    column = _PROCESSORS[platform.machine()][0]
    return _kernel.listener(FILTERING["seccomp"][column], program(platform.machine(), os.getpid(), control=control))


def call_names() -> dict[int, str]:
    """Number to name of each call a listener can be asked about, on this processor."""
    column = _PROCESSORS[platform.machine()][0]
    every = {**DENIED, **JUDGED, **OPENING, **FILTERING, "prctl": PRCTL}
    return {numbers[column]: name for name, numbers in every.items() if numbers[column] >= 0}


def restrict_others(*, own_network: bool, gateway: bool) -> None:
    """Denies this thread, and all it will start, what `program_of_others` denies.

    Raises:
        OSError: the kernel refuses, or the processor is another.
    """
    _demand()
    _kernel.filter_calls(program_of_others(platform.machine(), own_network=own_network, gateway=gateway))


def _demand() -> None:
    if not supported():
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def program(machine: str, process: int, *, control: int | None = None) -> bytes:
    """The filter.

    Args:
        machine: `x86_64` or `aarch64`.
        process: id of the process that will run under it, the only one it may signal.
        control: of a process that is observed, the descriptor over which it may send messages.
    """
    column, architecture = _PROCESSORS[machine]
    judged = {name: numbers[column] for name, numbers in JUDGED.items()}
    denial = _fail(errno.EPERM) if control is None else _line(_RETURN, _ASK)
    lines = _known(architecture)
    if control is not None:
        lines += _asked(column, control)
    for numbers in DENIED.values():
        lines += _on(numbers[column], [denial])
    lines += _on(judged["clone3"], [_fail(errno.ENOSYS)])  # its flags cannot be seen; libraries then use clone
    lines += _on(judged["clone"], [_argument(0), _line(_ANY_BIT, _CLONE_THREAD, 1, 0), denial])
    lines += _on(judged["kill"], [_argument(0), _line(_EQUAL, process, 1, 0), denial])
    lines += _on(judged["tgkill"], [_argument(0), _line(_EQUAL, process, 1, 0), denial])
    none = [[_argument(2, upper=upper), _line(_EQUAL, 0, 1, 0), denial] for upper in (True, False)]
    lines += _on(judged["prlimit64"], [*none[0], *none[1]])
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _asked(column: int, control: int) -> list[bytes]:
    """What else a listener is asked about: opening files, and filters that would answer in its place."""
    ask = _line(_RETURN, _ASK)
    lines = _on(DENIED["sendmsg"][column], [_argument(0), _line(_EQUAL, control, 1, 0), ask])
    for numbers in (*OPENING.values(), *FILTERING.values()):
        lines += _on(numbers[column], [ask])
    return lines + _on(PRCTL[column], [_argument(0), _line(_EQUAL, _kernel.PR_SET_SECCOMP, 0, 1), ask])


def program_of_others(machine: str, *, own_network: bool, gateway: bool) -> bytes:
    """The filter for a program of the user's, which starts others.

    Args:
        machine: `x86_64` or `aarch64`.
        own_network: it runs in a network namespace of its own, and sees no Unix socket that is not its own. Otherwise
            nothing but Landlock's rule of ports keeps TCP in, and nothing keeps Unix sockets in: there are none.
        gateway: without a namespace, it may use TCP.
    """
    column, architecture = _PROCESSORS[machine]
    lines = _known(architecture)
    for name, numbers in DENIED.items():
        if name not in PROGRAMS:
            lines += _on(numbers[column], [_fail(errno.EPERM)])
    lines += _on(JUDGED["clone3"][column], [_fail(errno.ENOSYS)])
    lines += _on(JUDGED["clone"][column], [_argument(0), _line(_ANY_BIT, _CLONE_NAMESPACES, 0, 1), _fail(errno.EPERM)])
    lines += _on(IOCTL[column], [_argument(1), *_among(_TYPING, 0, 1), _fail(errno.EPERM)])
    if own_network:
        lines += _on(DENIED["socket"][column], _only(0, _UNIX, _INET, _INET6))
        return b"".join([*lines, _line(_RETURN, _ALLOW)])
    internet = [*_only(0, _INET), *_stream(), *_only(2, 0, _TCP)] if gateway else [_fail(errno.EPERM)]
    lines += _on(DENIED["socket"][column], internet)
    lines += _on(DENIED["socketpair"][column], [*_only(0, _UNIX), *_stream()])  # a datagram names its receiver
    for name, place in _SENDING.items():
        lines += _on(DENIED[name][column], [_argument(place), _line(_ANY_BIT, _FAST_OPEN, 0, 1), _fail(errno.EPERM)])
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _known(architecture: int) -> list[bytes]:
    """What comes first: nothing but the calls of this processor that are known."""
    return [
        *(_line(_LOAD, _ARCHITECTURE), _line(_EQUAL, architecture, 1, 0), _line(_RETURN, _KILL)),
        *(_line(_LOAD, _NUMBER), _line(_GREATER, NEWEST, 0, 1), _fail(errno.ENOSYS)),
    ]


def _among(values: Sequence[int], then: int, otherwise: int) -> list[bytes]:
    """Skips instructions after these: `then` where what was loaded is one of the values, else `otherwise`."""
    left = range(len(values) - 1, -1, -1)
    return [
        _line(_EQUAL, value, then + more, 0 if more else otherwise) for value, more in zip(values, left, strict=True)
    ]


def _only(place: int, *values: int) -> list[bytes]:
    """Denial where an argument is none of these."""
    return [_argument(place), *_among(values, 1, 0), _fail(errno.EPERM)]


def _stream() -> list[bytes]:
    """Denial where a socket's type is another, whatever its flags."""
    return [_argument(1), _line(_AND, _TYPES), _line(_EQUAL, _STREAM, 1, 0), _fail(errno.EPERM)]


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

"""Landlock: from now on this process may use some paths, and no others (kernel: userspace-api/landlock).

Each version of the interface knows more rights; all that the running kernel knows are given up.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterable, Sequence

from verifier.behavior.sandbox import _kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""The same on all processors (`asm-generic/unistd.h`)."""
_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2

OLDEST = 3
"""The first version that keeps files from being cut off: Linux 6.2."""

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_EVERYTHING = (1 << 16) - 1
"""`LANDLOCK_ACCESS_FS_*` of `linux/landlock.h`; to anything but a folder only `_FILE_RIGHTS` apply."""

_FS_RIGHTS = {3: 15, 5: 16}
"""Version of the interface to the number of rights on files it knows, each a bit (`linux/landlock.h`)."""
NET_SINCE, _NET_RIGHTS, _CONNECT = 4, 0b11, 0b10
"""Binding and connecting TCP."""
SCOPES_SINCE, _SCOPES = 6, 0b11
"""Abstract Unix sockets and signals that reach out of the sandbox."""


def version() -> int:
    """The version of the interface; 0 where there is none."""
    try:
        return _kernel.syscall(_CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        return 0


def restrict(readable: Iterable[str], listed: Iterable[str]) -> None:
    """Gives up everything on files but reading these, and what lies below them, and writing to the null device.

    Args:
        readable: files and folders; what is not there is left out.
        listed: folders in which and below which names may be listed, but no files read.

    Raises:
        OSError: there is no Landlock, it is too old, or it refuses.
    """
    rules = [(path, _READ_FILE | _READ_DIR | (_WRITE_FILE if path == os.devnull else 0)) for path in readable]
    _restrict([*rules, *((path, _READ_DIR) for path in listed)], ())


def restrict_others(readable: Iterable[str], writable: Iterable[str], ports: Sequence[int] | None) -> None:
    """Gives up everything on files but reading and executing these, and writing those, with what lies below them.

    Args:
        readable: files and folders; what is not there is left out.
        writable: files, folders and devices; what is not there is left out.
        ports: all that TCP may connect to, on any host; None leaves TCP alone.

    Raises:
        OSError: there is no Landlock, it is too old for that, or it refuses.
    """
    rules = [(path, _EXECUTE | _READ_FILE | _READ_DIR) for path in readable]
    _restrict([*rules, *((path, _EVERYTHING) for path in writable)], ports)


def _restrict(rules: Iterable[tuple[str, int]], ports: Sequence[int] | None) -> None:
    found = version()
    if found < (NET_SINCE if ports else OLDEST):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    handled = (1 << _FS_RIGHTS[max(known for known in _FS_RIGHTS if known <= found)]) - 1
    attributes = struct.pack("=Q", handled)
    attributes += struct.pack("=Q", 0 if ports is None else _NET_RIGHTS) if found >= NET_SINCE else b""
    attributes += struct.pack("=Q", _SCOPES) if found >= SCOPES_SINCE else b""
    ruleset = _kernel.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    for path, rights in rules:
        _allow(ruleset, path, rights & handled)
    for port in ports or ():
        _kernel.syscall(_ADD_RULE, ruleset, _NET_PORT, struct.pack("=QQ", _CONNECT, port), 0)
    _kernel.syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _FILE_RIGHTS
        _kernel.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)

"""Landlock: from now on this process may read some paths, and no others (kernel: userspace-api/landlock).

Each version of the interface knows more rights; all that the running kernel knows are given up.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterable

from verifier.behavior.sandbox import _kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""The same on all processors (`asm-generic/unistd.h`)."""
_VERSION = 1
_PATH_BENEATH = 1

OLDEST = 3
"""The first version that keeps files from being cut off: Linux 6.2."""

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_FS_RIGHTS = {3: 15, 5: 16}
"""Version of the interface to the number of rights on files it knows, each a bit (`linux/landlock.h`)."""
_NET_SINCE, _NET_RIGHTS = 4, 0b11
"""Binding and connecting TCP."""
_SCOPES_SINCE, _SCOPES = 6, 0b11
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
    found = version()
    if found < OLDEST:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    handled = (1 << _FS_RIGHTS[max(known for known in _FS_RIGHTS if known <= found)]) - 1
    attributes = struct.pack("=Q", handled)
    attributes += struct.pack("=Q", _NET_RIGHTS) if found >= _NET_SINCE else b""
    attributes += struct.pack("=Q", _SCOPES) if found >= _SCOPES_SINCE else b""
    ruleset = _kernel.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    for path in readable:
        _allow(ruleset, path, _READ_FILE | _READ_DIR)
    for path in listed:
        _allow(ruleset, path, _READ_DIR)
    _kernel.syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights = _READ_FILE | (_WRITE_FILE if path == os.devnull else 0)
        _kernel.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)

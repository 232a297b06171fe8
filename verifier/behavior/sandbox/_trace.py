"""The parent's side of observing: answers the kernel's questions about a child, and keeps what it did.

What flows in: notifications of system calls (seccomp_unotify(2)), each from a thread that waits for its answer, and
the child's own messages. What flows out: what was seen since the child began, and how often. Opening a file to read is
let through to the other parts of the sandbox, which decide; everything else is denied.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import select
import selectors
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Final

from verifier.behavior.sandbox import _calls, _seccomp
from verifier.behavior.sandbox._acts import BEGIN, Act, Seen, Witness
from verifier.records import visible

MOST: Final = 10_000
"""Different things that are kept of one load."""

_RECEIVE, _SEND = 0xC0502100, 0xC0182101
"""SECCOMP_IOCTL_NOTIF_RECV and _SEND (`linux/seccomp.h`)."""
_QUESTION = struct.Struct("=QIIiIQ6Q")
"""`struct seccomp_notif`: id, thread, flags, and `struct seccomp_data`: number, architecture, address, arguments."""
_ANSWER = struct.Struct("=QqiI")
"""`struct seccomp_notif_resp`: id, value, error, flags."""
_GO_ON = 1
"""SECCOMP_USER_NOTIF_FLAG_CONTINUE."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_HERE = 0xFFFFFF9C
"""AT_FDCWD (`linux/fcntl.h`) as 32 bits."""
_PATH_MAX, _PAGE = 4096, 4096
"""`linux/limits.h`; pages are at least so large."""

_PATHS = MappingProxyType({"symlink": 1, "symlinkat": 2, "link": 1, "linkat": 3})
"""Call to the place of the path it makes, where that is not its first."""
_PATHLESS = frozenset(
    {
        *("ftruncate", "fallocate", "fchmod", "fchown", "fsetxattr", "fremovexattr", "memfd_create", "memfd_secret"),
        *("flock", "splice", "tee", "vmsplice", "copy_file_range", "sendfile", "inotify_init", "inotify_init1"),
        *("fanotify_init", "fanotify_mark", "file_setattr", "open_by_handle_at"),
    }
)
"""Of FILES, calls whose first argument is no path."""

_MESSAGE = 64 << 10
"""Bytes of a message of the child's that are read."""


class Trace:
    """What one child does from when it begins.

    Args:
        prepare: modules that the child imports before, as far as they can be imported.

    Attributes:
        begun: the child was confined, listened to, and has begun.
        seen: what it did since, and how often.
    """

    def __init__(self, prepare: tuple[str, ...] = ()) -> None:
        self.prepare = prepare
        self.begun = False
        self.seen: Counter[Seen] = Counter()
        self._control: socket.socket
        self._listener = -1
        self._names = _seccomp.call_names()

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        """The child's end of the connection; at the end nothing is answered any more."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        try:
            with self._control, theirs:
                yield theirs
        finally:
            if self._listener >= 0:
                os.close(self._listener)

    def watch(self, waiting: selectors.BaseSelector) -> None:
        """Has a selector call back, by functions as data, until the child has ended."""
        waiting.register(self._control, selectors.EVENT_READ, lambda: self._introduced(waiting))

    def _introduced(self, waiting: selectors.BaseSelector) -> None:
        """Takes the listener, which comes with the first message."""
        _, found, _, _ = socket.recv_fds(self._control, _MESSAGE, 1)
        if not found:
            waiting.unregister(self._control)
            return
        self._listener = found[0]
        waiting.modify(self._control, selectors.EVENT_READ, lambda: self._listened(waiting))
        waiting.register(self._listener, selectors.EVENT_READ, lambda: self._asked(waiting))

    def _listened(self, waiting: selectors.BaseSelector) -> None:
        if not self._told():
            waiting.unregister(self._control)

    def _told(self) -> bool:
        """Takes what the child has said; false once it can say no more."""
        with suppress(BlockingIOError):
            while message := self._control.recv(_MESSAGE):
                self._heard(message)
            return False
        return True

    def _heard(self, message: bytes) -> None:
        if message == BEGIN:
            self.begun = True
            return
        with suppress(ValueError, RecursionError):
            told = json.loads(message)
            if isinstance(told, list) and len(told) == 3 and all(isinstance(one, str) for one in told):
                self._keep(Seen(Act(told[0]), visible(told[2]), Witness.PYTHON, visible(told[1])))

    def _keep(self, seen: Seen) -> None:
        if len(self.seen) < MOST or seen in self.seen:
            self.seen[seen] += 1
        else:
            self.seen[Seen(Act.CALL, f"more than {MOST} different things", Witness.KERNEL, "all calls")] += 1

    def _asked(self, waiting: selectors.BaseSelector) -> None:
        """Answers one question; what the child said before it comes first."""
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        if not any(events & select.POLLIN for _, events in poll.poll(0)):  # all that could ask have ended
            waiting.unregister(self._listener)
            return
        self._told()
        question = bytearray(_QUESTION.size)
        with suppress(OSError):  # who asks may be killed meanwhile
            fcntl.ioctl(self._listener, _RECEIVE, question)
            number, thread, _, call, _, _, *arguments = _QUESTION.unpack(question)
            denial, flags = self._judged(self._names[call], thread, arguments)
            fcntl.ioctl(self._listener, _SEND, _ANSWER.pack(number, 0, -denial, flags))

    def _judged(self, name: str, thread: int, arguments: list[int]) -> tuple[int, int]:
        """The error a call gives, or 0, and flags; keeps what it would do."""
        opens = name in _calls.OPENING or name == "creat"
        writes = opens and _writes(name, thread, arguments)
        if self.begun:
            act = Act.WRITE if writes else Act.READ if opens else _ACTS.get(name, Act.CALL)
            self._keep(Seen(act, _detail(name, act, thread, arguments), Witness.KERNEL, name))
        if name == "openat2":
            return errno.ENOSYS, 0
        return (0, _GO_ON) if opens and not writes else (errno.EPERM, 0)


def _acts() -> dict[str, Act]:
    groups = ((_calls.NETWORK, Act.NETWORK), (_calls.PROCESSES, Act.PROCESS), (_calls.FILES, Act.WRITE))
    acts = {name: act for calls, act in groups for name in calls}
    return {**acts, **dict.fromkeys(("clone", "kill", "tgkill"), Act.PROCESS)}


_ACTS = MappingProxyType(_acts())


def _writes(name: str, thread: int, arguments: list[int]) -> bool:
    """Whether a call that opens a file could change it."""
    if name == "creat":
        return True
    if name == "openat2":
        return bool(int.from_bytes(_memory(thread, arguments[2], 8), "little") & _WRITING)
    place = 1 if name == "open" else 2
    writes = bool(arguments[place] & _WRITING)
    return writes and _text(thread, arguments[place - 1]) != os.devnull


def _detail(name: str, act: Act, thread: int, arguments: list[int]) -> str:
    """What a call is about: a path, or the kind of socket; empty where it names nothing."""
    if name == "socket":
        with suppress(ValueError):
            return socket.AddressFamily(arguments[0]).name
    if (act not in (Act.READ, Act.WRITE) and not name.startswith("execve")) or name in _PATHLESS:
        return ""
    relative = name.rstrip("2").endswith("at") and name != "creat"
    place = _PATHS.get(name, int(relative))
    path = _text(thread, arguments[place])
    if path.startswith("/"):
        return visible(path)
    return visible(f"{_folder(thread, arguments[place - 1] if relative else _HERE)}/{path}")


def _folder(thread: int, descriptor: int) -> str:
    """What a relative path starts from, as far as it can be told."""
    place = "cwd" if descriptor & 0xFFFFFFFF == _HERE else f"fd/{descriptor & 0xFFFFFFFF}"
    try:
        return str(Path(f"/proc/{thread}/{place}").readlink()).rstrip("/")
    except OSError:
        return "."


def _text(thread: int, address: int) -> str:
    """The text at an address, as far as it can be read."""
    found = b""
    while b"\0" not in found and len(found) < _PATH_MAX:
        part = _memory(thread, address + len(found), _PAGE - (address + len(found)) % _PAGE)
        if not part:
            break
        found += part
    return found.partition(b"\0")[0][:_PATH_MAX].decode("utf-8", "replace")


def _memory(thread: int, address: int, size: int) -> bytes:
    """Bytes of a process that waits for an answer; none where we may not read them."""
    try:
        with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:
            return os.pread(memory.fileno(), size, address)
    except (OSError, OverflowError):
        return b""

"""Pickles that do something while they are loaded: all of it inert, to a path, a port or a program that is given.

`PYTHON` and `NATIVE` try one thing after the other, the second by the C library alone, past every hook of Python's.
"""

from __future__ import annotations

from tests.builders.opcodes import name, pickled, value


def calling(module: str, function: str, *arguments: str | int) -> bytes:
    """A pickle that calls a function with plain arguments."""
    return pickled(name(module, function) + value(arguments) + b"R")


def running(source: str) -> bytes:
    """A pickle that runs a program in Python."""
    return calling("builtins", "exec", source)


def writing(path: str) -> bytes:
    return calling("builtins", "open", path, "w")


def starting() -> bytes:
    return calling("os", "system", "/bin/true")


def connecting() -> bytes:
    return calling("socket", "socket", 2, 1)


_TRY = "\ndef attempt(do, *given):\n try: do(*given)\n except Exception: pass\n"

PYTHON = f"""
import os, socket, subprocess, urllib.request
{_TRY}
attempt(os.mkdir, "{{folder}}/made")
attempt(os.rename, "{{folder}}/a", "{{folder}}/b")
attempt(subprocess.run, ["/bin/true", "inert"])
attempt(os.fork)
attempt(os.kill, os.getppid(), 0)
attempt(socket.getaddrinfo, "localhost", 9)
attempt(urllib.request.urlopen, "http://127.0.0.1:9/inert")
attempt(open, "{{folder}}/token")
attempt(os.memfd_create, "hidden")
"""

NATIVE = """
import ctypes, os
libc = ctypes.CDLL(None)
os.chdir("{folder}")
libc.open(b"relative", os.O_CREAT | os.O_WRONLY, 0o600)
libc.open(b"{folder}/token", 0)
libc.syscall(437, -100, b"{folder}/second", (ctypes.c_ulong * 3)(os.O_WRONLY), 24)
libc.symlink(b"/", b"{folder}/link")
libc.unlinkat(os.open("/usr/lib", os.O_DIRECTORY), b"inert", 0)
libc.ftruncate(1, 0)
libc.fork()
libc.execv(b"/bin/true", (ctypes.c_char_p * 2)(b"true", None))
libc.socket(1, 1, 0)
libc.socket(77, 1, 0)
libc.prctl(22, 2, None)
libc.setrlimit(7, (ctypes.c_long * 2)(1, 1))
"""

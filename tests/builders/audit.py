"""What code does to the machine while it is watched, by Python's audit events (PEP 578)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

from verifier.formats._code.source import FILENAME

FORBIDDEN = (
    "compile",
    "ctypes.",
    "exec",
    "ftplib.",
    "import",
    "marshal.load",
    "os.",
    "pickle.find_class",
    "pty.",
    "shutil.",
    "smtplib.",
    "socket.",
    "subprocess.",
    "tempfile.",
    "urllib.",
    "webbrowser.",
)
"""Events no inspector may cause, by prefix. Opening a file to write is another."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_watched: dict[int, list[str]] = {}


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    seen = _watched.get(get_ident())
    if seen is None or _parses(event, arguments):
        return
    if event.startswith(FORBIDDEN) or (event == "open" and _writes(arguments)):
        seen.append(f"{event}{arguments!r:.200}")


def _parses(event: str, arguments: tuple[object, ...]) -> bool:
    """Python's parser raises `compile` although `ast.parse` stops at the syntax tree: the one module that reads source
    this way gives its text a name nothing else has, and running what was compiled would still be told as `exec`."""
    return event == "compile" and len(arguments) > 1 and arguments[1] == FILENAME


def _writes(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 else 0
    return isinstance(flags, int) and bool(flags & WRITING)


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collects the forbidden events this thread causes meanwhile."""
    seen = _watched[get_ident()] = []
    try:
        yield seen
    finally:
        del _watched[get_ident()]

"""Standard output and error, as people and pipes want them."""

from __future__ import annotations

import os
import shutil
import sys
import time
from threading import Lock

from verifier.records import visible

WIDEST = 120
"""Columns used at most: longer lines are hard to read."""

_ASCII = str.maketrans({"→": "->", "…": "...", "·": "-", "├": "|", "└": "`", "─": "-", "│": "|"})
_PATIENCE = 1.0
"""Seconds before progress shows."""
_INTERVAL = 0.1


def write(text: str) -> None:
    """Writes to standard output; a closed pipe is quiet, and what the encoding lacks is escaped."""
    stream = sys.stdout
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(sentence: str) -> None:
    """Writes one line to standard error."""
    sys.stderr.write(f"Error: {visible(sentence, 2000)}\n")


def note(sentence: str) -> None:
    """Writes one line to standard error that is no error."""
    sys.stderr.write(f"Note: {visible(sentence, 2000)}\n")


def colored() -> bool:
    """Whether standard output takes colors (https://no-color.org, https://force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def width() -> int:
    """Columns to fill; COLUMNS overrides the terminal's."""
    return min(shutil.get_terminal_size((100, 24)).columns, WIDEST)


class Progress:
    """One line on standard error, only for a person who has waited; may be called from several threads."""

    def __init__(self, *, quiet: bool) -> None:
        self._on = not quiet and sys.stderr.isatty() and not os.environ.get("CI")
        self._next = time.monotonic() + _PATIENCE
        self._shown = False
        self._lock = Lock()

    def __call__(self, path: str, done: int, total: int) -> None:
        """Shows how far reading is, at most ten times a second."""
        if not self._on or time.monotonic() < self._next:
            return
        with self._lock:
            self._next = time.monotonic() + _INTERVAL
            self._shown = True
            columns = max(width() - 1, 20)
            line = f"{done * 100 // max(total, 1):3d} %  {visible(path)}"[:columns]
            sys.stderr.write(f"\r{line:<{columns}}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Removes the line."""
        if self._shown:
            sys.stderr.write("\r" + " " * max(width() - 1, 20) + "\r")
            sys.stderr.flush()
            self._shown = False

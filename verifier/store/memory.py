"""Digests of files that were hashed before, so that a second verdict on unchanged files costs a look-up.

A digest is remembered for a path with a size, time stamps, inode and device. The database is its owner's only, and many
processes may use it at once. It only saves time: where it is damaged it is made anew, where it cannot be used files are
hashed, and what decides about loading (`require`, `sync`, `lock check`, `run`) hashes always.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

VERSION = 1
"""Of the table; another one's database is made anew."""

MAX_ROWS = 200_000
"""Files remembered; half of them, the oldest, are forgotten beyond."""

FRESH = 2_000_000_000
"""Nanoseconds after its last change in which a file is not remembered: a second change could leave the same stamps."""

_TABLE = "CREATE TABLE IF NOT EXISTS digests (file TEXT PRIMARY KEY, digests TEXT NOT NULL, checksum TEXT NOT NULL)"

Result = TypeVar("Result")


def place() -> Path:
    """Where the database lies: below XDG_CACHE_HOME, else where the system keeps what may be lost."""
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA") or str(Path.home())
    else:
        root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "model-verify" / "digests.sqlite"


class Memory:
    """The database. May be shared by threads.

    Args:
        path: of the database; its folder is made for its owner only.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._usable = _private(path.parent)

    def get(self, file: str, identity: tuple[int, ...]) -> Mapping[str, str] | None:
        """Digests of a file as it is, algorithm to hex; None where none are remembered.

        Args:
            file: absolute path.
            identity: size, time stamps, inode and device.
        """
        key = _key(file, identity)
        row = self._run(lambda base: base.execute("SELECT * FROM digests WHERE file = ?", (key,)).fetchone())
        if row is None or row[2] != _checksum(key, row[1]):
            return None
        digests: dict[str, str] = json.loads(row[1])
        return digests

    def put(self, file: str, identity: tuple[int, ...], changed: int, digests: Mapping[str, str]) -> None:
        """Remembers digests, unless the file changed just now.

        Args:
            file: absolute path.
            identity: as for `get`, as it was before and after hashing.
            changed: nanoseconds since the epoch at which it last changed.
            digests: algorithm to hex.
        """
        if time.time_ns() - changed < FRESH:
            return
        key, text = _key(file, identity), json.dumps(dict(digests), sort_keys=True)
        self._run(
            lambda base: base.execute(
                "INSERT OR REPLACE INTO digests VALUES (?, ?, ?)", (key, text, _checksum(key, text))
            )
        )

    def _run(self, action: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """An action in a transaction of its own; None where the database cannot be used."""
        with self._lock:
            for _ in range(2):
                if not self._usable:
                    return None
                try:
                    with closing(self._open()) as base, base:
                        return action(base)
                except sqlite3.OperationalError:  # locked for long, read-only, or the disk is full
                    return None
                except sqlite3.DatabaseError:  # damaged: nothing is lost that hashing would not bring back
                    with suppress(OSError):
                        self._path.unlink()
            return None

    def _open(self) -> sqlite3.Connection:
        with suppress(OSError):
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        base = sqlite3.connect(self._path, timeout=5)
        try:
            (version,) = base.execute("PRAGMA user_version").fetchone()
            if version != VERSION:
                base.execute("DROP TABLE IF EXISTS digests")
                base.execute(_TABLE)
                base.execute(f"PRAGMA user_version = {VERSION}")
            (rows,) = base.execute("SELECT COUNT(*) FROM digests").fetchone()
            if rows > MAX_ROWS:
                base.execute(
                    "DELETE FROM digests WHERE rowid IN (SELECT rowid FROM digests ORDER BY rowid LIMIT ?)",
                    (rows // 2,),
                )
        except BaseException:
            base.close()
            raise
        return base


def _private(folder: Path) -> bool:
    """Makes the folder; whether nobody but its owner, who is us, can write there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o022


def _key(file: str, identity: tuple[int, ...]) -> str:
    return hashlib.sha256(os.fsencode(file) + repr(identity).encode()).hexdigest()


def _checksum(key: str, text: str) -> str:
    return hashlib.sha256(f"{key} {text}".encode()).hexdigest()

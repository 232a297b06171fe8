"""Whole files or none."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def publish(path: Path, text: str) -> None:
    """Writes a file beside its place, through to the disk, and renames it there.

    Args:
        path: in a folder that exists; a file that is there keeps its mode, and its content until the end.
        text: written as UTF-8, line ends as they are.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    import tempfile

    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~umask()
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def umask() -> int:
    """The bits new files lack."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

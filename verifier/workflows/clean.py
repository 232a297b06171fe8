"""What may be lost, removed: remembered digests, and what fetches and runs that did not end left behind."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import constants
from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]  # exported lazily

from verifier.store import memory
from verifier.workflows.transfer import MACHINERY, lock_of

_RUN = re.compile(r"run-(\d+)-.*")


def clean() -> Iterator[tuple[Path, int]]:
    """Removes it, and yields each path that is gone with its bytes; what another process works in stays."""
    base = memory.place()
    if base.is_file():
        size = base.stat().st_size
        base.unlink(missing_ok=True)
        yield base, size
    machinery = Path(constants.HF_HUB_CACHE).absolute() / MACHINERY
    for folder in sorted(machinery.iterdir()) if machinery.is_dir() else ():
        if folder.is_dir():
            yield from _removed(folder)


def _removed(folder: Path) -> Iterator[tuple[Path, int]]:
    run = _RUN.fullmatch(folder.name)
    if run is not None:
        if not _alive(int(run[1])):
            yield _remove(folder)
        return
    try:
        with WeakFileLock(lock_of(folder), timeout=0.1):
            yield _remove(folder)
    except TimeoutError:  # somebody fetches
        return


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(folder: Path) -> tuple[Path, int]:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files)
    for directory in (folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())):
        directory.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
    return folder, size

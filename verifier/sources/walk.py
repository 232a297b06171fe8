"""Walking a folder: which files are a model's, which links lead outside, and what is not opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from verifier.errors import SourceError
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, visible
from verifier.sources.base import HOW, MAX_FILES, SYMLINK_LEAVES

_WINDOWS = os.name == "nt"

_SKIPPED = frozenset({".git", ".cache/huggingface"})
"""Folders of version control and of the hub client's download notes; no loader reads a model from them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file as it was listed.

    Args:
        path: in the snapshot, `/`-separated.
        real: where its bytes lie; no component of it need be followed.
        size: bytes.
        identity: what must be the same when it is opened.
        link: text of the symbolic link it was reached through, or "".
    """

    path: str
    real: str
    size: int
    identity: tuple[int, ...]
    link: str = ""


@dataclass(slots=True)
class Listing:
    """What a walk found: files, what is not opened, folders passed by, and links that stay inside the folder."""

    entries: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def gap(self, path: str, reason: str, state: CoverageState = CoverageState.NOT_FETCHED) -> None:
        """Notes an entry that is not opened."""
        self.coverage.append(Coverage(Artifact(path, 0).name, state, reason, HOW))


def walk(root: str, blobs: tuple[str, ...] = (), *, everything: bool = False) -> Listing:
    """Lists the files below a folder, in order of their paths.

    Symbolic links to files are followed inside the folder and into `blobs`; links to folders never (a folder inside
    is listed under its own name). Devices, pipes and sockets are not opened.

    Args:
        root: absolute path.
        blobs: real paths of folders outside that links to files may lead to.
        everything: pass by nothing but `.git` at the top.

    Raises:
        SourceError: more than MAX_FILES files.
    """
    listing = Listing()
    allowed = (os.path.realpath(root), *blobs)
    pending = [""]
    while pending:
        folder = pending.pop()
        for name, entry in _scan(root, folder, listing):
            path = f"{folder}{name}"
            if entry.is_symlink():
                _follow(listing, path, entry.path, allowed)
            elif entry.is_dir(follow_symlinks=False):
                if path == ".git" or (not everything and (path in _SKIPPED or name == ".git")):
                    listing.skipped.append(path)
                else:
                    pending.append(f"{path}/")
            else:
                add(listing, path, entry.path, "")
        if len(listing.entries) + len(listing.coverage) > MAX_FILES:
            raise SourceError(f"{visible(root)} holds more than {MAX_FILES} files.", "Name the model's own folder.")
    listing.entries.sort(key=lambda entry: entry.path)
    return listing


def cache_blobs(folder: Path) -> tuple[str, ...]:
    """Where a hub cache keeps the contents of a snapshot's files, if the folder is in one; see `cache`."""
    for parent in folder.parents:
        if parent.name == "snapshots" and parent.parent.name.startswith("models--"):
            return tuple(os.path.realpath(place / "blobs") for place in (parent.parent, parent.parent.parent))
    return ()


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder that can be looked at."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _scan(root: str, folder: str, listing: Listing) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        with os.scandir(Path(root, folder)) as entries:
            yield from sorted(((entry.name, entry) for entry in entries), key=lambda pair: pair[0])
    except OSError as error:
        listing.gap(folder or ".", f"the folder cannot be read: {error.strerror}", CoverageState.ERROR)


def _follow(listing: Listing, path: str, link: str, allowed: tuple[str, ...]) -> None:
    target = os.path.realpath(link)
    inside = any(target.startswith(root.rstrip(os.sep) + os.sep) for root in allowed)
    text = str(Path(link).readlink())
    if not inside and target not in allowed:
        shown = visible(text)
        name = Artifact(path, 0).name
        message = f"{name} is a symbolic link to {shown}, which lies outside the model; it was not followed."
        listing.findings.append(Finding(SYMLINK_LEAVES, (Evidence(name, f"-> {shown}", HOW),), message))
        listing.gap(path, f"the symbolic link leads outside the model, to {shown}")
    else:
        if f"{target}{os.sep}".startswith(allowed[0].rstrip(os.sep) + os.sep):
            listing.links.append(path)
        add(listing, path, target, text)


def add(listing: Listing, path: str, real: str, link: str) -> None:
    """Lists a file under `path`; a gap where `real` is no regular file, nothing where a link leads to a folder."""
    try:
        status = os.lstat(real)
    except OSError as error:
        listing.gap(path, f"the file cannot be read: {error.strerror}", CoverageState.ERROR)
        return
    if stat.S_ISREG(status.st_mode):
        listing.entries.append(Entry(path, real, status.st_size, identity_of(status), link))
    elif not (link and stat.S_ISDIR(status.st_mode)):
        listing.gap(path, "it is not a regular file (a device, pipe or socket) and was not opened")


def identity_of(status: os.stat_result) -> tuple[int, ...]:
    """What a file must keep while it is verified."""
    if _WINDOWS:  # stat and fstat number devices and files differently there
        return status.st_size, status.st_mtime_ns
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev

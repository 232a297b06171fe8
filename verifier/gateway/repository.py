"""Folders seen as hub repositories: git object ids, Git LFS pointers and a commit that follows from the contents.

Object ids are those `git hash-object`, `git write-tree` and `git commit-tree` give (SHA-1 over blob, tree and commit
objects), and large files are committed as Git LFS pointers (Git LFS specification, version 1), so that a commit id
served here can be rebuilt from the bytes alone.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from verifier.errors import ChangedError, SourceError
from verifier.records.git import FOLDER, object_id, pointer_to

LFS_THRESHOLD = 1 << 20
"""Bytes from which on a file is committed as a Git LFS pointer even if `.gitattributes` does not say so."""

CHUNK = 256 << 10
"""Bytes read at a time."""

COMMIT_TITLE = "Contents of the folder"

GITATTRIBUTES_LIMIT = 1 << 20
"""Bytes of `.gitattributes` that are read."""

_ID_PART = re.compile(r"(?!.*(?:--|\.\.))\w(?:[\w.-]{0,94}\w)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Blob:
    """One file of a commit.

    Args:
        path: `/`-separated, relative to the repository.
        size: bytes of the file.
        oid: git blob id; of the pointer where the file is kept in LFS.
        sha256: digest of the bytes where the file is kept in LFS, else None.
        pointer_size: bytes of the pointer, 0 where there is none.
        stamp: what tells that the file on disk is still the one that was hashed.
    """

    path: str
    size: int
    oid: str
    sha256: str | None
    pointer_size: int
    stamp: tuple[int, ...]

    @property
    def etag(self) -> str:
        """The content's id as the hub names it: SHA-256 of LFS files, git blob id of the others."""
        return self.sha256 or self.oid


@dataclass(frozen=True, slots=True)
class Commit:
    """A repository at one immutable point.

    Args:
        id: 40-hex git commit id.
        blobs: path to file, in order of the paths.
        trees: path to git tree id of every directory; the root is `""`.
        objects: kind and bytes of the commit and its trees, in git's form; none of a commit that was made elsewhere.
    """

    id: str
    blobs: dict[str, Blob]
    trees: dict[str, str]
    objects: tuple[tuple[str, bytes], ...] = ()

    def children(self, folder: str, *, recursive: bool) -> list[str]:
        """Paths below a directory, sorted.

        Raises:
            KeyError: there is no such directory.
        """
        self.trees[folder]
        prefix = f"{folder}/" if folder else ""
        below = [path for path in (*self.trees, *self.blobs) if path and path.startswith(prefix)]
        return sorted(path for path in below if recursive or "/" not in path[len(prefix) :])


@dataclass
class Repository:
    """One folder, indexed anew whenever its files changed.

    Args:
        id: `org/name`, or `name`.
        folder: real path of the folder.
        root: real path no served file may lie outside of.
        past: ids of the commits the contents made since the server started, the present one last.
    """

    id: str
    folder: Path
    root: Path
    past: list[str] = field(default_factory=list)
    _known: dict[str, Blob] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def commit(self) -> Commit:
        """The commit the folder's contents make now.

        Raises:
            ChangedError: a file was written to while it was hashed.
            SourceError: the folder cannot be read, or holds a name that is not UTF-8.
        """
        with self._lock:
            try:
                tracked = self._tracked_patterns()
                self._known = {path: self._blob(path, tracked) for path in sorted(self._paths())}
            except UnicodeEncodeError as error:
                raise SourceError(
                    f"{self.id} holds a file name that is not UTF-8: {error.object!r}.", "Rename it."
                ) from error
            except OSError as error:
                raise SourceError(f"{self.id} cannot be read: {error.strerror}.", "Check its permissions.") from error
            bodies = trees(self._known)
            ids = {folder: object_id("tree", body) for folder, body in bodies.items()}
            body = _commit_body(ids[""])
            objects = (("commit", body), *(("tree", tree) for tree in bodies.values()))
            commit = Commit(object_id("commit", body), self._known, ids, objects)
            if self.past[-1:] != [commit.id]:
                self.past.append(commit.id)
            return commit

    def open(self, blob: Blob) -> BinaryIO:
        """Opens the bytes a blob stands for; the caller closes it.

        Raises:
            ChangedError: the file is not the one that was hashed any more.
        """
        try:
            stream = self._open_inside(blob.path)
        except OSError as error:
            raise ChangedError(f"{blob.path} cannot be opened any more: {error.strerror}.", "Ask again.") from error
        if stamp(os.fstat(stream.fileno())) != blob.stamp:
            stream.close()
            raise ChangedError(f"{blob.path} changed after it was listed.", "Ask for the branch again.")
        return stream

    def _paths(self) -> Iterator[str]:
        """Regular files below the folder; links out of the root are left out, as is git's own folder."""
        for parent, folders, names in os.walk(self.folder, onerror=_raise):
            folders[:] = [name for name in folders if name != ".git"]
            for name in names:
                file = Path(parent, name)
                inside = not file.is_symlink() or file.resolve().is_relative_to(self.root)
                if inside and file.is_file():
                    path = file.relative_to(self.folder).as_posix()
                    path.encode()
                    yield path

    def _open_inside(self, path: str) -> BinaryIO:
        file = (self.folder / path).resolve(strict=True)
        if not file.is_relative_to(self.root):
            raise FileNotFoundError(errno.ENOENT, "it leads out of the served folder")
        return file.open("rb")

    def _blob(self, path: str, tracked: list[tuple[str, bool]]) -> Blob:
        status = (self.folder / path).stat()
        in_lfs = status.st_size >= LFS_THRESHOLD or _is_tracked(path, tracked)
        known = self._known.get(path)
        if known is not None and known.stamp == stamp(status) and (known.sha256 is not None) == in_lfs:
            return known
        with self._open_inside(path) as stream:
            status = os.fstat(stream.fileno())
            oid, sha256, pointer_size = _digests(stream, status.st_size, in_lfs=in_lfs)
            if stamp(os.fstat(stream.fileno())) != stamp(status):
                raise ChangedError(f"{path} was written to while it was hashed.", "Ask again.")
        return Blob(path, status.st_size, oid, sha256, pointer_size, stamp(status))

    def _tracked_patterns(self) -> list[tuple[str, bool]]:
        """Patterns of `.gitattributes` and whether each hands files to LFS, in order of the lines."""
        try:
            with self._open_inside(".gitattributes") as stream:
                lines = stream.read(GITATTRIBUTES_LIMIT).decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        fields = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        filters = ("filter=lfs", "-filter", "!filter")
        return [(first, "filter=lfs" in rest) for first, *rest in fields if any(word in filters for word in rest)]


def find(root: Path, repository_id: str) -> Repository | None:
    """The repository of that id below a folder, or None.

    Args:
        root: real path of the folder that is served.
        repository_id: as a client sent it; one without organization names a folder that holds files itself.
    """
    if not all(_ID_PART.fullmatch(part) for part in repository_id.split("/")):
        return None
    folder = (root / repository_id).resolve()
    if not folder.is_dir() or not folder.is_relative_to(root):
        return None
    if "/" not in repository_id and not any(child.is_file() for child in folder.iterdir()):
        return None
    return Repository(repository_id, folder, root)


def _raise(error: OSError) -> None:
    raise error


def stamp(status: os.stat_result) -> tuple[int, ...]:
    """What tells that a file is still the one it was."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _is_tracked(path: str, patterns: list[tuple[str, bool]]) -> bool:
    """Whether LFS keeps the file (gitattributes(5): a pattern without slash matches the name; the last match wins)."""
    tracked = False
    for written, in_lfs in patterns:
        pattern = written.replace("**/", "")
        subject = path if "/" in pattern else path.rpartition("/")[2]
        if fnmatchcase(subject, pattern.lstrip("/")):
            tracked = in_lfs
    return tracked


def _digests(stream: BinaryIO, size: int, *, in_lfs: bool) -> tuple[str, str | None, int]:
    """Git blob id, SHA-256 where LFS keeps the file, and the size of its pointer."""
    hasher = hashlib.sha256() if in_lfs else hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    while chunk := stream.read(CHUNK):
        hasher.update(chunk)
    digest = hasher.hexdigest()
    if not in_lfs:
        return digest, None, 0
    oid, pointer_size = pointed(digest, size)
    return oid, digest, pointer_size


def pointed(sha256: str, size: int) -> tuple[str, int]:
    """Git blob id and size of the pointer to a file in LFS."""
    pointer = pointer_to(sha256, size)
    return object_id("blob", pointer), len(pointer)


def trees(blobs: dict[str, Blob]) -> dict[str, bytes]:
    """Path to git tree of every directory, the root being `""`."""
    entries: dict[str, list[tuple[bytes, bytes, str]]] = {"": []}
    for path, blob in blobs.items():
        folder, _, name = path.rpartition("/")
        entries.setdefault(folder, []).append((name.encode(), b"100644", blob.oid))
        for parent in PurePosixPath(path).parents:
            entries.setdefault("" if parent == PurePosixPath() else str(parent), [])
    bodies: dict[str, bytes] = {}
    for folder in sorted(entries, key=lambda name: (name.count("/"), bool(name)), reverse=True):
        # Git sorts directories as if their names ended in a slash.
        listed = sorted(entries[folder])
        body = b"".join(b"%s %s\0" % (mode, name.rstrip(b"/")) + bytes.fromhex(oid) for name, mode, oid in listed)
        bodies[folder] = body
        if folder:
            parent_path, _, name = folder.rpartition("/")
            entries[parent_path].append((name.encode() + b"/", FOLDER.encode(), object_id("tree", body)))
    return bodies


def _commit_body(tree: str) -> bytes:
    who = "gateway <gateway@localhost> 0 +0000"
    return f"tree {tree}\nauthor {who}\ncommitter {who}\n\n{COMMIT_TITLE}\n".encode()

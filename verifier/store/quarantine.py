"""Files on their way in: kept apart, for their owner only, until they are verified, then moved to their place.

A quarantine lies on the file system of the place its files go to, so that each move is one rename: whoever looks at the
place sees a whole verified file or none, whenever this process ends. What was fetched stays for the next attempt.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from verifier.store.files import publish, umask


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The files of one model at one commit.

    Args:
        folder: its own; made when it is opened.
    """

    folder: Path

    @property
    def files(self) -> Path:
        """Where files stand under their paths once they have arrived."""
        return self.folder / "files"

    def open(self) -> None:
        """Makes the folder, readable by its owner only.

        Raises:
            OSError: it cannot be made.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for name in ("files", "partial"):
            (self.folder / name).mkdir(exist_ok=True)

    def partial(self, path: str) -> Path:
        """Where a file grows while it arrives; its name says nothing that a server chose."""
        return self.folder / "partial" / hashlib.sha256(path.encode()).hexdigest()

    def arrived(self, path: str) -> Path:
        """Where a file stands once it has arrived."""
        return self.files / path

    def admit(self, path: str) -> None:
        """Takes a file that has arrived among the files.

        Raises:
            OSError: it cannot be moved.
        """
        place = self.arrived(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        self.partial(path).replace(place)

    def adopt(self, path: str, file: Path) -> None:
        """Takes in a file that lies on this machine already, without copying it where that is possible.

        Raises:
            OSError: it cannot be linked or copied.
        """
        place = self.partial(path)
        place.unlink(missing_ok=True)
        real = file.resolve()
        try:
            os.link(real, place)
        except OSError:
            shutil.copyfile(real, place)
        self.admit(path)

    def keep_only(self, paths: Iterable[str]) -> None:
        """Removes every other file that has arrived.

        Raises:
            OSError: one cannot be removed.
        """
        wanted = {self.arrived(path) for path in paths}
        for file in self.files.rglob("*"):
            if file not in wanted and (file.is_symlink() or not file.is_dir()):
                file.unlink()

    def discard(self) -> None:
        """Removes the quarantine and all in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def move_to(self, target: Path) -> None:
        """Makes the files a folder of their own, in one rename.

        Args:
            target: does not exist, or is an empty folder.

        Raises:
            OSError: it cannot be made, or is not empty.
        """
        for file in self.files.rglob("*"):
            file.chmod((0o777 if file.is_dir() else 0o666) & ~umask())
        with suppress(FileNotFoundError):
            target.rmdir()
        self.files.rename(target)

    def move_to_cache(self, repository: Path, commit: str, names: Mapping[str, str], refs: Iterable[str]) -> None:
        """Publishes the files in the hub client's cache: contents first, then the snapshot, then what names it.

        Args:
            repository: the cache's folder for the repository.
            commit: 40 hex digits.
            names: path to the name of its content: SHA-256 of files in LFS, git blob id of others.
            refs: revisions that stand for the commit from now on.

        Raises:
            OSError: something cannot be moved; what was moved is whole.
        """
        blobs, snapshot = repository / "blobs", repository / "snapshots" / commit
        blobs.mkdir(parents=True, exist_ok=True)
        snapshot.parent.mkdir(exist_ok=True)
        for path, name in names.items():
            place = self.arrived(path)
            place.chmod(0o666 & ~umask())
            place.replace(blobs / name)
        fresh = self.folder / "snapshot"
        shutil.rmtree(fresh, ignore_errors=True)
        for path, name in names.items():
            _link(fresh / path, path, blobs / name)
        try:
            fresh.rename(snapshot)
        except OSError:  # the client has made it before
            for path in names:
                (snapshot / path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).replace(snapshot / path)
        for ref in refs:
            name_commit(repository, ref, commit, self.folder / "ref")


def _link(link: Path, path: str, blob: Path) -> None:
    """A relative link as it must read in `snapshots/<commit>/`; where the system refuses links, a second name."""
    link.parent.mkdir(parents=True, exist_ok=True)
    depth = 2 + path.count("/")
    try:
        link.symlink_to(Path(*[".."] * depth, "blobs", blob.name))
    except OSError:
        os.link(blob, link)


def name_commit(repository: Path, ref: str, commit: str, temporary: Path) -> None:
    """Makes a revision stand for a commit in the hub client's cache.

    Args:
        repository: the cache's folder for the repository.
        ref: branch or tag.
        commit: 40 hex digits.
        temporary: on the same file system, where nobody looks for names.

    Raises:
        OSError: it cannot be written.
    """
    place = repository / "refs" / ref
    place.parent.mkdir(parents=True, exist_ok=True)
    publish(temporary, commit)
    temporary.replace(place)

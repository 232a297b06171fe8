"""Policies and the lock as they are at another commit of the repository: no change relaxes its own check."""

from __future__ import annotations

import difflib
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import UsageError
from verifier.policy import FILE
from verifier.records import visible
from verifier.store.lock import NAME as LOCK
from verifier.store.lock import nearest

MAX_FILES = 5000
"""TOML files of a commit that are looked at."""

MAX_BYTES = 64 << 20
"""Bytes they may have together."""

SHOWN = 40
"""Lines of a difference that are shown."""


@dataclass(frozen=True, slots=True)
class Base:
    """The TOML files and locks of a commit, laid out as in the repository.

    Args:
        commit: 40 hex digits.
        repository: its root.
        folder: where they are laid out.
    """

    commit: str
    repository: Path
    folder: Path

    def counterpart(self, path: Path) -> Path:
        """Where a path of the repository stands among them; outside of the repository nothing has changed.

        Raises:
            UsageError: the repository's file is not in the commit.
        """
        whole = path.absolute()
        if not whole.is_relative_to(self.repository):
            return path
        found = self.folder / whole.relative_to(self.repository)
        if whole.is_file() and not found.exists():
            raise UsageError(
                f"{visible(str(path))} is not in {self.commit}, whose policies count.", "Name one that is there."
            )
        return found

    @property
    def lock(self) -> Path:
        """The lock that counts in the working folder; there is none where the commit has none."""
        return nearest(self.counterpart(Path.cwd()))

    def edits(self, named: Sequence[Path] = ()) -> Iterator[str]:
        """Yields, line by line, how policies and locks of the working tree differ from those of the commit.

        Args:
            named: further files that are policies.
        """
        inside = [path for path in map(Path.absolute, named) if path.is_relative_to(self.repository)]
        before = {path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file()}
        after = {path.relative_to(self.repository) for path in inside if path.is_file()}
        after |= {here.relative_to(self.repository) for name in _NAMES for here in self._places(before, name)}
        for path in sorted(before | after):
            if path.name in _NAMES or self.repository / path in inside:
                old, new = (_lines(root / path) for root in (self.folder, self.repository))
                told = list(difflib.unified_diff(old, new, f"{path} at {self.commit[:12]}", f"{path} here", "", "", 1))
                yield from (visible(line, 300) for line in told[:SHOWN])
                if len(told) > SHOWN:
                    yield f"{len(told) - SHOWN} more lines of {visible(str(path))}"

    def _places(self, before: set[Path], name: str) -> Iterator[Path]:
        """Files of a name in the working tree: at the root, in each folder above here, and where the commit has one."""
        above = [folder for folder in (Path.cwd(), *Path.cwd().parents) if folder.is_relative_to(self.repository)]
        folders = {self.repository, *above, *(self.repository / path.parent for path in before)}
        yield from (folder / name for folder in folders if (folder / name).is_file())


_NAMES = (FILE, LOCK)


@contextmanager
def at(revision: str) -> Iterator[Base]:
    """The repository around the working folder, at a revision, while the context lasts.

    Raises:
        UsageError: there is none, or it lacks the revision.
    """
    root = Path(_git("rev-parse", "--show-toplevel", why="no git repository is here").decode().strip())
    wanted = f"{revision}^{{commit}}"
    why = f"there is no revision {visible(revision, 100)}; a checkout may need `fetch-depth: 0`"
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", wanted, why=why).decode().strip()
    with tempfile.TemporaryDirectory(prefix="model-verify-") as place:
        folder = Path(place).resolve()
        (folder / ".git").mkdir()  # where looking for policies ends
        _lay_out(commit, folder)
        (folder / Path.cwd().relative_to(root)).mkdir(parents=True, exist_ok=True)
        yield Base(commit, root, folder)


def _lay_out(commit: str, folder: Path) -> None:
    listed = _git("ls-tree", "-r", "-z", "--full-tree", "--long", commit, why="its files cannot be listed")
    found = [entry.partition("\t") for entry in listed.decode("utf-8", "surrogateescape").split("\0") if entry]
    wanted = [(head.split(), path) for head, _, path in found if path.endswith(".toml") or Path(path).name == LOCK]
    files = [(fields[2], int(fields[3]), path) for fields, path in wanted if fields[1] == "blob"]
    if len(files) > MAX_FILES or sum(size for _, size, _ in files) > MAX_BYTES:
        raise UsageError(f"Commit {commit} has more TOML files than are looked at.", "Name a policy outside of it.")
    asked = "".join(f"{blob}\n" for blob, _, _ in files).encode()
    answered = memoryview(_git("cat-file", "--batch", why="its files cannot be read", given=asked))
    for blob, size, path in files:
        head = f"{blob} blob {size}\n".encode()
        if answered[: len(head)] != head:
            raise UsageError(f"--policy-from: {visible(path)} cannot be read.", "Name a commit that is here.")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answered[len(head) : len(head) + size])
        answered = answered[len(head) + size + 1 :]


def _git(*arguments: str, why: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(("git", *arguments), check=False, capture_output=True, input=given)  # noqa: S603, S607 - the user's own git, without a shell
    except OSError as error:
        raise UsageError("git cannot be started, which --policy-from needs.", "Install it.") from error
    if done.returncode != 0:
        said = visible(done.stderr.decode("utf-8", "replace").strip(), 300)
        raise UsageError(f"--policy-from: {why}{f' ({said})' if said else ''}.", "Name a commit that is here.")
    return done.stdout


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []

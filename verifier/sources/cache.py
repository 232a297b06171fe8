"""The hub client's cache on this machine: `models--org--name/{blobs,refs,snapshots,trees}`.

A file in `snapshots/<commit>` is a link to `blobs/<etag>`, where etag is the SHA-256 of a large file and the git blob
id of a small one; since client 2.0 a blob may itself be a link into `blobs/` beside the repositories.
`trees/<commit>.json` lists the commit's files with sizes and digests. All of these were written by the client, so their
digests are the cache's claims.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import NotFoundError, UsageError
from verifier.records import Artifact, Asserter, CoverageState, Digest, Reference, visible
from verifier.sources.local import LocalSource, seal
from verifier.sources.walk import Entry, Listing, cache_blobs, is_folder, walk

_HEX = re.compile(r"[0-9a-f]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ALGORITHMS = {40: "git-blob-sha1", 64: "sha256"}
_TREE_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository's folder in a cache.

    Args:
        folder: absolute path of `models--org--name`.
    """

    folder: Path

    @property
    def id(self) -> str:
        """The hub id the folder is named for."""
        return self.folder.name.removeprefix("models--").replace("--", "/", 1)

    def commit(self, revision: str | None) -> str | None:
        """The commit a revision stood for when it was downloaded; None where the cache does not know."""
        if revision is not None and _COMMIT.fullmatch(revision):
            return revision
        parts = (revision or "main").split("/")
        if any(part in ("", ".", "..") for part in parts):
            return None
        text = (_small(self.folder.joinpath("refs", *parts), 64) or b"").decode("ascii", "replace").strip()
        return text if _COMMIT.fullmatch(text) else None

    def holds(self, commit: str) -> bool:
        """Whether a snapshot of that commit is there, complete or not."""
        return is_folder(self.folder / "snapshots" / commit)

    def commits(self) -> list[str]:
        """All commits a snapshot is there of."""
        try:
            return sorted(path.name for path in (self.folder / "snapshots").iterdir() if _COMMIT.fullmatch(path.name))
        except OSError:
            return []


def resolve(reference: Reference) -> LocalSource:
    """The snapshot a cache folder holds: a `snapshots/<commit>` folder, or a repository's folder.

    Raises:
        UsageError: a repository's folder holds several snapshots and none is marked as main.
        NotFoundError: there is no snapshot, or it holds no file.
    """
    folder = Path(reference.location)
    if folder.parent.name == "snapshots":
        return load(reference, Repository(folder.parent.parent), folder.name)
    repository = Repository(folder)
    commit = repository.commit(reference.revision)
    if commit is not None and repository.holds(commit):
        return load(reference, repository, commit)
    there = repository.commits()
    if reference.revision is None and len(there) == 1:
        return load(reference, repository, there[0])
    if reference.revision is None and there:
        raise UsageError(
            f"{visible(reference.location)} holds {len(there)} snapshots and none is main.",
            f"Name one of them with --revision, as {there[0]}.",
        )
    asked = f"no snapshot of {visible(reference.revision)}" if reference.revision else "no snapshot"
    raise NotFoundError(f"{visible(reference.location)} holds {asked}.", "Download it with `hf download` first.")


def load(reference: Reference, repository: Repository, commit: str) -> LocalSource:
    """The snapshot of a commit, with the cache's claims and with the listed files it lacks as gaps.

    Raises:
        NotFoundError: it holds no file.
    """
    root = repository.folder / "snapshots" / commit
    listing = walk(str(root), cache_blobs(root))
    tree = _tree(repository, commit, listing)
    artifacts = [Artifact(entry.path, entry.size, _digests(entry, repository, root, tree)) for entry in listing.entries]
    present = {artifact.path for artifact in artifacts}
    for path in sorted(set(tree) - present):
        listing.gap(path, "the commit lists it, but the cache does not hold it")
    return LocalSource(seal(reference, repository.id, commit, artifacts, listing), listing, str(root))


def _digests(entry: Entry, repository: Repository, root: Path, tree: dict[str, Digest]) -> tuple[Digest, ...]:
    found = {tree[entry.path]} if entry.path in tree else set()
    first = Path(os.path.normpath(root.joinpath(entry.path).parent / entry.link))
    algorithm = _ALGORITHMS.get(len(first.name))
    if entry.link and first.parent == repository.folder / "blobs" and algorithm and _HEX.fullmatch(first.name):
        found.add(Digest(algorithm, first.name, Asserter.CACHE))
    return tuple(sorted(found, key=lambda digest: (digest.algorithm, digest.value)))


def _tree(repository: Repository, commit: str, listing: Listing) -> dict[str, Digest]:
    """Path to digest as `trees/<commit>.json` lists them; empty where the client wrote none."""
    content = _small(repository.folder / "trees" / f"{commit}.json", _TREE_LIMIT)
    if content is None:
        return {}
    try:
        files = json.loads(content)["files"]
        return {str(path): _listed(entry) for path, entry in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        reason = "the cache's listing of the commit is malformed, so that missing files cannot be told"
        listing.gap(".", reason, CoverageState.ERROR)
        return {}


def _listed(entry: dict[str, object]) -> Digest:
    value = str(entry.get("lfs_sha256") or entry["blob_id"]).lower()
    return Digest(_ALGORITHMS[len(value)], value, Asserter.CACHE)


def _small(path: Path, limit: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError:
        return None
    return content if len(content) <= limit else None

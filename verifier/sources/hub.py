"""Repositories of a Hugging Face hub, through its own client's session, endpoint, token and cache.

Resolving costs three requests (repository, listing, commit; one more a thousand files); all others name the commit.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import quote

from huggingface_hub import constants, hf_hub_url
from huggingface_hub.file_download import repo_folder_name

from verifier.errors import ChangedError, NotFoundError, OfflineError, SourceError
from verifier.records import Artifact, Asserter, Digest, Evidence, Finding, Reference, Snapshot, parameters, visible
from verifier.records.canonical import Plain
from verifier.records.git import PROOF
from verifier.sources import cache, opinions, web
from verifier.sources.base import FETCHED, HOW, MAX_FILES, RENAMED, Source
from verifier.sources.proof import proven
from verifier.sources.ranged import RangedSource
from verifier.sources.ranges import RangedFile
from verifier.sources.reference import is_hub_id, is_revision

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PAGE = 64 << 20
"""Bytes a page of the hub's API may have; a repository of 100 000 files lists in 12 MB."""

MAX_COMMITS = 50_000
"""Commits of a history that are looked through."""
_COMMITS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at a commit.

    Args:
        id: canonical hub id.
        commit: 40 hex digits.
        metadata: what the hub says of it, and as `endpoint` which hub that is.
        expand: ask for what scanners say of each file.
    """

    id: str
    commit: str
    metadata: dict[str, str]
    expand: bool


def resolve(
    reference: Reference, *, offline: bool = False, fetched: int = FETCHED, patience: web.Patience | None = None
) -> Source:
    """A repository at the commit its revision names now; offline: as the cache holds it.

    Raises:
        SourceError: it cannot be obtained; subclasses say why.
    """
    if reference.revision and not is_revision(reference.revision):
        raise NotFoundError(f"'{visible(reference.revision)}' is not a revision.", "Name a branch, a tag or a commit.")
    if offline or constants.is_offline_mode():
        return _cached(reference)
    patience = patience or web.Patience()
    repository = _repository(reference, patience)
    listed, said = _listing(repository, patience)
    artifacts = tuple(sorted(listed, key=lambda artifact: artifact.path))
    if not artifacts:
        raise NotFoundError(f"{repository.id} holds no files at {repository.commit}.", "Check the revision.")
    files = tuple(_file(repository, artifact, fetched, patience) for artifact in artifacts)
    standing, why, findings = proven(repository.id, repository.commit, artifacts)
    metadata = tuple(sorted({**repository.metadata, **said, PROOF: f"{standing}: {why}"}.items()))
    snapshot = Snapshot(reference, repository.id, repository.commit, artifacts, local=False, metadata=metadata)
    return RangedSource(snapshot, files, (*_renamed(reference, repository), *findings))


def cached(identity: str, place: Path | None = None) -> cache.Repository:
    """Where the hub client keeps a repository on this machine, whether it is there or not.

    Args:
        identity: hub id.
        place: a cache; None is the client's own.
    """
    name = repo_folder_name(repo_id=identity, repo_type="model")
    return cache.Repository((place or Path(constants.HF_HUB_CACHE)).absolute() / name)


def descends(identity: str, commit: str, ancestor: str) -> bool:
    """Whether the hub lists a commit among those another one builds on.

    Raises:
        SourceError: its list cannot be obtained, or has more than MAX_COMMITS.
    """
    url: str | None = f"{constants.ENDPOINT}/api/models/{identity}/commits/{commit}"
    subject = f"the history of {identity}"
    for _ in range(MAX_COMMITS // _COMMITS_A_PAGE):
        if url is None:
            return False
        answer = web.get(url, subject=subject, limit=_PAGE)
        page = _json(answer, subject)
        if not isinstance(page, list):
            raise _nonsense(subject)
        if any(isinstance(entry, dict) and entry.get("id") == ancestor for entry in page):
            return True
        url = answer.following
        if url is not None and web.origin(url) != web.origin(answer.url):
            raise SourceError(f"{subject} goes on at another server, {visible(url)}.")
    raise SourceError(f"{subject} has more than {MAX_COMMITS} commits.")


def _cached(reference: Reference) -> Source:
    repository = cached(reference.location)
    commit = repository.commit(reference.revision)
    if commit is None or not repository.holds(commit):
        asked = visible(reference.location) + (f"@{visible(reference.revision)}" if reference.revision else "")
        raise OfflineError(
            f"{asked} is not in the hub cache, and the network is switched off.",
            f"Download it with `hf download {visible(reference.location)}`, or go online.",
        )
    return cache.load(reference, repository, commit)


def _repository(reference: Reference, patience: web.Patience) -> Repository:
    asked = reference.location + (f"@{reference.revision}" if reference.revision else "")
    url = f"{constants.ENDPOINT}/api/models/{reference.location}"
    if reference.revision:
        url += f"/revision/{quote(reference.revision, safe='')}"
    url += "?securityStatus=true"
    subject = visible(asked)
    said = _json(web.get(url, subject=subject, limit=_PAGE, patience=patience), subject)
    if not isinstance(said, dict):
        raise _nonsense(subject)
    identity, commit = said.get("id"), said.get("sha")
    if not isinstance(identity, str) or not is_hub_id(identity):
        raise _nonsense(subject)
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise _nonsense(subject)
    if reference.revision and _COMMIT.fullmatch(reference.revision) and commit != reference.revision:
        raise ChangedError(f"{subject}: the hub answers with another commit, {commit}.", "Check HF_ENDPOINT.")
    return Repository(identity, commit, _metadata(said), opinions.fits_a_page(said))


def _metadata(said: dict[str, Plain]) -> dict[str, str]:
    plain = {name: said.get(name) for name in ("gated", "library_name", "pipeline_tag", "private")}
    shown = {name: str(value).lower() if isinstance(value, bool) else value for name, value in plain.items()}
    told = {name: value for name, value in shown.items() if isinstance(value, str)}
    return {**told, **dict(opinions.of_repository(said)), "endpoint": constants.ENDPOINT}


def _listing(repository: Repository, patience: web.Patience) -> tuple[list[Artifact], dict[str, str]]:
    """All files at the commit, page by page, as the hub claims them, and what it says of their security."""
    subject = f"{repository.id}@{repository.commit}"
    asked = "?recursive=true&expand=true" if repository.expand else "?recursive=true"
    url: str | None = f"{constants.ENDPOINT}/api/models/{repository.id}/tree/{repository.commit}{asked}"
    found: dict[str, Artifact] = {}
    said: dict[str, str] = {}
    pages = 0
    while url is not None:
        answer = web.get(url, subject=subject, limit=_PAGE, patience=patience)
        page = _json(answer, subject)
        if not isinstance(page, list):
            raise _nonsense(subject)
        for entry in page:
            artifact = _artifact(entry, subject)
            said |= opinions.of_file(entry)
            if artifact is not None and found.setdefault(artifact.path, artifact) is not artifact:
                raise SourceError(f"{subject}: the hub lists {visible(artifact.path)} twice.", "Check HF_ENDPOINT.")
        pages += 1
        if len(found) > MAX_FILES or pages > MAX_FILES // 50:
            raise SourceError(f"{subject}: the hub lists more than {MAX_FILES} files.")
        url = answer.following
        if url is not None and web.origin(url) != web.origin(answer.url):
            raise SourceError(f"{subject}: the hub's listing goes on at another server, {visible(url)}.")
    return list(found.values()), said


def _artifact(entry: Plain, subject: str) -> Artifact | None:
    """A file of the listing; None for a folder."""
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        raise _nonsense(subject)
    if entry.get("type") == "directory":
        return None
    path = cast(str, entry["path"])
    if not path.isprintable() or "\\" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise SourceError(f"{subject}: the hub lists a file with an impossible path, '{visible(path)}'.")
    size, lfs, oid = entry.get("size"), entry.get("lfs"), entry.get("oid")
    if isinstance(lfs, dict):
        size, oid = lfs.get("size", size), lfs.get("oid")
    pattern, algorithm = (_SHA256, "sha256") if isinstance(lfs, dict) else (_COMMIT, "git-blob-sha1")
    valid = isinstance(oid, str) and pattern.fullmatch(oid)
    if entry.get("type") != "file" or not valid or type(size) is not int or not 0 <= size < 1 << 62:
        raise SourceError(f"{subject}: the hub's listing of {visible(path)} is malformed.", "Check HF_ENDPOINT.")
    return Artifact(path, size, (Digest(algorithm, cast(str, oid), Asserter.HUB),))


def _file(repository: Repository, artifact: Artifact, fetched: int, patience: web.Patience) -> RangedFile:
    return RangedFile(
        hf_hub_url(repository.id, artifact.path, revision=repository.commit, endpoint=constants.ENDPOINT),
        artifact,
        subject=f"{visible(artifact.path)} of {repository.id}",
        commit=repository.commit,
        budget=fetched,
        patience=patience,
    )


def _renamed(reference: Reference, repository: Repository) -> tuple[Finding, ...]:
    if reference.location == repository.id:
        return ()
    asked = visible(reference.location)
    message = f"{asked} is now {repository.id}; whoever registers the old name later can put another model there."
    evidence = Evidence(".", f"{asked} -> {repository.id}", HOW, pointer="/id")
    return (Finding(RENAMED, (evidence,), message, parameters(asked=reference.location, canonical=repository.id)),)


def _json(answer: web.Answer, subject: str) -> Plain:
    try:
        return cast(Plain, json.loads(answer.body))
    except (ValueError, RecursionError) as error:
        raise _nonsense(subject) from error


def _nonsense(subject: str) -> SourceError:
    return SourceError(f"{subject}: the server does not answer as a hub does.", "Check HF_ENDPOINT.")

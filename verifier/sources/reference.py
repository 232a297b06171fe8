"""What a person typed becomes a Reference. Nothing is guessed: two readings are an error that names both spellings."""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from verifier.errors import UnsupportedSourceError, UsageError
from verifier.records import Reference, SourceKind, visible
from verifier.sources.walk import is_folder

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HUB_ID = re.compile(r"(?:[A-Za-z0-9_.-]{1,96}/)?[A-Za-z0-9_.-]{1,96}")
_DIGEST = re.compile(r"sha256=([0-9A-Fa-f]{64})")
_SNAPSHOT = re.compile(
    r"(?P<repo>(?:.*/)?(?P<type>model|dataset|space|kernel)s--[^/]+)(?:/snapshots/(?P<commit>[0-9a-f]{40}))?"
)
_HUB_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_OTHER_REPOSITORIES = ("datasets/", "spaces/", "kernels/", "buckets/")


def parse(text: str, *, revision: str | None = None) -> Reference:
    """Reads a reference: hub id, `hf://` id, folder, file, hub cache folder, or URL of a file.

    Args:
        text: as typed.
        revision: branch, tag or commit given beside it.

    Raises:
        UsageError: it is ambiguous, or no reference at all.
        UnsupportedSourceError: it names a kind of place this version cannot read.
    """
    if not text or not text.isprintable():
        raise UsageError(
            f"'{visible(text)}' is not a reference to a model.", "Name a hub id, a folder, a file or a URL."
        )
    if revision is not None and not is_revision(revision):
        raise UsageError(f"'{visible(revision)}' is not a revision.", "Name a branch, a tag or a commit.")
    scheme = _SCHEME.match(text)
    if scheme is None:
        return _place(text, revision)
    name = scheme.group(1).lower()
    if name == "hf":
        return _hub(text, text[len("hf://") :], revision)
    if name in ("http", "https"):
        return _url(text, revision)
    raise UnsupportedSourceError(
        f"{visible(text)}: {name}:// is not a supported source.",
        "Supported are hub ids, folders, files, hub cache folders and https:// URLs of single files.",
    )


def is_hub_id(text: str) -> bool:
    """Whether the hub could have a repository of that name (the rules of its own client)."""
    return bool(_HUB_ID.fullmatch(text)) and not re.search(r"--|\.\.|(?:^|/)[.-]|[.-](?:/|$)|\.git$", text)


def _place(text: str, revision: str | None) -> Reference:
    path = Path(os.path.normpath(_expanded(text).absolute()))
    repository, _, _ = text.partition("@")
    hub = is_hub_id(repository)
    if hub and repository == text and is_folder(path):
        raise UsageError(
            f"{text} is a folder here and may be a repository of the hub too.",
            f"Write ./{text} for the folder or hf://{text} for the repository.",
        )
    if os.path.lexists(path):
        return _local(text, path, revision)
    if hub:
        return _hub(text, text, revision)
    raise UsageError(
        f"There is no file or folder {visible(text)}, and it is not a hub id.",
        "Write org/name for a repository of the hub, or the path of a file or folder that exists.",
    )


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # there is no such user
        return Path(text)


def _local(text: str, path: Path, revision: str | None) -> Reference:
    cache = _SNAPSHOT.fullmatch(path.as_posix()) if is_folder(path) else None
    if cache and (cache["commit"] or is_folder(path / "snapshots")):
        if cache["type"] != "model":
            raise UnsupportedSourceError(f"{visible(text)} is the cache of a {cache['type']}, not of a model.")
        kind = SourceKind.CACHE
    else:
        kind = SourceKind.FOLDER if is_folder(path) else SourceKind.FILE
    if revision is not None and (kind is not SourceKind.CACHE or path.parent.name == "snapshots"):
        raise UsageError(f"{visible(text)} lies on this machine and has no revisions.", "Leave the revision out.")
    return Reference(text, kind, str(path), revision)


def _hub(text: str, body: str, revision: str | None) -> Reference:
    repository, at, asked = body.partition("@")
    repository = repository.rstrip("/")
    if repository.startswith(_OTHER_REPOSITORIES) and repository.count("/") > 1:
        raise UnsupportedSourceError(
            f"{visible(text)} is not a model repository of the hub.", "Only models are verified."
        )
    if not is_hub_id(repository):
        parts = repository.split("/")
        if len(parts) > 2 and is_hub_id("/".join(parts[:2])):
            whole = "/".join(parts[:2])
            raise UsageError(
                f"{visible(text)} names a file of a repository.", f"Name the whole repository: hf://{whole}"
            )
        raise UsageError(f"{visible(text)} is not a hub id.", "Write org/name or org/name@revision.")
    if at and not is_revision(asked):
        raise UsageError(f"{visible(text)} ends in no revision.", "Write a branch, a tag or a commit after the @.")
    if at and revision is not None and revision != asked:
        raise UsageError(f"Two revisions are asked for: {visible(asked)} and {visible(revision)}.", "Name only one.")
    return Reference(text, SourceKind.HUB, repository, asked if at else revision)


def _url(text: str, revision: str | None) -> Reference:
    location, mark, fragment = text.partition("#")
    if revision is not None:
        raise UsageError(f"{visible(text)} has no revisions.", "Leave the revision out.")
    parts = _split(text, location)
    if parts.username is not None or parts.password is not None:
        raise UsageError("The URL holds a user name or password, which reports would repeat.", "Leave them out.")
    if parts.scheme.lower() == "http" and not is_loopback(parts.hostname or ""):
        raise UsageError(f"{visible(location)} is not encrypted.", "Write https:// (http:// is for this machine only).")
    if parts.hostname in _HUB_HOSTS and "/resolve/" not in parts.path:
        shown = "/".join(parts.path.strip("/").split("/")[:2]) or "org/name"
        raise UsageError(
            f"{visible(location)} is a page of the hub.", f"Write hf://{visible(shown)} for the repository."
        )
    digest = _DIGEST.fullmatch(fragment)
    if mark and digest is None:
        raise UsageError(f"'#{visible(fragment)}' is not a digest.", "Write #sha256= and 64 hex digits.")
    return Reference(text, SourceKind.URL, location, None, digest.group(1).lower() if digest else None)


def _split(text: str, location: str) -> SplitResult:
    try:
        parts = urlsplit(location)
        known = parts.hostname and parts.port != 0 and location.isascii() and " " not in location
    except ValueError:
        known = None
    if not known:
        raise UsageError(f"{visible(text)} is not a URL.", "Write https://host/path, percent-encoded.")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_revision(text: str) -> bool:
    """Whether git allows the name, which becomes a path in the hub client's cache (`git check-ref-format`)."""
    plain = bool(text) and len(text) <= 256 and text.isprintable() and text.isascii()
    return plain and not re.search(r"[ ~^:?*\[\\]|\.\.|(?:^|/)\.|//|^/|[/.]$", text)

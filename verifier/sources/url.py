"""A single file at a URL, read in ranges like a file of the hub."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from huggingface_hub import constants

from verifier.errors import OfflineError
from verifier.records import Artifact, Asserter, Digest, Reference, Snapshot, visible
from verifier.sources import web
from verifier.sources.base import FETCHED
from verifier.sources.ranged import RangedSource
from verifier.sources.ranges import BLOCK, RangedFile


def resolve(
    reference: Reference, *, offline: bool = False, fetched: int = FETCHED, patience: web.Patience | None = None
) -> RangedSource:
    """The file as it is served now: one request learns its size and its first bytes.

    Raises:
        SourceError: it cannot be obtained; subclasses say why.
    """
    subject = visible(reference.location)
    if offline or constants.is_offline_mode():
        raise OfflineError(f"{subject} needs the network, which is switched off.", "Go online, or name a local file.")
    patience = patience or web.Patience()
    answer = web.get(reference.location, subject=subject, limit=BLOCK, span=(0, BLOCK), patience=patience)
    digests = (Digest("sha256", reference.sha256, Asserter.REFERENCE),) if reference.sha256 else ()
    artifact = Artifact(_name(reference.location), answer.total, digests)
    file = RangedFile(reference.location, artifact, subject=subject, budget=fetched, patience=patience)
    file.adopt(answer)
    snapshot = Snapshot(reference, reference.location, None, (artifact,), local=False)
    return RangedSource(snapshot, (file,))


def _name(location: str) -> str:
    """The URL's last path segment, as a file name."""
    name = unquote(urlsplit(location).path.rpartition("/")[2], errors="replace")
    return name if name.isprintable() and name not in ("", ".", "..") and "/" not in name else "download"

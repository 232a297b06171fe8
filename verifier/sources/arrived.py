"""Files that were claimed, as they lie in a folder of this machine now."""

from __future__ import annotations

from pathlib import Path

from verifier.records import Artifact, Snapshot, visible
from verifier.sources.base import Source
from verifier.sources.local import LocalSource, seal
from verifier.sources.walk import cache_blobs, walk


def arrived(claimed: Snapshot, folder: Path) -> Source:
    """A folder as the snapshot it is to be: its bytes, held against the digests claimed for them.

    Claimed files that are not there are gaps; files that are there and were not claimed carry no claims.

    Args:
        claimed: which model it is, and what its files should be.
        folder: where they lie; may be one of the hub client's cache.

    Raises:
        NotFoundError: the folder holds no file.
        SourceError: it cannot be listed.
    """
    listing = walk(str(folder.absolute()), cache_blobs(folder.absolute()))
    claims = {artifact.path: artifact.digests for artifact in claimed.artifacts}
    present = {entry.path for entry in listing.entries}
    for path in claims:
        if path not in present:
            listing.gap(path, f"it is to be in {visible(str(folder))}, and is not")
    artifacts = [Artifact(entry.path, entry.size, claims.get(entry.path, ())) for entry in listing.entries]
    return LocalSource(
        seal(claimed.reference, claimed.id, claimed.commit, artifacts, listing), listing, str(folder.absolute())
    )

"""Whether a hub's listing is the one its commit id commits to."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.errors import Malformed, SourceError
from verifier.records import Artifact, Evidence, Finding, Standing, parameters, visible
from verifier.records.git import object_id, pointer_to
from verifier.sources import git
from verifier.sources.base import HOW, UNCOMMITTED

SHOWN = 20
"""Files a finding lists at most."""


def proven(identity: str, commit: str, artifacts: Iterable[Artifact]) -> tuple[Standing, str, tuple[Finding, ...]]:
    """What became of the listing, why in the end of a sentence, and what is to be said of it.

    Unverified where the hub does not tell what it committed to: it need not speak git's protocol.

    Args:
        identity: hub id.
        commit: 40 hex digits.
        artifacts: as the hub lists them, with its digests.
    """
    try:
        files = git.committed(identity, commit)
    except (Malformed, SourceError) as error:
        return Standing.UNVERIFIED, f"the commit could not be obtained: {error.message}", ()
    listed = {artifact.path: _blob(artifact) for artifact in artifacts}
    wrong = sorted(path for path in listed.keys() | files.keys() if listed.get(path) != files.get(path))
    if not wrong:
        return Standing.VERIFIED, f"{len(files)} files are those the commit commits to", ()
    places = tuple(Evidence(path, _told(path, listed, files), HOW) for path in wrong[:SHOWN])
    message = f"{visible(wrong[0])} {places[0].what}: the hub's listing is not the one its commit {commit} commits to."
    told = parameters(commit=commit, files=tuple(wrong[:SHOWN]), count=len(wrong))
    return Standing.CONTRADICTED, f"{len(wrong)} files differ", (Finding(UNCOMMITTED, places, message, told),)


def _blob(artifact: Artifact) -> str:
    """The git blob id that the listed digest makes: of the file, or of the pointer to one that LFS keeps."""
    (digest,) = artifact.digests
    in_lfs = digest.algorithm == "sha256"
    return object_id("blob", pointer_to(digest.value, artifact.size)) if in_lfs else digest.value


def _told(path: str, listed: dict[str, str], files: dict[str, str]) -> str:
    if path not in files:
        return "is listed, but not committed"
    return "is committed, but not listed" if path not in listed else "is listed with other bytes than are committed"

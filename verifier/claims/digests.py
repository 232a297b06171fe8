"""Digests others say the files have: the hub, its cache, the project's lock, or the reference itself."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.claims import OpenFile
from verifier.records import Asserter, Claim, Evidence, Snapshot, Standing

RULES: tuple[str, ...] = ()

HOW = "digests/1"

_CHANNELS = {
    Asserter.HUB: "hub-api",
    Asserter.CACHE: "hub-cache",
    Asserter.LOCK: "models.lock",
    Asserter.REFERENCE: "reference",
}


def collect(snapshot: Snapshot, _open_file: OpenFile, _trust: object = None) -> Iterator[Claim]:
    """Yields a claim `digest`, valued `(algorithm, hex)`, for each digest we did not compute."""
    for artifact in snapshot.artifacts:
        for digest in artifact.digests:
            if digest.by is not Asserter.COMPUTED:
                evidence = Evidence(artifact.name, f"{digest.algorithm}:{digest.value}", HOW)
                value = (digest.algorithm, digest.value)
                channel = _CHANNELS[digest.by]
                yield Claim("digest", value, digest.by, channel, artifact.name, Standing.UNVERIFIED, evidence)

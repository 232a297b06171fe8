"""Attestations among a model's files (in-toto, SLSA provenance): who says what of which bytes.

One is a Sigstore bundle, a DSSE envelope or a statement that nobody signed; a file of lines holds one a line. Bundles
under other names are those of `signatures`.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.claims import OpenFile, Yield
from verifier.claims._signing import MAX_BYTES
from verifier.errors import SourceError
from verifier.records import Artifact, Claim, Coverage, CoverageState, Evidence, Finding, Snapshot, Standing
from verifier.records.trust import Trust

MALFORMED = "attestation-malformed"

RULES: tuple[str, ...] = (MALFORMED,)

HOW = "attestations/1"

LINES, ONE = ".intoto.jsonl", ".intoto.json"
"""Endings of files with attestations (in-toto attestation framework, "Bundle")."""

MAX_LINES = 100
"""Attestations read of a file."""


def collect(snapshot: Snapshot, open_file: OpenFile, trust: Trust) -> Iterator[Yield]:
    """Yields a claim `attestation` an attestation, and the digests it gives for files of the model."""
    for artifact in snapshot.artifacts:
        if not artifact.path.endswith((LINES, ONE)):
            continue
        try:
            raw = open_file(artifact.path).read_at(0, MAX_BYTES + 1)
        except SourceError as error:
            reason = f"the attestation could not be read: {error}"
            yield Coverage(artifact.name, CoverageState.NOT_FETCHED, reason, HOW)
            continue
        parts = [line for line in raw.splitlines() if line.strip()] if artifact.path.endswith(LINES) else [raw]
        if len(parts) > MAX_LINES or len(raw) > MAX_BYTES:
            reason = "it holds more attestations than are read"
            yield Coverage(artifact.name, CoverageState.LIMIT, reason, HOW)
            continue
        for number, part in enumerate(parts, 1):
            place = Evidence(artifact.name, f"attestation {number}", HOW)
            yield from _claims(part, artifact, place, snapshot, trust)


def _claims(raw: bytes, artifact: Artifact, place: Evidence, snapshot: Snapshot, trust: Trust) -> Iterator[Yield]:
    from verifier.claims._signing import attested
    from verifier.claims._signing.flaw import Flaw
    from verifier.claims._signing.signature import of_attestation

    try:
        signature, standing = of_attestation(raw, snapshot.id, trust).weighed(trust)
    except Flaw as error:
        yield Claim("attestation", str(error), "unknown signer", "attestation", ".", Standing.CONTRADICTED, place)
        message = f"The attestation {artifact.name} counts for nothing: {error}."
        yield Finding(MALFORMED, (place,), message)
        return
    folder = artifact.path[: artifact.path.rfind("/") + 1]
    yield from attested.claims(signature, standing, place, snapshot, folder)

"""From an attestation that was judged to what it claims of a model's files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from verifier.claims._signing.attestation import Attestation
from verifier.claims._signing.manifest import PREDICATE, Manifest
from verifier.claims._signing.signature import Signature
from verifier.records import Artifact, Claim, Evidence, Snapshot, Standing, parameters

SHOWN = 20
"""Subjects that are no file of the model which a claim lists at most."""


def claims(
    signature: Signature, standing: Standing, place: Evidence, snapshot: Snapshot, folder: str
) -> Iterator[Claim]:
    """Yields a claim `attestation`, and the digest of each subject that is a file of the model.

    A subject is the file of its name, as seen from the attestation's folder, else any file with its digest.

    Args:
        signature: who says what.
        standing: whether somebody trusted does.
        place: where it stands.
        snapshot: the model.
        folder: what subjects' names are relative to: "" or a path ending in a slash.
    """
    covers = signature.covers if isinstance(signature.covers, Attestation) else _whole(signature.covers)
    files = {artifact.path: artifact for artifact in snapshot.artifacts}
    known = {
        digest.value: artifact
        for artifact in reversed(snapshot.artifacts)
        for digest in artifact.digests
        if digest.algorithm == "sha256"
    }
    found: dict[Artifact, str] = {}
    others = []
    for name, digest in covers.subjects:
        artifact = _named(name, folder, files) or known.get(digest)
        if artifact is None:
            others.append(name)
        elif digest:
            found[artifact] = digest
    told = parameters(
        predicate=covers.predicate,
        builder=covers.builder,
        build=covers.build,
        sources=covers.sources,
        covered=len(found),
        others=tuple(others[:SHOWN]),
        fingerprint=signature.fingerprint,
        names=signature.names,
        reason=signature.doubt,
        signers=tuple(signer.mark for signer in signature.signers),
    )
    yield Claim("attestation", told, signature.who, "attestation", ".", standing, place)
    for artifact, digest in found.items():
        yield Claim("digest", ("sha256", digest), signature.who, "attestation", artifact.name, standing, place)


def _whole(manifest: Manifest) -> Attestation:
    """A manifest where only attestations are looked for: its whole files by SHA-256."""
    plain = {one.path: one.digest for one in manifest.resources if one.algorithm == "sha256" and one.end is None}
    return Attestation(PREDICATE, tuple(plain.items()))


def _named(name: str, folder: str, files: Mapping[str, Artifact]) -> Artifact | None:
    return files.get(folder + name.removeprefix("./"))

"""`attestation`: the verdict on one model as an unsigned in-toto statement, one line of JSON (see `_attestation`).

It passes only where the model was accepted; undecided is a failure. A verdict on digests that are only claimed is not
attested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from verifier._version import __version__
from verifier.errors import UsageError
from verifier.records import Asserter, Claim, Outcome, Snapshot, Stage, Standing, Verdict
from verifier.records.canonical import Plain, binding_digest, canonical_bytes, to_plain
from verifier.reports import _attestation as terms
from verifier.reports._failure import Failure
from verifier.reports._package import purl


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,  # noqa: ARG001 - for people only
    width: int = 100,  # noqa: ARG001
    verbose: int = 0,  # noqa: ARG001
) -> str:
    """The statement.

    Raises:
        UsageError: there is not one verdict, or its bytes were not read.
    """
    if len(verdicts) != 1 or failures:
        raise UsageError("An attestation is about one model that has a verdict.", "Write one for each model.")
    (verdict,) = verdicts
    if verdict.stage is not Stage.CONFIRMED:
        raise UsageError(
            "Nothing is attested about bytes that were not read.", "Download the model, and verify the folder."
        )
    files = dict(_digests(verdict.dossier.snapshot))
    subjects: list[Plain] = [{"name": name, "digest": {"sha256": digest}} for name, digest in files.items()]
    manifest = binding_digest((name, "sha256", digest) for name, digest in files.items())
    statement: Plain = {
        "_type": terms.STATEMENT,
        "subject": [*subjects, {"name": terms.MANIFEST, "digest": {"sha256": manifest}}],
        "predicateType": terms.PREDICATE,
        "predicate": _predicate(verdict),
    }
    return canonical_bytes(statement).decode("ascii") + "\n"


def _predicate(verdict: Verdict) -> dict[str, Plain]:
    passed = verdict.outcome is Outcome.ACCEPTED
    return {
        "verifier": {"id": terms.VERIFIER, "version": {"model-verify": __version__}},
        "timeVerified": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resourceUri": purl(verdict.dossier.snapshot),
        "policy": {"uri": f"{terms.POLICY}{verdict.policy.name}", "digest": {"sha256": verdict.policy.digest}},
        "inputAttestations": [*_inputs(verdict)],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": [terms.ACCEPTED if passed else terms.FAILED],
        terms.VERDICT: {
            "outcome": verdict.outcome.value,
            "snapshot": verdict.snapshot_digest,
            "tool": to_plain(verdict.tool),
            "dependencies": [
                {"uri": purl(one.dossier.snapshot), "outcome": one.outcome.value, "snapshot": one.snapshot_digest}
                for one in verdict.dependencies
            ],
        },
    }


def _digests(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Each file with the SHA-256 of its bytes.

    Raises:
        UsageError: a file's bytes were not read.
    """
    for artifact in snapshot.artifacts:
        found = [one.value for one in artifact.digests if (one.algorithm, one.by) == ("sha256", Asserter.COMPUTED)]
        if not found:
            raise UsageError(f"Nothing is attested: {artifact.name} was not read.", "See why in the report.")
        yield artifact.path, found[0]


def _inputs(verdict: Verdict) -> Iterator[Plain]:
    """The signatures by somebody trusted, by their own digests."""
    files = {artifact.name: artifact for artifact in verdict.dossier.snapshot.artifacts}
    for claim in verdict.dossier.claims:
        artifact = files.get(claim.evidence.artifact)
        if _is_trusted(claim) and artifact is not None:
            digests: dict[str, Plain] = {one.algorithm: one.value for one in artifact.digests}
            yield {"uri": artifact.path, "digest": {"sha256": digests["sha256"]}}


def _is_trusted(claim: Claim) -> bool:
    return claim.kind in ("signature", "attestation") and claim.standing is Standing.VERIFIED

"""`attestation`: the verdict on one model as an unsigned in-toto statement, one line of JSON (see `_attestation`).

It passes only where the model was accepted; undecided is a failure. A verdict on digests that are only claimed is not
attested. Of a model that was to be run it says what came out of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.records import Claim, Outcome, Standing, Verdict
from verifier.records.canonical import Plain
from verifier.reports import _attestation as terms
from verifier.reports import _test_result
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
    if any(_test_result.tests(verdict) for verdict in verdicts):
        return terms.document(verdicts, failures, terms.TESTS, _test_result.predicate)
    return terms.document(verdicts, failures, terms.PREDICATE, _predicate)


def _predicate(verdict: Verdict) -> dict[str, Plain]:
    passed = verdict.outcome is Outcome.ACCEPTED
    return {
        "verifier": terms.verifier(),
        "timeVerified": terms.now(),
        "resourceUri": purl(verdict.dossier.snapshot),
        "policy": terms.policy(verdict),
        "inputAttestations": [*_inputs(verdict)],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": [terms.ACCEPTED if passed else terms.FAILED],
        terms.VERDICT: terms.own(verdict),
    }


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

"""`svr`: the verdict on one model as an unsigned Simple Verification Result, one line of JSON (see `_attestation`).

It lists what holds and nothing else, so that a model which was not accepted lacks `MODEL_VERIFY_ACCEPTED`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.records import Outcome, Verdict
from verifier.records.canonical import Plain
from verifier.reports import _attestation as terms
from verifier.reports._failure import Failure
from verifier.reports._view import gaps


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
    return terms.document(verdicts, failures, terms.RESULT, _predicate)


def _predicate(verdict: Verdict) -> dict[str, Plain]:
    return {
        "verifier": {"id": terms.VERIFIER, "policies": [terms.policy(verdict)]},
        "timeCreated": terms.now(),
        "properties": [*_properties(verdict)],
    }


def _properties(verdict: Verdict) -> Iterator[str]:
    if verdict.outcome is Outcome.ACCEPTED:
        yield terms.ACCEPTED
    if not any(gaps(verdict.dossier)):
        yield terms.INSPECTED
    if not verdict.dossier.findings:
        yield terms.NOTHING_FOUND

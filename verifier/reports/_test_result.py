"""What measuring a model came to, as a test result (see `_attestation`): each declared vector and number is a test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.errors import UsageError
from verifier.records import Claim, Comparison, Outcome, Result, Verdict
from verifier.records.canonical import Plain, to_plain
from verifier.records.terms import Measured
from verifier.reports import _attestation as terms

PASSED, WARNED, FAILED = "PASSED", "WARNED", "FAILED"
"""What `result` can be."""


def tests(verdict: Verdict) -> list[Comparison]:
    """What was to be measured; where nothing is declared, the comparison that says so."""
    return [one for one in verdict.dossier.comparisons if one.kind in tuple(Measured)]


def predicate(verdict: Verdict) -> dict[str, Plain]:
    """The predicate.

    Raises:
        UsageError: nothing came out of any test.
    """
    measured = [(one, one.claim) for one in tests(verdict) if one.claim is not None]
    named: dict[str, list[Plain]] = {PASSED: [], WARNED: [], FAILED: []}
    for one, claim in measured:
        named[_result(one)].append(_name(claim))
    if not named[PASSED] and not named[FAILED]:
        raise UsageError("Nothing is attested: nothing was measured.", "See why in the report.")
    failed = named[FAILED] or verdict.outcome is not Outcome.ACCEPTED
    return {
        "result": FAILED if failed else WARNED if named[WARNED] else PASSED,
        "configuration": [terms.policy(verdict), *_data(measured)],
        "passedTests": named[PASSED],
        "warnedTests": named[WARNED],
        "failedTests": named[FAILED],
        terms.VERDICT: {"verifier": terms.verifier(), "timeVerified": terms.now(), **terms.own(verdict)},
        terms.MEASURED: [_told(one, claim) for one, claim in measured],
    }


def _result(test: Comparison) -> str:
    """A golden vector that did not run failed; a number that could not be measured is a warning."""
    if test.result is Result.CONSISTENT:
        return PASSED
    return FAILED if test.result is Result.CONTRADICTED or test.kind == Measured.GOLDEN else WARNED


def _name(claim: Claim) -> str:
    """Kind, who declares it, where, and what it is called there."""
    called = claim.value[0] if isinstance(claim.value, tuple) else claim.value
    return f"{claim.kind}:{claim.who}:{claim.evidence.artifact}:{called}"


def _told(test: Comparison, claim: Claim) -> Plain:
    facts = [to_plain(fact.value) for fact in test.facts]
    return {"test": _name(claim), "result": test.result.value, "reason": test.reason, "facts": facts}


def _data(measured: Sequence[tuple[Comparison, Claim]]) -> Iterator[Plain]:
    """The data sets that were measured on."""
    for one, claim in measured:
        for fact in one.facts if one.kind == Measured.METRIC else ():
            if isinstance(fact.value, tuple) and isinstance(claim.value, tuple):
                yield {"name": to_plain(claim.value[3]), "digest": {"sha256": to_plain(fact.value[-3])}}

"""What an attestation says, as those who write and those who check it spell it.

An in-toto Statement v1 whose subjects are all files by SHA-256, and the manifest that binds their names; its predicate
is a SLSA Verification Summary v1 (https://slsa.dev/spec/v1.0/verification_summary), or one of the in-toto attestation
framework: a Simple Verification Result v0.2 (`predicates/svr.md`) or, of a model that was run, a Test Result v0.1
(`predicates/test-result.md`). Fields of ours have URI names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from verifier._version import __version__
from verifier.errors import UsageError
from verifier.records import Asserter, Snapshot, Stage, Verdict
from verifier.records.canonical import Plain, binding_digest, canonical_bytes, to_plain
from verifier.reports._failure import Failure
from verifier.reports._package import purl

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
RESULT = "https://in-toto.io/attestation/svr/v0.2"
TESTS = "https://in-toto.io/attestation/test-result/v0.1"

MANIFEST = "urn:model-verify:manifest"
"""Name of the subject whose digest is `records.canonical.binding_digest` over the others."""

VERDICT = "urn:model-verify:verdict"
"""The predicate's field with our own words: outcome, snapshot digest, tool and dependencies."""

MEASURED = "urn:model-verify:measured"
"""A test result's field with what was measured, test by test."""

VERIFIER = "https://pypi.org/project/model-verify/"
"""The predicate's `verifier.id`."""

POLICY = "urn:model-verify:policy:"
"""What the predicate's `policy.uri` begins with."""

ACCEPTED, FAILED = "MODEL_VERIFY_ACCEPTED", "FAILED"
"""Entries of `verifiedLevels`: names of others than SLSA's own begin with none of its prefixes; ACCEPTED is one of
`properties` too."""

INSPECTED, NOTHING_FOUND = "MODEL_VERIFY_INSPECTED_WHOLE", "MODEL_VERIFY_NOTHING_FOUND"
"""Other entries of `properties`: every byte was inspected; no rule matched."""


def document(
    verdicts: Sequence[Verdict],
    failures: Sequence[Failure],
    kind: str,
    predicate: Callable[[Verdict], dict[str, Plain]],
) -> str:
    """The statement about a verdict, one line of JSON.

    Args:
        verdicts: the one.
        failures: none.
        kind: the predicate's type.
        predicate: gives the predicate.

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
        "_type": STATEMENT,
        "subject": [*subjects, {"name": MANIFEST, "digest": {"sha256": manifest}}],
        "predicateType": kind,
        "predicate": predicate(verdict),
    }
    return canonical_bytes(statement).decode("ascii") + "\n"


def policy(verdict: Verdict) -> dict[str, Plain]:
    """The policy that decided, as a resource (in-toto, `ResourceDescriptor`)."""
    return {"uri": f"{POLICY}{verdict.policy.name}", "digest": {"sha256": verdict.policy.digest}}


def verifier() -> dict[str, Plain]:
    """Ourselves."""
    return {"id": VERIFIER, "version": {"model-verify": __version__}}


def own(verdict: Verdict) -> dict[str, Plain]:
    """The verdict in our own words."""
    return {
        "outcome": verdict.outcome.value,
        "snapshot": verdict.snapshot_digest,
        "tool": to_plain(verdict.tool),
        "dependencies": [
            {"uri": purl(one.dossier.snapshot), "outcome": one.outcome.value, "snapshot": one.snapshot_digest}
            for one in verdict.dependencies
        ],
    }


def now() -> str:
    """The time (RFC 3339)."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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

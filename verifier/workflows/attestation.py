"""Holding a model's bytes against an attestation about it, offline, so that nothing need be inspected again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from verifier.claims._signing import bundle, keys
from verifier.claims._signing.bundle import IN_TOTO, Envelope
from verifier.claims._signing.document import Node, parse
from verifier.claims._signing.flaw import MALFORMED, Flaw
from verifier.pipeline.authentication import authenticate
from verifier.pipeline.examination import Progress
from verifier.records import Outcome, Snapshot, visible
from verifier.records.canonical import binding_digest, canonical_bytes
from verifier.records.trust import Method, Signer, Trust
from verifier.reports import _attestation as terms
from verifier.workflows.sign import Hand
from verifier.workflows.signature import inside, now, read_file


@dataclass(frozen=True, slots=True)
class Check:
    """What an attestation comes to.

    Args:
        outcome: ACCEPTED where somebody trusted attests that these bytes passed; UNDECIDED where nobody trusted does.
        reason: why, as a sentence.
        signer: who signed it, or "".
        policy: name of the policy it was made under.
        verified: when, as it says itself.
        differs: files whose bytes are others.
        missing: files it speaks of that are not there.
        added: files that are there, and it does not speak of.
        failed: tests that failed, of an attestation of what was measured.
        unmeasured: tests of it that came to nothing; what they were about may be otherwise.
    """

    outcome: Outcome
    reason: str
    signer: str = ""
    policy: str = ""
    verified: str = ""
    differs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What all kinds of predicate say.

    Args:
        policy: name of the policy.
        digest: of the policy.
        verified: when.
        passed: whether the model was accepted and, of a test result, no test failed.
        unmeasured: tests that came to nothing.
        failed: tests that failed.
    """

    policy: str
    digest: str
    verified: str
    passed: bool
    unmeasured: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def seal(statement: str, hand: Hand) -> str:
    """The statement in its signed DSSE envelope, one line of JSON."""
    envelope = bundle.envelope_json(hand.seal(statement.encode()))
    return canonical_bytes({**envelope}).decode("ascii") + "\n"


def check(
    file: Path,
    reference: str,
    signers: Sequence[Signer],
    *,
    unsigned: bool = False,
    policy: str = "",
    progress: Progress | None = None,
) -> Check:
    """Holds a model on this machine against an attestation.

    Args:
        file: the attestation.
        reference: a folder, a file, or a model in the hub's cache.
        signers: those with a key count.
        unsigned: nobody need have signed it.
        policy: digest of the policy it must have been made under; "" is any.
        progress: told how far hashing is.

    Raises:
        UsageError: a file cannot be read, or the reference is not one.
        SourceError: the model is not on this machine.
    """
    try:
        payload, signer = _opened(read_file(file, "attestation"), signers, unsigned=unsigned)
        statement = parse(payload, "statement")
        summary = _summary(statement)
        promised = _subjects(statement)
    except Flaw as error:
        return Check(Outcome.REJECTED, f"The attestation is no good: {error}.")
    dossier = authenticate(reference, Trust(now()), offline=True, everything=False, progress=progress)
    found = computed(dossier.snapshot, besides=inside(file, Path(reference).resolve()))
    counts = signer is not None and signer.may_sign(dossier.snapshot.id, now().date())
    told = Check(
        Outcome.ACCEPTED,
        "These bytes are those that passed.",
        signer.name if signer and counts else "",
        summary.policy,
        summary.verified,
        tuple(name for name, digest in found.items() if promised.get(name, digest) != digest),
        tuple(name for name in promised if name not in found),
        tuple(name for name in found if name not in promised),
        summary.failed,
        summary.unmeasured,
    )
    outcome, reason = _judged(told, summary, policy, gaps=bool(dossier.coverage), trusted=counts or unsigned)
    return replace(told, outcome=outcome, reason=reason)


def _judged(told: Check, summary: Summary, policy: str, *, gaps: bool, trusted: bool) -> tuple[Outcome, str]:
    if told.differs or told.missing or told.added:
        return Outcome.REJECTED, "The model is not the one it is about."
    if not summary.passed:
        return Outcome.REJECTED, "It says that the model did not pass."
    if policy and summary.digest != policy:
        return Outcome.REJECTED, f"It was made under another policy, {told.policy}."
    if gaps:
        return Outcome.UNDECIDED, "Some files of the model cannot be read."
    if not trusted:
        return Outcome.UNDECIDED, "Nobody trusted has signed it."
    return told.outcome, told.reason


def _opened(raw: bytes, signers: Sequence[Signer], *, unsigned: bool) -> tuple[bytes, Signer | None]:
    """The statement, and who of those trusted signed it."""
    document = parse(raw, "attestation")
    if "dsseEnvelope" in document.values:
        envelope = bundle.envelope_of(document.node("dsseEnvelope"))
    elif "payload" in document.values:
        envelope = bundle.envelope_of(document)
    else:
        return raw, None
    if envelope.payload_type != IN_TOTO:
        raise Flaw(MALFORMED, f"its payload is not {IN_TOTO}")
    for signer in signers:
        if signer.method is Method.KEY and _made_by(signer, envelope):
            return envelope.payload, signer
    if signers and not unsigned:
        raise Flaw(MALFORMED, "it is not signed by anybody trusted")
    return envelope.payload, None


def _made_by(signer: Signer, envelope: Envelope) -> bool:
    try:
        keys.verify(keys.load(signer.pem.encode()), envelope)
    except Flaw:
        return False
    return True


def _summary(statement: Node) -> Summary:
    kind = statement.text("predicateType")
    if statement.text("_type") != terms.STATEMENT or kind not in _READERS:
        raise Flaw(MALFORMED, f"it says {visible(kind)!r}, which is none of ours")
    return _READERS[kind](statement.node("predicate"))


def _verification(predicate: Node) -> Summary:
    _check_ours(predicate.node("verifier"))
    return Summary(
        *_policy(predicate.node("policy")),
        str(predicate.values.get("timeVerified", "")),
        passed=predicate.values.get("verificationResult") == "PASSED",
    )


def _simple(predicate: Node) -> Summary:
    verifier = predicate.node("verifier")
    _check_ours(verifier)
    return Summary(
        *_policy(_one(verifier.nodes("policies"))),
        str(predicate.values.get("timeCreated", "")),
        passed=terms.ACCEPTED in predicate.texts("properties"),
    )


def _tests(predicate: Node) -> Summary:
    own = predicate.node(terms.VERDICT)
    _check_ours(own.node("verifier"))
    result, failed = predicate.values.get("result"), predicate.texts("failedTests")
    policies = [one for one in predicate.nodes("configuration") if "uri" in one.values]
    return Summary(
        *_policy(_one(policies)),
        str(own.values.get("timeVerified", "")),
        passed=result in ("PASSED", "WARNED") and not failed,
        unmeasured=tuple(predicate.texts("warnedTests")),
        failed=tuple(failed),
    )


_READERS = {terms.PREDICATE: _verification, terms.RESULT: _simple, terms.TESTS: _tests}
"""What reads a predicate, by its type."""


def _check_ours(verifier: Node) -> None:
    if (name := verifier.text("id")) != terms.VERIFIER:
        raise Flaw(MALFORMED, f"it was made by {name!r}, not by model-verify")


def _one(policies: list[Node]) -> Node:
    if len(policies) != 1:
        raise Flaw(MALFORMED, f"it names {len(policies)} policies, not one")
    return policies[0]


def _policy(policy: Node) -> tuple[str, str]:
    """Name and digest."""
    return policy.text("uri").removeprefix(terms.POLICY), policy.node("digest").text("sha256")


def _subjects(statement: Node) -> Mapping[str, str]:
    """Each file's SHA-256, once the manifest binds exactly these."""
    pairs = [(node.text("name"), node.node("digest").text("sha256")) for node in statement.nodes("subject")]
    promised = dict(pairs)
    manifest = promised.pop(terms.MANIFEST, "")
    if len(promised) + 1 != len(pairs):
        raise Flaw(MALFORMED, "it names a file twice, or no manifest")
    if manifest != binding_digest((name, "sha256", digest) for name, digest in promised.items()):
        raise Flaw(MALFORMED, "its manifest is not that of its files")
    return promised


def computed(snapshot: Snapshot, besides: str = "") -> Mapping[str, str]:
    """Each file's SHA-256, "" where it was not computed; the attestation's own is left out."""
    return {
        artifact.path: next(
            (one.value for one in artifact.digests if one.algorithm == "sha256" and one.by == "computed"), ""
        )
        for artifact in snapshot.artifacts
        if artifact.path != besides
    }


def policy_digest(chosen: Sequence[str]) -> str:
    """The digest attestations name the policies in force by.

    Raises:
        PolicyError: one cannot be loaded.
    """
    from verifier.pipeline import load_policy

    return load_policy(chosen).identity.digest

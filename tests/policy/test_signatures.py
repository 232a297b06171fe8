"""`[signatures]` and `[[signers]]`: who must sign, who may, and what is revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import certificates
from tests.builders.dossiers import claim, clean, decide, written
from verifier import policy
from verifier.errors import PolicyError
from verifier.policy import Policy
from verifier.records import Claim, Comparison, Evidence, Level, Outcome, Result, Standing, parameters
from verifier.records.canonical import snapshot_digest
from verifier.records.trust import Method, Signer

PEM = certificates.public(certificates.key())
OTHER = certificates.public(certificates.key("p384"))
ANA = f'[[signers]]\nname = "ana"\nmodels = ["org/*"]\npem = """{PEM}"""\n'
BOB = f'[[signers]]\nname = "bob"\npem = """{OTHER}"""\n'
BEGINS = "-----BEGIN CERTIFICATE-----"
CA = f'[[signers]]\nname = "ca"\nmethod = "certificate"\npem = "{BEGINS}"\n'
KEYLESS = '[[signers]]\nname = "bot"\nmethod = "sigstore"\nidentity = "a@b"\nissuer = "https://a.example"\n'


def rules(text: str = 'require = "always"', signers: str = ANA) -> Policy:
    return written(f"[signatures]\n{text}\n{signers}")


def signature(*signers: Signer, standing: Standing = Standing.VERIFIED, place: str = "model.sig", **more: Any) -> Claim:
    told = {"covered": 1, "fingerprint": "f" * 64, "signers": tuple(one.mark for one in signers), **more}
    evidence = Evidence(place, "a signature", "signatures/1")
    who = f"signer {signers[0].name}" if signers else "unknown signer"
    return Claim("signature", parameters(**told), who, "signature", ".", standing, evidence)


def decided(rules: Policy, *claims: Claim, **more: Any) -> dict[str, Level]:
    verdict = decide(clean(claims=claims, **more), rules)
    return {one.clause: one.level for one in verdict.decisions if one.clause.startswith("signatures.")}


def test_without_a_word_about_them_signatures_are_not_needed() -> None:
    assert decided(written("")) == {}
    assert decided(written(ANA), signature()) == {}
    assert decide(clean(), "default").outcome is Outcome.ACCEPTED


def test_a_required_signature_is_by_somebody_the_policy_names() -> None:
    ours = rules()
    (ana,) = ours.signers
    assert decided(ours, signature(ana)) == {"signatures.require": Level.ALLOW}
    stranger = replace(ana, pem=OTHER)
    for claims in ((), (signature(),), (signature(stranger),), (signature(standing=Standing.UNVERIFIED),)):
        assert decided(ours, *claims) == {"signatures.require": Level.DENY}
    assert decided(rules('require = "always"\nmissing = "undecided"')) == {"signatures.require": Level.UNDECIDED}


def test_only_models_a_signer_is_named_for_may_have_to_be_signed() -> None:
    assert decided(rules('require = "named"')) == {"signatures.require": Level.DENY}
    assert decided(rules('require = "named"', ANA.replace("org/*", "other/*"))) == {}
    assert decided(rules('require = "named"', "")) == {}


def test_several_signers_may_be_wanted() -> None:
    ours = rules('require = "always"\nthreshold = 2', ANA + BOB)
    ana, bob = ours.signers
    second = signature(bob, place="b.sig", fingerprint="e" * 64)
    assert decided(ours, signature(ana), signature(ana, place="b.sig")) == {"signatures.require": Level.DENY}
    assert decided(ours, signature(ana), second) == {"signatures.require": Level.ALLOW}


def test_several_names_of_one_key_or_identity_are_one_signer() -> None:
    ours = rules('require = "always"\nthreshold = 2', ANA + BOB)
    ana, bob = ours.signers
    denied = {"signatures.require": Level.DENY}
    assert decided(ours, signature(ana, bob)) == denied
    assert decided(ours, signature(ana), signature(bob, place="b.sig")) == denied
    leaves = (
        signature(one, place=f"{at}.sig", fingerprint=at * 64, names=("a@b",)) for one, at in ((ana, "a"), (bob, "b"))
    )
    assert decided(ours, *leaves) == denied
    reasons = [one.reason for one in decide(clean(claims=(signature(ana, bob),)), ours).decisions]
    assert any(reason.endswith("it is signed only by ana, bob, who share keys or identities") for reason in reasons)


@pytest.mark.parametrize("more", [{"content": ("a.py",)}, {"hidden": ("a.bin",)}, {"covered": 0}])
def test_a_signature_that_leaves_out_what_is_loaded_is_not_enough(more: dict[str, Any]) -> None:
    ours = rules()
    denied = {"signatures.coverage": Level.DENY, "signatures.require": Level.DENY}
    assert decided(ours, signature(*ours.signers, **more)) == denied


def test_signed_digests_are_held_against_something() -> None:
    ours = rules()
    signed = signature(*ours.signers)
    digest = Claim("digest", ("blake3", "0"), signed.who, "signature", "a.bin", signed.standing, signed.evidence)
    elsewhere = replace(digest, evidence=Evidence("b.sig", "a signature", "signatures/1"))
    for promised, result, level in (
        (digest, Result.INCONCLUSIVE, {"signatures.unread": Level.UNDECIDED}),
        (digest, Result.CONSISTENT, {}),
        (elsewhere, Result.INCONCLUSIVE, {}),
        (replace(digest, channel="hub-api"), Result.INCONCLUSIVE, {}),
        (None, Result.INCONCLUSIVE, {}),
    ):
        compared = Comparison("digest", promised, (), result, "no blake3 was computed")
        found = decided(ours, signed, comparisons=(compared,))
        assert found == {"signatures.require": Level.ALLOW, **level}


def test_what_is_revoked_is_denied_whatever_is_required() -> None:
    revoked = {"signatures.revoked": Level.DENY}
    named = signature(fingerprint="e" * 64), signature(root="e" * 64), signature(binding="e" * 64)
    for one in named:
        assert decided(written(f'[signatures]\nrevoked = ["{"e" * 64}"]'), one, claim("license", "mit")) == revoked
    digest = snapshot_digest(clean().snapshot)
    assert decided(written(f'[signatures]\nrevoked = ["{digest}"]')) == revoked


def test_an_entry_says_who_when_and_for_what() -> None:
    limits = 'identity = "a@*"\nnot-before = 2026-01-01\nnot-after = 2026-02-01\n'
    (signer,) = written(f'{CA}{limits}timestamp-authority = "{BEGINS}2"\n').signers
    days = date(2026, 1, 1), date(2026, 2, 1)
    assert signer == Signer("ca", Method.CERTIFICATE, BEGINS, ("*",), "a@*", "", *days, clocks=f"{BEGINS}2")
    assert [signer.may_sign("x", day) for day in (*days, date(2026, 2, 2))] == [True, True, False]


def test_a_keyless_signer_is_an_identity_an_issuer_and_a_workflow() -> None:
    (signer,) = written(KEYLESS + 'workflow = ["ref=refs/tags/*"]\ntrusted-root = "{}"\n').signers
    assert (signer.method, signer.pem, signer.issuer) == (Method.SIGSTORE, "{}", "https://a.example")
    assert signer.workflow == ("ref=refs/tags/*",)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[signatures]\nrevoked = ["A"]', "64 lower-case"),
        ('[[signers]]\nname = "a"', "pem is missing"),
        ('[[signers]]\nname = "a"\npem = "x"', "is not PEM text"),
        (ANA + 'identity = "a"\n', "goes with certificates only"),
        (ANA + "not-before = 2026-02-01\nnot-after = 2026-01-01\n", "is before 2026-02-01"),
        (ANA + 'method = "pgp"\n', "does not take 'pgp'"),
        (ANA + 'issuer = "https://a.example"\n', "has neither trusted-root nor issuer nor workflow"),
        (ANA + 'method = "sigstore"\n', "does not go with sigstore"),
        (ANA + 'timestamp-authority = "x"\n', "goes with certificates only"),
        (CA + 'timestamp-authority = "x"\n', "is not PEM text"),
        (KEYLESS + 'trusted-root = "x"\n', "is no JSON object"),
        (KEYLESS.replace("identity", "models").replace('"a@b"', '["a"]'), "identity is missing"),
        (KEYLESS + 'workflow = ["ref"]\n', "takes name=text"),
        (KEYLESS + 'workflow = ["branch=main"]\n', "Names are digest"),
    ],
)
def test_slips_of_the_pen_are_refused(text: str, complaint: str) -> None:
    with pytest.raises(PolicyError, match=complaint):
        written(text)


def test_policies_that_must_all_accept_trust_each_its_own(tmp_path: Path) -> None:
    ours, theirs = rules(), rules(signers=BOB)
    both = policy.combined([replace(ours, name="ours"), replace(theirs, name="theirs")])
    assert {signer.name for signer in both.signers} == {"ana", "bob"}
    assert both.revoked == ()
    verdict = decide(clean(claims=(signature(*ours.signers),)), both)
    clauses = {one.clause: one.level for one in verdict.decisions}
    assert clauses == {"ours: signatures.require": Level.ALLOW, "theirs: signatures.require": Level.DENY}

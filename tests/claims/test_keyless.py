"""Keyless signatures, verified without a network against a Sigstore instance in small."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import fulcio, signing, timestamps
from tests.builders.signing import FILES, claim, collect, details
from verifier.claims import signatures
from verifier.claims._signing import keyless, signers
from verifier.records import Standing
from verifier.records.trust import Method, Signer, Trust

LATE = fulcio.SIGNED + dt.timedelta(hours=1)


def signer(root: str = "", **more: Any) -> Signer:
    known = {"identity": "https://github.com/org/model/*", "issuer": fulcio.ISSUER, **more}
    return Signer("release", Method.SIGSTORE, root or fulcio.trusted_root(), **known)


def test_a_logged_signature_by_a_trusted_identity_counts() -> None:
    workflow = ("repository=https://github.com/org/*", "ref=refs/heads/main", "repository-id=4711")
    found = collect(fulcio.bundle(), FILES, signer(workflow=workflow))
    assert details(found)["reason"] == ""
    assert claim(found).standing is Standing.VERIFIED
    assert claim(found).who == "signer release"


def test_certificates_said_their_issuer_in_another_way_once() -> None:
    older = fulcio.bundle(fulcio.leaf(says={1: fulcio.ISSUER}))
    assert claim(collect(older, FILES, signer())).standing is Standing.VERIFIED
    refused(collect(fulcio.bundle(fulcio.leaf(says={})), FILES, signer()), "vouched for by nobody")


def entry(bundle: dict[str, Any]) -> dict[str, Any]:
    (one,) = bundle["verificationMaterial"]["tlogEntries"]
    proof: dict[str, Any] = one
    return proof


def unproved(bundle: dict[str, Any]) -> None:
    entry(bundle)["inclusionProof"]["hashes"] = [signing.text(bytes(32))]


def unsealed(bundle: dict[str, Any]) -> None:
    proof = entry(bundle)["inclusionProof"]
    proof["checkpoint"]["envelope"] = proof["checkpoint"]["envelope"].replace("log.test\n2", "log.test\n3", 1)


def moved(bundle: dict[str, Any]) -> None:
    entry(bundle)["integratedTime"] = str(int(fulcio.SIGNED.timestamp()) + 1)


def unlogged(bundle: dict[str, Any]) -> None:
    bundle["verificationMaterial"]["tlogEntries"] = []


def unpromised(bundle: dict[str, Any]) -> None:
    del entry(bundle)["inclusionPromise"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (unproved, "inclusion proof contains invalid root hash"),
        (unsealed, "checkpoint: invalid signature"),
        (moved, "SET: invalid inclusion promise"),
        (unlogged, "expected exactly one log entry"),
        (unpromised, "inclusion promise or signed timestamp"),
    ],
)
def test_a_log_that_does_not_show_it_is_told(change: Callable[[dict[str, Any]], None], reason: str) -> None:
    bundle = fulcio.bundle()
    change(bundle)
    refused(collect(bundle, FILES, signer()), reason)


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        (lambda: fulcio.bundle(at=LATE), "certificate chain"),
        (lambda: fulcio.bundle(fulcio.leaf(logged=False)), "failed to verify SCT"),
        (lambda: fulcio.bundle(logged=signing.envelope(signing.statement([]), fulcio.LEAF)), "payload hash"),
    ],
)
def test_what_is_not_the_certificate_the_log_knew_is_told(bundle: Callable[[], Any], reason: str) -> None:
    refused(collect(bundle(), FILES, signer()), reason)


def test_time_may_be_told_by_an_authority_instead_of_the_log() -> None:
    found = collect(fulcio.stamped(), FILES, signer())
    assert (details(found)["reason"], claim(found).standing) == ("", Standing.VERIFIED)


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        (lambda: fulcio.stamped(at=LATE), "certificate chain"),
        (lambda: fulcio.stamped(timestamps.stamp(b"another", fulcio.SIGNED)), "not enough sources of verified time"),
        (lambda: fulcio.stamped(b"no response"), "Invalid Timestamp Response"),
        (lambda: fulcio.stamped(timestampVerificationData={}), "inclusion promise or signed timestamp"),
        (lambda: fulcio.stamped(*[timestamps.stamp(b"", fulcio.SIGNED)] * 33), "too many signed timestamp"),
        (lambda: fulcio.stamped(logged=signing.envelope(signing.statement([]), fulcio.LEAF)), "inconsistent"),
    ],
)
def test_time_that_nobody_trusted_tells_does_not_count(bundle: Callable[[], Any], reason: str) -> None:
    refused(collect(bundle(), FILES, signer()), reason)


def test_one_file_may_be_signed_as_it_is() -> None:
    weights = FILES["model.safetensors"]
    found = collect(fulcio.blob(weights), FILES, signer(), name="model.safetensors.sigstore.json")
    assert (details(found)["reason"], claim(found).standing) == ("", Standing.VERIFIED)
    found = collect(fulcio.blob(weights, b"other"), FILES, signer(), name="model.safetensors.sigstore.json")
    refused(found, "Sigstore does not vouch for it")


def test_an_authority_is_trusted_by_the_root_that_names_it() -> None:
    root = fulcio.trusted_root(timestampAuthorities=[])
    refused(collect(fulcio.stamped(), FILES, signer(root)), "no Timestamp Authorities have been provided")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"identity": "ana@example.org"}, "not in the name of ana@example.org"),
        ({"identity": ""}, "not in the name of anybody named"),
        ({"issuer": "https://accounts.google.com"}, f"vouched for by {fulcio.ISSUER}, not https://accounts.google.com"),
        ({"workflow": ("ref=refs/tags/*",)}, "says of the workflow's ref refs/heads/main, not refs/tags/*"),
        ({"workflow": ("owner-id=12",)}, "says of the workflow's owner-id nothing, not 12"),
        ({"models": ("other/*",)}, "not trusted for this model and day"),
        ({"root": "{}"}, "Sigstore does not vouch for it"),
        ({"root": fulcio.trusted_root(tlogs=[])}, "no transparency log instances"),
    ],
)
def test_somebody_else_is_told(limits: dict[str, Any], reason: str) -> None:
    refused(collect(fulcio.bundle(), FILES, signer(**limits)), reason)


def test_a_revoked_trusted_root_vouches_for_nobody() -> None:
    raw = json.dumps(fulcio.bundle()).encode()
    (revoked,) = signers.fingerprints(trusted := signer())
    found = list(
        signatures.collect(*signing.model({**FILES, "model.sig": raw}), Trust(signing.NOW, (trusted,), (revoked,)))
    )
    refused(found, "nobody is trusted to sign without a key")


def test_the_public_instance_comes_with_the_package() -> None:
    public = Signer("release", Method.SIGSTORE, "", identity="*", issuer=fulcio.ISSUER)
    refused(collect(fulcio.bundle(), FILES, public), "failed to build timestamp certificate chain")


def test_nobody_is_trusted_by_default() -> None:
    refused(collect(fulcio.bundle()), "nobody is trusted to sign without a key")


def test_without_the_extra_it_is_unverifiable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyless, "available", lambda: False)
    refused(collect(fulcio.bundle(), FILES, signer()), "pip install 'model-verify[sigstore]'")


def test_what_is_altered_after_it_was_signed_is_no_signature() -> None:
    bundle = fulcio.bundle()
    bundle["dsseEnvelope"]["payload"] = signing.text(json.dumps(signing.statement(), indent=1).encode())
    assert "signature-invalid" in signing.rules(collect(bundle, FILES, signer()))


def refused(found: Any, reason: str) -> None:
    assert claim(found).standing is Standing.UNVERIFIED
    assert details(found)["signers"] == ()
    assert reason in str(details(found)["reason"])

"""Signatures that are no good, each for its own reason."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.certificates import BORN, SERVER, certificate, der, key, pem, public
from tests.builders.signing import (
    FILES,
    NOW,
    bundle,
    chained,
    claim,
    collect,
    details,
    envelope,
    holder,
    model,
    resources,
    rules,
    statement,
    text,
)
from verifier.claims import signatures
from verifier.claims._signing import certificate as certificates
from verifier.records import Standing
from verifier.records.trust import Method, Signer, Trust

ONE = {"name": "a", "algorithm": "sha256", "digest": "00" * 32}


def named(*names: str) -> dict[str, Any]:
    return bundle(statement([{**ONE, "name": name} for name in names]))


def shards(*names: str, size: object = 10) -> dict[str, Any]:
    return bundle(statement([{**ONE, "name": name} for name in names], method="shards", shard_size=size))


def changed(**changes: Any) -> dict[str, Any]:
    return bundle({**statement(), **changes})


def enveloped(**changes: Any) -> dict[str, Any]:
    return bundle(dsseEnvelope={**envelope(statement()), **changes})


def given_key(**material: Any) -> dict[str, Any]:
    return bundle(verificationMaterial={"publicKey": material})


def twice(document: dict[str, Any], entry: str) -> bytes:
    raw = json.dumps(document)
    return (raw[:-1] + f", {entry}" + "}").encode()


FLAWS: dict[str, list[tuple[str, Callable[[], Any]]]] = {
    "signature-malformed": [
        ("empty file", lambda: b""),
        ("no JSON", lambda: b"{"),
        ("no UTF-8", lambda: b'{"a": "\xff"}'),
        ("no number", lambda: b'{"a": NaN}'),
        ("deep", lambda: b'{"a":' + b"[" * 200_000),
        ("many", lambda: b"[" + b"," * (1 << 20)),
        ("no object", lambda: b"[]"),
        ("other media type", lambda: bundle(mediaType="application/vnd.dev.sigstore.bundle.v0.1+json")),
        ("two contents", lambda: bundle(messageSignature={})),
        ("no envelope", lambda: bundle(dsseEnvelope=None)),
        ("no signature", lambda: enveloped(signatures=[])),
        ("two signatures", lambda: enveloped(signatures=envelope(statement())["signatures"] * 2)),
        ("no base64", lambda: enveloped(payload="e30")),
        ("loose base64", lambda: enveloped(payload="e3 0=")),
        ("key id", lambda: enveloped(signatures=[{"sig": "", "keyid": 1}])),
        ("signatures no list", lambda: enveloped(signatures={})),
        ("no material", lambda: bundle(verificationMaterial={})),
        ("two materials", lambda: bundle(verificationMaterial={"publicKey": {"hint": "x"}, "certificate": {}})),
        ("no key", given_key),
        ("no certificate", chained),
        ("many certificates", lambda: chained(*[b""] * 11)),
        ("other payload", lambda: bundle(dsseEnvelope=envelope(statement(), kind="text/plain"))),
        ("other statement", lambda: changed(_type="https://in-toto.io/Statement/v0.1")),
        ("two subjects", lambda: changed(subject=statement()["subject"] * 2)),
        ("other root", lambda: changed(subject=[{"name": "m", "digest": {"sha256": "00" * 32}}])),
        ("other method", lambda: bundle(statement(method="dirs"))),
        ("other hash", lambda: bundle(statement(hash_type="md5"))),
        ("mixed hashes", lambda: bundle(statement([{**ONE, "algorithm": "blake3"}]))),
        ("short digest", lambda: bundle(statement([{**ONE, "digest": "00" * 31}]))),
        ("flag", lambda: bundle(statement(allow_symlinks="false"))),
        ("ignored", lambda: bundle(statement(ignore_paths=[1]))),
        ("no shard size", lambda: shards("a:0:10", size=None)),
        ("part of a byte", lambda: shards("a:0:10", size=10.5)),
        (
            "boundless shard",
            lambda: bundle(json.dumps(statement(shard_size=77, method="shards")).replace("77", "1e999").encode()),
        ),
        ("no shard", lambda: shards("a")),
        ("signed shard", lambda: shards("a:0:+10")),
    ],
    "signature-ambiguous": [
        ("key twice in the bundle", lambda: twice(bundle(), '"mediaType": "x"')),
        ("key twice in the statement", lambda: bundle(twice(statement(), '"predicate": {}'))),
        ("name twice", lambda: named("a", "a")),
        ("case", lambda: named("a", "A")),
        ("Unicode form", lambda: named("\u00e9", "e\u0301")),
        ("file and folder", lambda: named("a", "a/b/c")),
        ("overlapping shards", lambda: shards("a:0:10", "a:5:15")),
        ("hole between shards", lambda: shards("a:0:10", "a:20:30")),
        ("no first shard", lambda: shards("a:10:20")),
        ("long shard", lambda: shards("a:0:11")),
        ("short shard", lambda: shards("a:0:9", "a:9:10")),
        ("two keys", lambda: given_key(hint="0" * 64, rawBytes=text(public(key()).encode()))),
    ],
    "signature-unsafe-path": [
        (name, lambda name=name: named(name))  # type: ignore[misc]
        for name in ("../a", "/a", "a/../b", "a//b", "./a", "a\\b", "C:/a", "a\0", "", "\ud800")
    ],
    "signature-covers-nothing": [
        ("no file", lambda: bundle(statement([]))),
        ("all left out", lambda: bundle(statement(ignore_paths=["."]))),
        ("all left out again", lambda: bundle(statement(ignore_paths=["./"]))),
    ],
    "signature-invalid": [
        ("other payload", lambda: enveloped(payload=text(json.dumps(statement([ONE])).encode()))),
        ("no DER", lambda: enveloped(signatures=[{"sig": "AAAA"}])),
        ("other key", lambda: bundle(dsseEnvelope=envelope(statement(), key("p256", 9)))),
        ("old predicate", lambda: enveloped(payload=text(b"https://model_signing/Digests/v0.1"))),
    ],
    "signature-unfit-certificate": [
        ("no key", lambda: given_key(rawBytes=text(b"x"))),
        ("other curve", lambda: given_key(rawBytes=text(public(key("koblitz")).encode()))),
        ("RSA", lambda: given_key(rawBytes=text(public(rsa.generate_private_key(65537, 2048)).encode()))),
        ("no certificate", lambda: chained(b"x")),
        ("for servers", lambda: chained(der(leaf(purposes=[SERVER])))),
        ("for no signatures", lambda: chained(der(leaf(signs=False)))),
        ("for nothing said", lambda: chained(der(leaf(signs=None, purposes=[])))),
    ],
}


def leaf(**more: Any) -> Any:
    return certificate("ana", key(), "root", key("p384", 5), **more)


def root() -> Signer:
    anchor = certificate("root", key("p384", 5), "root", key("p384", 5), authority=True)
    return Signer("ana", Method.CERTIFICATE, pem(anchor).decode(), identity="ana@*")


@pytest.mark.parametrize(
    ("rule", "build"),
    [pytest.param(rule, build, id=f"{rule}: {name}") for rule in FLAWS for name, build in FLAWS[rule]],
)
def test_what_is_no_good_is_refused_for_its_reason(rule: str, build: Callable[[], Any]) -> None:
    found = collect(build(), FILES, holder(), root())
    assert rules(found) == [rule]
    assert claim(found).standing is Standing.CONTRADICTED
    assert len(found) == 2


def test_a_chain_below_somebody_trusted_is_verified() -> None:
    found = collect(chained(der(leaf())), FILES, root())
    assert (claim(found).standing, claim(found).who, rules(found)) == (Standing.VERIFIED, "signer ana", [])


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        (lambda: [certificate("bob", key(), "root", key("p384", 5))], "not in the name of ana@*"),
        (lambda: [certificate("ana", key(), "root", key("p384", 6))], "does not lead to one of those trusted"),
        (
            lambda: [
                certificate("ana", key(), "bob", key("p384", 8)),
                certificate("bob", key("p384", 8), "root", key("p384", 5)),
            ],
            "does not lead to one of those trusted",
        ),
    ],
)
def test_a_chain_below_nobody_trusted_is_unverified(chain: Callable[[], list[Any]], reason: str) -> None:
    found = collect(chained(*map(der, chain())), FILES, root(), holder())
    assert (claim(found).standing, rules(found)) == (Standing.UNVERIFIED, [])
    assert reason in str(details(found)["reason"])


@pytest.mark.parametrize(
    "dates",
    [(BORN, NOW - dt.timedelta(seconds=1)), (NOW + dt.timedelta(seconds=1), NOW + dt.timedelta(days=9))],
)
def test_a_certificate_counts_while_it_is_valid(dates: tuple[dt.datetime, dt.datetime]) -> None:
    found = collect(chained(der(leaf(dates=dates))), FILES, root())
    assert (claim(found).standing, rules(found)) == (Standing.UNVERIFIED, ["signature-expired-certificate"])


def test_revoked_certificates_vouch_for_nobody() -> None:
    between = certificate("between", key("p384", 8), "root", key("p384", 5), authority=True)
    chain = [certificate("ana", key(), "between", key("p384", 8)), between]
    raw = json.dumps(chained(*map(der, chain))).encode()
    (anchor,) = certificates.anchors((trusted := root()).pem)
    for revoked, standing in (
        ((), Standing.VERIFIED),
        ((certificates.fingerprint(chain[0]),), Standing.CONTRADICTED),
        ((certificates.fingerprint(between),), Standing.CONTRADICTED),
        ((certificates.fingerprint(anchor),), Standing.UNVERIFIED),
    ):
        found = list(signatures.collect(*model({**FILES, "model.sig": raw}), Trust(NOW, (trusted,), revoked)))
        assert claim(found).standing is standing


def test_signers_are_limited_with_certificates_too() -> None:
    limited = Signer("ana", Method.CERTIFICATE, root().pem, models=("other/*",))
    found = collect(chained(der(leaf())), FILES, limited)
    assert "not trusted for this model" in str(details(found)["reason"])


def test_keyless_signatures_are_told_apart() -> None:
    keyless = bundle(verificationMaterial={"certificate": {"rawBytes": text(der(leaf()))}, "tlogEntries": [{}]})
    assert claim(collect(keyless, FILES, root())).standing is Standing.UNVERIFIED
    chain = {"certificates": [{"rawBytes": text(der(leaf()))}]}
    older = bundle(verificationMaterial={"x509CertificateChain": chain, "tlogEntries": [{}]})
    assert claim(collect(older, FILES, root())).standing is Standing.UNVERIFIED


RAW = json.dumps(bundle()).encode()
PAYLOAD = json.dumps(statement(resources())).encode()


@given(st.integers(0, len(RAW) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_no_changed_bundle_is_verified_over_another_payload(start: int, patch: bytes, cut: int) -> None:
    raw = RAW[:start] + patch + RAW[start + cut :]
    found = collect(raw)
    if claim(found).standing is Standing.VERIFIED:
        assert base64.b64decode(json.loads(raw)["dsseEnvelope"]["payload"]) == PAYLOAD


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda c: (
            st.lists(c)
            | st.dictionaries(
                st.sampled_from(["name", "digest", "sha256", "resources", "serialization", "predicate"]), c
            )
        ),
    ),
    st.sampled_from(["subject", "predicate", "predicateType", "_type"]),
)
def test_any_statement_ends_in_records(value: Any, entry: str) -> None:
    assert claim(collect(changed(**{entry: value})))

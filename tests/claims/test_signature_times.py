"""Signatures with certificates that have expired, and who may say that they were made before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.builders import timestamps
from tests.builders.certificates import BORN, certificate, der, key, pem
from tests.builders.signing import FILES, NOW, bundle, claim, collect, details, rules, signature, text
from verifier.claims._signing import timestamp
from verifier.records import Standing
from verifier.records.trust import Method, Signer

DIED = NOW - dt.timedelta(days=1)
BEFORE = DIED - dt.timedelta(days=1)
CA = key("p384", 5)
ANCHOR = pem(certificate("root", CA, "root", CA, authority=True)).decode()
LEAF = der(certificate("ana", key(), "root", CA, dates=(BORN, DIED)))
TIME = pem(timestamps.root()).decode()


def signer(clocks: str = TIME, root: str = ANCHOR) -> Signer:
    return Signer("ana", Method.CERTIFICATE, root, identity="ana@*", clocks=clocks)


def stamped(*stamps: bytes, times: Any = None, leaf: bytes = LEAF) -> dict[str, Any]:
    """A signature with timestamps; what is not given is one from before the certificate expired."""
    made = bundle()
    given = stamps or (timestamps.stamp(signature(made["dsseEnvelope"]), BEFORE),)
    listed = {"rfc3161Timestamps": [{"signedTimestamp": text(one)} for one in given]}
    chain = {"certificates": [{"rawBytes": text(leaf)}]}
    made["verificationMaterial"] = {
        "x509CertificateChain": chain,
        "timestampVerificationData": listed if times is None else times,
    }
    return made


def over(made: Any, at: dt.datetime, **by: Any) -> bytes:
    return timestamps.stamp(signature(made["dsseEnvelope"]), at, **by)


@pytest.mark.parametrize(
    "clocks",
    [TIME, pem(timestamps.root(), timestamps.stamper()).decode()],
    ids=["the timestamp carries its certificate", "the stamper is named"],
)
def test_who_signed_before_the_certificate_expired_is_believed_on_the_word_of_a_trusted_clock(clocks: str) -> None:
    found = collect(stamped(), FILES, signer(clocks))
    assert (details(found)["reason"], claim(found).standing, rules(found)) == ("", Standing.VERIFIED, [])


@pytest.mark.parametrize(
    ("at", "by", "reason"),
    [
        (DIED + dt.timedelta(seconds=1), timestamps.STAMPER, "nobody trusted says that it signed before"),
        (BORN - dt.timedelta(seconds=1), timestamps.STAMPER, "nobody trusted says that it signed before"),
        (NOW + dt.timedelta(seconds=1), timestamps.STAMPER, "nobody trusted says that it signed before"),
        (BEFORE, key("p256", 23), "nobody trusted says that it signed before"),
    ],
    ids=["after it expired", "before it was born", "in the future", "by another hand"],
)
def test_other_moments_and_clocks_are_not(at: dt.datetime, by: Any, reason: str) -> None:
    made = stamped()
    stamp = {"signedTimestamp": text(over(made, at, by=by))}
    made["verificationMaterial"]["timestampVerificationData"] = {"rfc3161Timestamps": [stamp]}
    late(made, signer(), reason)


@pytest.mark.parametrize(
    ("made", "clocks", "reason"),
    [
        (stamped(timestamps.stamp(b"another", BEFORE)), TIME, "nobody trusted says that it signed before"),
        (stamped(b"no response"), TIME, "nobody trusted says that it signed before"),
        (stamped(), ANCHOR, "nobody trusted says that it signed before"),
        (stamped(), pem(timestamps.stamper()).decode(), "nobody trusted says that it signed before"),
        (stamped(), "", "nobody is trusted to say when it signed (--timestamp-authority)"),
        (stamped(times={}), TIME, "expired on"),
    ],
)
def test_other_stamps_and_authorities_are_not(made: Any, clocks: str, reason: str) -> None:
    late(made, signer(clocks), reason)


def test_a_clock_says_nothing_of_who_is_trusted() -> None:
    other = pem(certificate("root", key("p384", 6), "root", key("p384", 6), authority=True)).decode()
    assert claim(collect(stamped(), FILES, signer(root=other))).standing is Standing.UNVERIFIED
    bob = der(certificate("bob", key(), "root", CA, dates=(BORN, DIED)))
    found = collect(stamped(leaf=bob), FILES, signer())
    assert "not in the name of ana@*" in str(details(found)["reason"])


def test_without_the_extra_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timestamp, "available", lambda: False)
    late(stamped(), signer(), "pip install 'model-verify[sigstore]' to check them")


@pytest.mark.parametrize("times", [[], {"rfc3161Timestamps": [{}]}, {"rfc3161Timestamps": [{"signedTimestamp": "?"}]}])
def test_stamps_that_cannot_be_read_are_no_good(times: Any) -> None:
    assert rules(collect(stamped(times=times), FILES, signer())) == ["signature-malformed"]


def late(made: Any, trusted: Signer, reason: str) -> None:
    found = collect(made, FILES, trusted)
    assert (claim(found).standing, rules(found)) == (Standing.UNVERIFIED, ["signature-expired-certificate"])
    assert reason in str(details(found)["reason"])

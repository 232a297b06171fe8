"""A Sigstore instance in small: authority, certificate log, transparency log, and bundles signed with them."""

from __future__ import annotations

import base64
import datetime as dt
import json
import struct
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.builders import certificates, rekor, signing, timestamps
from tests.builders.rekor import REKOR, log_id, sign, spki
from tests.builders.signing import text

SIGNED = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
IDENTITY = "https://github.com/org/model/.github/workflows/release.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"
WORKFLOW = {12: "https://github.com/org/model", 14: "refs/heads/main", 15: "4711"}
AUTHORITY, CT, LEAF = (certificates.key("p256", number) for number in (11, 12, 14))
_SCT = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_MINUTES = dt.timedelta(minutes=10)


def root() -> x509.Certificate:
    """The authority's certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "sigstore.test")])
    ski = x509.SubjectKeyIdentifier.from_public_key(AUTHORITY.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(AUTHORITY.public_key())
        .serial_number(1)
        .not_valid_before(certificates.BORN)
        .not_valid_after(certificates.DIES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(certificates._usage(authority=True, signs=True), critical=True)
        .add_extension(ski, critical=False)
        .sign(AUTHORITY, hashes.SHA256())
    )


def leaf(
    key: ec.EllipticCurvePublicKey | None = None,
    *,
    at: dt.datetime = SIGNED,
    logged: bool = True,
    says: Mapping[int, str] | None = None,
    identity: str = IDENTITY,
) -> x509.Certificate:
    """A certificate for ten minutes, in the certificate log or with a promise of another."""
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)])
    ski = x509.SubjectKeyIdentifier.from_public_key(AUTHORITY.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(root().subject)
        .public_key(key or LEAF.public_key())
        .serial_number(2)
        .not_valid_before(at - _MINUTES / 2)
        .not_valid_after(at + _MINUTES / 2)
        .add_extension(certificates._usage(authority=False, signs=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski), critical=False)
        .add_extension(names, critical=True)
    )
    for number, value in ({1: ISSUER, 8: ISSUER, **WORKFLOW} if says is None else says).items():
        encoded = value.encode() if number == 1 else _utf8(value)
        said = x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}"), encoded)
        builder = builder.add_extension(said, critical=False)
    before = builder.sign(AUTHORITY, hashes.SHA256()).tbs_certificate_bytes
    promise = x509.UnrecognizedExtension(_SCT, _promise(before, CT if logged else REKOR, at))
    return builder.add_extension(promise, critical=False).sign(AUTHORITY, hashes.SHA256())


def _utf8(value: str) -> bytes:
    raw = value.encode()
    return bytes([0x0C, len(raw)] if len(raw) < 128 else [0x0C, 0x81, len(raw)]) + raw


def _promise(tbs: bytes, by: ec.EllipticCurvePrivateKey, at: dt.datetime) -> bytes:
    """A list of one signed certificate timestamp of a precertificate (RFC 6962, 3.2), as an OCTET STRING."""
    time = struct.pack("!Q", int(at.timestamp()) * 1000)
    entry = log_id(AUTHORITY) + len(tbs).to_bytes(3, "big") + tbs
    signature = sign(by, b"\0\0" + time + b"\0\1" + entry + b"\0\0")
    one = b"\0" + log_id(CT) + time + b"\0\0" + b"\4\3" + struct.pack("!H", len(signature)) + signature
    listed = struct.pack("!HH", len(one) + 2, len(one)) + one
    return (bytes([4, len(listed)]) if len(listed) < 128 else bytes([4, 0x81, len(listed)])) + listed


def trusted_root(**changes: Any) -> str:
    """What vouches for the instance."""

    def log(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
        public = {"rawBytes": text(spki(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}
        named = {"keyId": text(log_id(key))}
        return {"baseUrl": "https://log.test", "hashAlgorithm": "SHA2_256", "publicKey": public, "logId": named}

    valid = {"start": "2026-01-01T00:00:00Z"}
    authority = {
        "subject": {"organization": "sigstore.test", "commonName": "sigstore"},
        "uri": "https://fulcio.test",
        "certChain": {"certificates": [{"rawBytes": text(certificates.der(root()))}]},
        "validFor": valid,
    }
    stamps = {
        **authority,
        "uri": "https://time.test",
        "certChain": {
            "certificates": [
                {"rawBytes": text(certificates.der(one))} for one in (timestamps.stamper(), timestamps.root())
            ]
        },
    }
    return json.dumps(
        {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(REKOR)],
            "certificateAuthorities": [authority],
            "ctlogs": [log(CT)],
            "timestampAuthorities": [stamps],
            **changes,
        }
    )


def bundle(
    certificate: x509.Certificate | None = None, *, at: dt.datetime = SIGNED, logged: Any = None, **entry: Any
) -> dict[str, Any]:
    """A signature over the usual model, second of the log's two entries.

    Args:
        certificate: the signer's.
        at: when it was logged.
        logged: the envelope the log has; None is the one that is signed.
        entry: replaces parts of the log's entry.
    """
    certificate = certificate or leaf()
    envelope = signing.envelope(signing.statement(), LEAF)
    told = rekor.entry(logged or envelope, certificate, int(at.timestamp()))
    return _bundle(certificate, envelope, {**told, **entry})


def stamped(
    *stamps: bytes, at: dt.datetime = SIGNED, logged: Any = None, payload: Any = None, **material: Any
) -> dict[str, Any]:
    """One whose entry, of the log's second version, says nothing of time, but timestamps do.

    Args:
        stamps: responses of timestamp authorities; none is the one there has to be.
        at: when that one was made.
        logged: see `bundle`.
        payload: what is signed; None is the usual model.
        material: replaces parts of what it is verified with.
    """
    envelope = signing.envelope(signing.statement() if payload is None else payload, LEAF)
    given = stamps or (timestamps.stamp(signing.signature(envelope), at),)
    certificate = leaf()
    made = _bundle(certificate, envelope, rekor.entry_2(logged or envelope, certificate))
    times = {"rfc3161Timestamps": [{"signedTimestamp": text(stamp)} for stamp in given]}
    made["verificationMaterial"] |= {"timestampVerificationData": times, **material}
    return made


def blob(content: bytes, logged: bytes | None = None) -> dict[str, Any]:
    """One over a file's bytes, in the log's second version; `logged` is what the log has instead."""
    made = signing.blob(content, LEAF)
    message, certificate = made["messageSignature"], leaf()
    verifier = {
        "x509Certificate": {"rawBytes": text(certificates.der(certificate))},
        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
    }
    digest = signing.blob(content if logged is None else logged)["messageSignature"]["messageDigest"]["digest"]
    entry = rekor.hashed({"digest": digest, "signature": {"content": message["signature"], "verifier": verifier}})
    stamp = timestamps.stamp(base64.b64decode(message["signature"]), SIGNED)
    times = {"rfc3161Timestamps": [{"signedTimestamp": text(stamp)}]}
    material = {"timestampVerificationData": times, **_bundle(certificate, {}, entry)["verificationMaterial"]}
    return {**made, "verificationMaterial": material}


def _bundle(certificate: x509.Certificate, envelope: Any, entry: Any) -> dict[str, Any]:
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": text(certificates.der(certificate))},
            "tlogEntries": [entry],
        },
        "dsseEnvelope": envelope,
    }

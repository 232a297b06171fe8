"""A timestamp authority in small (RFC 3161): its certificates, and responses written piece by piece in DER."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.builders import certificates

ROOT, STAMPER = certificates.key("p256", 21), certificates.key("p256", 22)
_SHA256, _ECDSA = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
_POLICY = "1.3.6.1.4.1.57264.2"


@cache
def root() -> x509.Certificate:
    return _certificate("time root", ROOT, authority=True)


@cache
def stamper() -> x509.Certificate:
    """The certificate stamps are made with."""
    return _certificate("time", STAMPER, authority=False)


def _certificate(name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> x509.Certificate:
    def named(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ROOT.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("time root"))
        .public_key(key.public_key())
        .serial_number(21 if authority else 22)
        .not_valid_before(certificates.BORN)
        .not_valid_after(certificates.DIES)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(certificates._usage(authority=authority, signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issuer, critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(ROOT, hashes.SHA256())


def stamp(
    message: bytes, at: dt.datetime, *, nonce: int | None = None, by: ec.EllipticCurvePrivateKey = STAMPER
) -> bytes:
    """The response that says `message` was there at a second."""
    return answer(hashlib.sha256(message).digest(), at, nonce=nonce, by=by)


def answer(
    digest: bytes, at: dt.datetime, *, nonce: int | None = None, by: ec.EllipticCurvePrivateKey = STAMPER
) -> bytes:
    """The response to a request with a SHA-256 digest."""
    info = _sequence(
        _integer(1),
        _oid(_POLICY),
        _sequence(_algorithm(_SHA256), _tlv(0x04, digest)),
        _integer(1),
        _tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode()),
        *([_integer(nonce)] if nonce is not None else []),
    )
    certificate = certificates.der(stamper())
    identified = _sequence(_sequence(_sequence(_tlv(0x04, hashlib.sha256(certificate).digest()))))
    attributes = _set(
        _sequence(_oid(_CONTENT_TYPE), _set(_oid(_TST_INFO))),
        _sequence(_oid(_DIGEST), _set(_tlv(0x04, hashlib.sha256(info).digest()))),
        _sequence(_oid(_SIGNING_CERTIFICATE), _set(identified)),
    )
    signer = _sequence(
        _integer(1),
        _sequence(stamper().issuer.public_bytes(), _integer(22)),
        _algorithm(_SHA256),
        b"\xa0" + attributes[1:],
        _sequence(_oid(_ECDSA)),
        _tlv(0x04, by.sign(attributes, ec.ECDSA(hashes.SHA256()))),
    )
    signed = _sequence(
        _integer(3),
        _set(_algorithm(_SHA256)),
        _sequence(_oid(_TST_INFO), _tlv(0xA0, _tlv(0x04, info))),
        _tlv(0xA0, certificate),
        _set(signer),
    )
    token = _sequence(_oid(_SIGNED_DATA), _tlv(0xA0, signed))
    return _sequence(_sequence(_integer(0)), token)


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))


def _set(*parts: bytes) -> bytes:
    return _tlv(0x31, b"".join(sorted(parts)))


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _algorithm(dotted: str) -> bytes:
    return _sequence(_oid(dotted), b"\x05\x00")


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    encoded = b""
    for arc in (40 * first + second, *rest):
        parts = [arc & 0x7F]
        while arc := arc >> 7:
            parts.append(0x80 | arc & 0x7F)
        encoded += bytes(reversed(parts))
    return _tlv(0x06, encoded)

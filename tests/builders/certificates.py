"""Keys and certificates of signers, made as they are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1(), "koblitz": ec.SECP256K1()}
BORN, DIES = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2036, 1, 1, tzinfo=dt.UTC)
CODE, SERVER = ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH


@cache
def key(curve: str = "p256", number: int = 0) -> ec.EllipticCurvePrivateKey:
    """A key on a curve; another for each number."""
    return ec.generate_private_key(CURVES[curve])


def public(private: Key) -> str:
    """The public key as PEM."""
    spki = forms.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(forms.Encoding.PEM, spki).decode()


def private_pem(private: Key) -> bytes:
    """The private key as PEM, without a password."""
    return private.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())


def certificate(
    name: str,
    subject: Key,
    issuer: str,
    by: Key,
    *,
    authority: bool = False,
    purposes: Sequence[x509.ObjectIdentifier] = (CODE,),
    signs: bool | None = True,
    dates: tuple[dt.datetime, dt.datetime] = (BORN, DIES),
) -> x509.Certificate:
    """A certificate.

    Args:
        name: common name, and of no authority the mailbox `name@example.org`.
        subject: whose key it is.
        issuer: common name of the issuer.
        by: the issuer's key.
        authority: it issues others.
        purposes: extended key usages of no authority; empty leaves the extension out.
        signs: key usage of no authority; None leaves the extension out.
        dates: first and last moment.
    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(subject.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if signs is not None:
        builder = builder.add_extension(_usage(authority=authority, signs=signs), critical=True)
    if not authority:
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        mailbox = x509.SubjectAlternativeName([x509.RFC822Name(f"{name}@example.org")])
        builder = builder.add_extension(mailbox, critical=False)
    return builder.sign(by, hashes.SHA384())


def _usage(*, authority: bool, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs and not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not signs,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def pem(*certificates: x509.Certificate) -> bytes:
    """Certificates as PEM."""
    return b"".join(one.public_bytes(forms.Encoding.PEM) for one in certificates)


def der(one: x509.Certificate) -> bytes:
    """A certificate as DER."""
    return one.public_bytes(forms.Encoding.DER)

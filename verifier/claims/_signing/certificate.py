"""Certificates of signers: what they may be used for, when, in whose name, and whom they lead to (RFC 5280)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from verifier.claims._signing import keys
from verifier.claims._signing.flaw import UNFIT, Flaw

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.x509 import Certificate


@dataclass(frozen=True, slots=True)
class Chain:
    """A signer's certificate and what came with it.

    Args:
        certificates: leaf first.
        key: the leaf's.
        names: what the leaf calls its holder: alternative names, then the subject.
    """

    certificates: tuple[Certificate, ...]
    key: EllipticCurvePublicKey
    names: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256, hex, over the leaf's DER."""
        return fingerprint(self.certificates[0])

    def expired(self, now: datetime) -> str:
        """Which certificate is not valid now and why, as a clause; "" where all are."""
        for certificate in self.certificates:
            begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            if now > ends:
                return f"the certificate of {_shown(certificate)} expired on {ends.date()}"
            if now < begins:
                return f"the certificate of {_shown(certificate)} is not valid before {begins.date()}"
        return ""

    def matches(self, identity: str) -> bool:
        """Whether one of the holder's names matches a glob; an empty one matches all."""
        return not identity or any(fnmatchcase(name, identity) for name in self.names)

    def leads_to(self, anchors: Iterable[Certificate], now: datetime) -> bool:
        """Whether the leaf, through the others, was issued below one of the anchors, all valid now."""
        from cryptography import x509
        from cryptography.x509 import verification

        if not (trusted := list(anchors)):
            return False
        anyone = verification.ExtensionPolicy.permit_all()
        issuers = anyone.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)
        builder = verification.PolicyBuilder().store(verification.Store(trusted)).time(now)
        verifier = builder.extension_policies(ca_policy=issuers, ee_policy=anyone).build_client_verifier()
        try:
            verifier.verify(self.certificates[0], list(self.certificates[1:]))
        except verification.VerificationError:
            return False
        return True


def read(encoded: Sequence[bytes]) -> Chain:
    """The chain of a bundle.

    Args:
        encoded: DER, leaf first.

    Raises:
        Flaw: it cannot be read, or its leaf is not for signing.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        certificates = tuple(x509.load_der_x509_certificate(one) for one in encoded)
        leaf = certificates[0]
        _check_use(leaf)
        return Chain(certificates, keys.checked(leaf.public_key()), _names(leaf))
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise Flaw(UNFIT, f"the certificate cannot be read: {error}") from error


def anchors(pem: str) -> tuple[Certificate, ...]:
    """The certificates of a PEM text.

    Raises:
        Flaw: it holds none.
    """
    from cryptography import x509

    try:
        return tuple(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        raise Flaw(UNFIT, "the certificates cannot be read as PEM") from error


def pem(certificates: Iterable[Certificate]) -> str:
    """The certificates as PEM text, and nothing else."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in certificates)


def fingerprint(certificate: Certificate) -> str:
    """SHA-256, hex, over the certificate's DER."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def is_authority(certificate: Certificate) -> bool:
    """Whether it may issue others (RFC 5280, 4.2.1.9)."""
    from cryptography import x509

    found = [one.value for one in certificate.extensions if isinstance(one.value, x509.BasicConstraints)]
    return any(one.ca for one in found)


def _check_use(leaf: Certificate) -> None:
    """A certificate says what it is for (RFC 5280, 4.2.1.3 and 4.2.1.12); one that says nothing is not enough."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    found = {type(extension.value): extension.value for extension in leaf.extensions}
    usage, purposes = found.get(x509.KeyUsage), found.get(x509.ExtendedKeyUsage)
    signs = {ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if isinstance(purposes, x509.ExtendedKeyUsage) and not signs & {*purposes}:
        raise Flaw(UNFIT, f"the certificate of {_shown(leaf)} is not for signing code")
    if isinstance(usage, x509.KeyUsage) and not usage.digital_signature:
        raise Flaw(UNFIT, f"the certificate of {_shown(leaf)} is not for digital signatures")
    if usage is None and purposes is None:
        raise Flaw(UNFIT, f"the certificate of {_shown(leaf)} does not say what it is for")


def _names(leaf: Certificate) -> tuple[str, ...]:
    from cryptography import x509

    names: list[str] = []
    for extension in leaf.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            for kind in (x509.RFC822Name, x509.UniformResourceIdentifier, x509.DNSName):
                names += extension.value.get_values_for_type(kind)
    return (*names, *((_shown(leaf),) if leaf.subject else ()))


def _shown(certificate: Certificate) -> str:
    return certificate.subject.rfc4514_string() or f"serial {certificate.serial_number:x}"

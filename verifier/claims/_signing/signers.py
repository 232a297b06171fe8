"""What those whom somebody trusts are known by, and what of it still counts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from verifier.claims._signing import certificate, keys
from verifier.claims._signing.flaw import Flaw
from verifier.records.trust import Method, Signer

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def fingerprints(signer: Signer) -> tuple[str, ...]:
    """SHA-256, hex, of the key's PEM text, of each certificate's DER, timestamp authorities last, or of a trusted root.

    Empty is the public trusted root.

    Raises:
        Flaw: what a signer is trusted by cannot be read.
    """
    if signer.method is Method.SIGSTORE:
        return (hashlib.sha256(signer.pem.encode()).hexdigest(),) if signer.pem else ()
    if signer.method is Method.KEY:
        return (keys.fingerprint(keys.load(signer.pem.encode())),)
    given = (*certificate.anchors(signer.pem), *(certificate.anchors(signer.clocks) if signer.clocks else ()))
    return tuple(map(certificate.fingerprint, given))


def unreadable(signer: Signer) -> str:
    """Why a signer, as written by hand, can have signed nothing, as a clause; "" where they can."""
    try:
        fingerprints(signer)
    except Flaw as error:
        return str(error)
    return ""


def anchors(pem: str, revoked: Collection[str]) -> tuple[Certificate, ...]:
    """The certificates of a PEM text that are not revoked."""
    return tuple(one for one in certificate.anchors(pem) if certificate.fingerprint(one) not in revoked)

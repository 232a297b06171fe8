"""Elliptic-curve keys as OpenSSF Model Signing v1.0 allows them: P-256, P-384 and P-521, with ECDSA and SHA-2."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.claims._signing.bundle import Blob, Envelope, encoding, encoding_0_2
from verifier.claims._signing.flaw import INVALID, UNFIT, Flaw
from verifier.claims._signing.manifest import PREDICATE_0_2

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import HashAlgorithm


def load(pem: bytes) -> EllipticCurvePublicKey:
    """A public key from PEM.

    Raises:
        Flaw: it is none, or of a kind that signs no models.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        return checked(load_pem_public_key(pem))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Flaw(UNFIT, "the public key cannot be read as PEM") from error


def checked(key: object) -> EllipticCurvePublicKey:
    """The key, if it is of a kind that signs models.

    Raises:
        Flaw: it is not.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name not in ("secp256r1", "secp384r1", "secp521r1"):
        kind = key.curve.name if isinstance(key, EllipticCurvePublicKey) else type(key).__name__
        raise Flaw(UNFIT, f"the key is {kind}; models are signed with EC keys on P-256, P-384 or P-521")
    return key


def hash_of(key: EllipticCurvePublicKey) -> HashAlgorithm:
    """The hash that goes with a key's curve."""
    from cryptography.hazmat.primitives import hashes

    return {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[key.curve.key_size]


def pem(key: EllipticCurvePublicKey) -> bytes:
    """The key as PEM text."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: EllipticCurvePublicKey) -> str:
    """SHA-256, hex, over the key's PEM text: what bundles give as `hint`."""
    return hashlib.sha256(pem(key)).hexdigest()


def hints(key: EllipticCurvePublicKey) -> frozenset[str]:
    """What bundles may name a key by: its fingerprint, or SHA-256, base64, over its DER (`cosign`)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    raw = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return frozenset({fingerprint(key), base64.b64encode(hashlib.sha256(raw).digest()).decode("ascii")})


def verify(key: EllipticCurvePublicKey, signed: Envelope | Blob) -> None:
    """Checks the signature over an envelope or a file.

    Raises:
        Flaw: the key did not make it.
    """
    if not any(_made(key, signed.signature, message, algorithm) for message, algorithm in _tries(key, signed)):
        raise Flaw(INVALID, "the signature was not made by the key it names, or what was signed has been changed")


def _tries(key: EllipticCurvePublicKey, signed: Envelope | Blob) -> Iterator[tuple[bytes, HashAlgorithm | Prehashed]]:
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256

    if isinstance(signed, Blob):
        yield signed.digest, Prehashed(SHA256())
        return
    yield encoding(signed), hash_of(key)
    if PREDICATE_0_2.encode() in signed.payload:
        yield encoding_0_2(signed), SHA256()


def _made(key: EllipticCurvePublicKey, signature: bytes, message: bytes, algorithm: HashAlgorithm | Prehashed) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    try:
        key.verify(signature, message, ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True

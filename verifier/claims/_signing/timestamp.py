"""Timestamps on signatures (RFC 3161): when somebody trusted to tell the time saw one, by `rfc3161-client`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from verifier.claims._signing import certificate

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import Verifier

MISSING = "its timestamps are unverifiable here: pip install 'model-verify[sigstore]' to check them"

MAX = 32
"""Timestamps looked at, as by other verifiers of Sigstore bundles."""


def available() -> bool:
    """Whether the extra is installed."""
    try:
        version("rfc3161-client")
    except PackageNotFoundError:
        return False
    return True


def moments(stamps: Sequence[bytes], signature: bytes, authorities: Sequence[Certificate]) -> Iterator[datetime]:
    """Yields when trusted authorities saw a signature; whatever else a timestamp is does not count.

    Args:
        stamps: responses of authorities, DER.
        signature: as bytes.
        authorities: certificates of roots and what is between, and of those who stamp, where timestamps do not carry
            them.
    """
    from rfc3161_client import VerificationError, decode_timestamp_response

    judges = _verifiers(authorities)
    for raw in stamps[:MAX]:
        try:
            response = decode_timestamp_response(raw)
        except ValueError:
            continue
        for judge in judges:
            try:
                judge.verify_message(response, signature)
            except (VerificationError, ValueError):
                continue
            yield response.tst_info.gen_time
            break


def _verifiers(given: Sequence[Certificate]) -> list[Verifier]:
    """What judges timestamps: one for each certificate that stamps, or one for those that timestamps carry."""
    from rfc3161_client import VerifierBuilder

    authorities = [one for one in given if certificate.is_authority(one)]
    roots = [one for one in authorities if one.issuer == one.subject] or authorities
    between = [one for one in authorities if one not in roots]
    stampers: list[Certificate | None] = [one for one in given if one not in authorities]
    return [
        VerifierBuilder(tsa_certificate=stamper, intermediates=between, roots=roots).build()
        for stamper in (stampers or [None])
        if roots
    ]

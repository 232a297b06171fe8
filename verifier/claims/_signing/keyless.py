"""Keyless signatures: a Fulcio certificate, its transparency logs and timestamps, by `sigstore` and without a network.

What is trusted is a trusted root: one that is given, or the public instance's as the package ships it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING

from verifier.claims._signing.bundle import Blob
from verifier.claims._signing.bundle import Bundle as Read
from verifier.claims._signing.certificate import Chain
from verifier.records.trust import WORKFLOW, Signer

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.models import Bundle, TrustedRoot
    from sigstore.verify import Verifier

MISSING = "it is unverifiable here: pip install 'model-verify[sigstore]' to check keyless signatures"

STORE = "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
"""Folder of the public instance in the package `sigstore`."""

CONFIGURATION = "application/vnd.dev.sigstore.clienttrustconfig"
"""What the media types of client trust configurations begin with (sigstore protobuf-specs,
`sigstore_trustroot.proto`)."""

_ARC = "1.3.6.1.4.1.57264.1."
"""Fulcio's extensions (sigstore/fulcio, `docs/oid-info.md`)."""

_ISSUER, _OLDER_ISSUER = 8, 1
"""The second is the only one before 2023, and no DER."""


def available() -> bool:
    """Whether the extra is installed."""
    try:
        version("sigstore")
    except PackageNotFoundError:
        return False
    return True


class _Anybody:
    """Lets every certificate pass, as `sigstore.verify.policy.VerificationPolicy`: names are held by `differs`."""

    def verify(self, cert: Certificate) -> None:
        """Passes."""


def is_root(text: str) -> bool:
    """Whether `root` can read a text; True where the extra that reads it is not installed."""
    try:
        _ = available() and root(text)
    except ValueError:
        return False
    return True


def failure(raw: bytes, given: Read, trusted_root: str) -> str:
    """Why a bundle is not what a trusted root vouches for, as a clause; "" where it is.

    Args:
        raw: the bundle.
        given: what was read from it, which must be what is verified.
        trusted_root: as JSON text; "" is the public instance's.
    """
    from cryptography.hazmat.primitives.serialization import Encoding
    from sigstore.errors import Error
    from sigstore.models import Bundle
    from sigstore.verify import Verifier

    try:
        verifier = Verifier(trusted_root=root(trusted_root))
        seen = Bundle.from_json(raw)
        same = _vouched(verifier, seen, given)
    except (Error, ValueError, TypeError, LookupError) as error:
        return f"Sigstore does not vouch for it: {' '.join(str(error).split())[:300]}"
    same = same and seen.signing_certificate.public_bytes(Encoding.DER) == given.certificates[0]
    return "" if same else "Sigstore vouches for another payload or certificate"


def _vouched(verifier: Verifier, seen: Bundle, given: Read) -> bool:
    """Whether what Sigstore vouches for is what was read; raises where it vouches for nothing."""
    from sigstore.hashes import Hashed
    from sigstore_models.common.v1 import HashAlgorithm

    if isinstance(given.signed, Blob):
        digest = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=given.signed.digest)
        verifier.verify_artifact(digest, seen, _Anybody())
        return True
    return verifier.verify_dsse(seen, _Anybody()) == (given.signed.payload_type, given.signed.payload)


def differs(chain: Chain, signer: Signer) -> str:
    """How a certificate is not a signer's, as a clause; "" where it is.

    Args:
        chain: of a bundle without `failure`.
        signer: identity, issuer and what is said of the workflow.
    """
    if not signer.identity or not chain.matches(signer.identity):
        return f"its certificate is not in the name of {signer.identity or 'anybody named'}"
    if issuer(chain) != signer.issuer:
        return f"its identity is vouched for by {issuer(chain) or 'nobody'}, not {signer.issuer}"
    for claim in signer.workflow:
        name, _, wanted = claim.partition("=")
        said = _said(chain, WORKFLOW[name])
        if not fnmatchcase(said, wanted):
            return f"its certificate says of the workflow's {name} {said or 'nothing'}, not {wanted}"
    return ""


def issuer(chain: Chain) -> str:
    """Who vouched for the identity in a certificate, or ""."""
    return _said(chain, _ISSUER) or str(_extension(chain, _OLDER_ISSUER), "utf-8", "replace")


def root(text: str) -> TrustedRoot:
    """A trusted root.

    Args:
        text: its JSON, or that of a client trust configuration, which holds one; "" is the public instance's.

    Raises:
        ValueError: it is neither.
    """
    from sigstore.errors import Error
    from sigstore.models import ClientTrustConfig, TrustedRoot
    from sigstore_models.trustroot.v1 import TrustedRoot as Stored

    raw = text or files("sigstore._store").joinpath(STORE, "trusted_root.json").read_text(encoding="utf-8")
    try:
        if CONFIGURATION in raw:
            return ClientTrustConfig.from_json(raw).trusted_root
        return TrustedRoot(Stored.from_json(raw))
    except Error as error:
        raise ValueError(str(error)) from error


def _said(chain: Chain, number: int) -> str:
    """An extension's UTF8String of fewer than 65536 bytes, DER; "" where there is none."""
    raw = _extension(chain, number)
    skipped = {0x81: 3, 0x82: 4}.get(raw[1], 2) if len(raw) > 1 and raw[0] == 0x0C else len(raw)
    return str(raw[skipped:], "utf-8", "replace")


def _extension(chain: Chain, number: int) -> bytes:
    for extension in chain.certificates[0].extensions:
        if extension.oid.dotted_string == f"{_ARC}{number}":
            raw: bytes = extension.value.public_bytes()
            return raw
    return b""

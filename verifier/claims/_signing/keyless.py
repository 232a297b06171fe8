"""Keyless signatures: a Fulcio certificate, its transparency logs and timestamps, by `sigstore` and without a network.

What is trusted is a trusted root: one that is given, or the public instance's as the package ships it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING

from verifier.claims._signing.bundle import Envelope
from verifier.claims._signing.certificate import Chain
from verifier.records.trust import WORKFLOW, Signer

if TYPE_CHECKING:
    from sigstore.models import TrustedRoot

MISSING = "it is unverifiable here: pip install 'model-verify[sigstore]' to check keyless signatures"

STORE = "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
"""Folder of the public instance in the package `sigstore`."""

_ARC = "1.3.6.1.4.1.57264.1."
"""Fulcio's extensions (sigstore/fulcio, `docs/oid-info.md`)."""

ISSUER = 8


def available() -> bool:
    """Whether the extra is installed."""
    try:
        version("sigstore")
    except PackageNotFoundError:
        return False
    return True


def failure(raw: bytes, envelope: Envelope, trusted_root: str) -> str:
    """Why a bundle is not what a trusted root vouches for, as a clause; "" where it is.

    Args:
        raw: the bundle.
        envelope: what was read from it, which must be what is verified.
        trusted_root: as JSON text; "" is the public instance's.
    """
    from sigstore.errors import Error
    from sigstore.models import Bundle
    from sigstore.verify import Verifier
    from sigstore.verify.policy import UnsafeNoOp

    try:
        verifier = Verifier(trusted_root=_root(trusted_root))
        kind, payload = verifier.verify_dsse(Bundle.from_json(raw), UnsafeNoOp())
    except (Error, ValueError, TypeError, LookupError) as error:
        return f"Sigstore does not vouch for it: {' '.join(str(error).split())[:300]}"
    same = (kind, payload) == (envelope.payload_type, envelope.payload)
    return "" if same else "Sigstore vouches for another payload"


def differs(chain: Chain, signer: Signer) -> str:
    """How a certificate is not a signer's, as a clause; "" where it is.

    Args:
        chain: of a bundle without `failure`.
        signer: identity, issuer and what is said of the workflow.
    """
    if not signer.identity or not chain.matches(signer.identity):
        return f"its certificate is not in the name of {signer.identity or 'anybody named'}"
    if _said(chain, ISSUER) != signer.issuer:
        return f"its identity is vouched for by {_said(chain, ISSUER) or 'nobody'}, not {signer.issuer}"
    for claim in signer.workflow:
        name, _, wanted = claim.partition("=")
        said = _said(chain, WORKFLOW[name])
        if not fnmatchcase(said, wanted):
            return f"its certificate says of the workflow's {name} {said or 'nothing'}, not {wanted}"
    return ""


def _root(text: str) -> TrustedRoot:
    from sigstore.models import TrustedRoot
    from sigstore_models.trustroot.v1 import TrustedRoot as Stored

    raw = text or files("sigstore._store").joinpath(STORE, "trusted_root.json").read_text(encoding="utf-8")
    return TrustedRoot(Stored.from_json(raw))


def _said(chain: Chain, number: int) -> str:
    """An extension's UTF8String of fewer than 65536 bytes, DER; "" where there is none."""
    for extension in chain.certificates[0].extensions:
        if extension.oid.dotted_string == f"{_ARC}{number}":
            raw: bytes = extension.value.public_bytes()
            skipped = {0x81: 3, 0x82: 4}.get(raw[1], 2) if len(raw) > 1 and raw[0] == 0x0C else len(raw)
            return str(raw[skipped:], "utf-8", "replace")
    return ""

"""Signing without a key: an identity that Fulcio certifies and a log Rekor keeps, by `sigstore` and over the network.

The identity, who vouches for it and the digests of the model become public in the log for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.claims._signing import bundle, keyless
from verifier.errors import SourceError, UsageError
from verifier.workflows.signature import read_file

if TYPE_CHECKING:
    from sigstore.models import ClientTrustConfig
    from sigstore.oidc import IdentityToken

JWT = "eyJ"
"""What every JSON Web Token begins with: the Base64 of `{"` (RFC 7519)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs, and where.

    Args:
        token: what shows who they are.
        config: the instance's services and what vouches for them, as JSON text; "" is the public instance.
    """

    token: IdentityToken
    config: str

    def signed(self, payload: bytes) -> str:
        """The payload, an in-toto statement, in a bundle that this project verifies.

        Raises:
            SourceError: the instance did not sign it, or not so that it can be verified.
        """
        from sigstore.dsse import Statement
        from sigstore.sign import SigningContext

        try:
            config = _config(self.config)
            with SigningContext.from_trust_config(config).signer(self.token) as signer:
                made = signer.sign_dsse(Statement(payload)).to_json()
            root = config.trusted_root._inner.to_json()  # noqa: SLF001 - its public reading is a file
        except Exception as error:  # its clients raise what belongs to no common tree
            raise SourceError(f"Sigstore did not sign it: {_told(error)}.", "Nothing was written.") from error
        if failure := keyless.failure(made.encode(), bundle.read(made.encode()), root):
            raise SourceError(f"What came back is no good: {failure}.", "Nothing was written.")
        return f"{made}\n"


def identity(token: str, config: Path | None) -> Identity:
    """Who signs.

    Args:
        token: an OpenID Connect identity token, or the file that holds it; "" is the one this CI job can have.
        config: file with the client trust configuration of an instance of Sigstore; None is the public one.

    Raises:
        UsageError: there is no token, it is none that counts now, a file cannot be read, or the extra is missing.
    """
    if not keyless.available():
        raise UsageError("Signing without a key takes an extra.", "Install it: pip install 'model-verify[sigstore]'.")
    from sigstore.errors import Error
    from sigstore.oidc import IdentityToken, detect_credential

    try:
        found = _text(token) if token else detect_credential()
        known = IdentityToken(found) if found else None
    except Error as error:
        raise UsageError(f"The identity token is no good: {_told(error)}.", "Get a new one for `sigstore`.") from error
    if known is None:
        raise UsageError(
            "Nothing says who signs.",
            "Give --identity-token, as `sigstore get-identity-token` prints it, or sign in a CI job that has one.",
        )
    if config is None:
        return Identity(known, "")
    text = read_file(config, "trust configuration").decode("utf-8", "replace") or "nothing"
    try:
        _ = _config(text).signing_config
    except (Error, ValueError) as error:
        raise UsageError(
            f"{config} is no client trust configuration.", "Give that of the instance, as JSON."
        ) from error
    return Identity(known, text)


def _text(token: str) -> str:
    return (
        token if token.startswith(JWT) else read_file(Path(token), "identity token").decode("ascii", "replace").strip()
    )


def _config(text: str) -> ClientTrustConfig:
    from sigstore.models import ClientTrustConfig

    return ClientTrustConfig.from_json(text) if text else ClientTrustConfig.production()


def _told(error: BaseException) -> str:
    """What went wrong, in one line, however deep it is told."""
    told = " ".join(str(error).split()) or type(error).__name__
    cause = f": {_told(error.__cause__)}" if error.__cause__ else ""
    return f"{told}{cause}"[:300].rstrip(".")

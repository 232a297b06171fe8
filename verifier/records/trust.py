"""Whom somebody trusts to sign, and the time signatures are judged by."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase

from verifier.records.canonical import digest_of, to_plain

WORKFLOW = {
    "digest": 13,
    "ref": 14,
    "repository": 12,
    "repository-id": 15,
    "owner-id": 17,
    "runner": 11,
    "trigger": 20,
}
"""What a Fulcio certificate may say of a workflow: the last number of the extension's identifier below
1.3.6.1.4.1.57264.1 (sigstore/fulcio, `docs/oid-info.md`). Names are registered again by others, ids are not."""


class Method(StrEnum):
    """How a model is signed (OpenSSF Model Signing v1.0)."""

    KEY = "key"
    CERTIFICATE = "certificate"
    SIGSTORE = "sigstore"


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody trusted.

    Args:
        name: for people.
        method: how they sign.
        pem: their public key, or the certificates a chain must lead to, as PEM text; of
            Sigstore the trusted root as JSON text, or "" for the one the package ships.
        models: globs of the models they may sign, as snapshots are named.
        identity: glob a name in the signer's certificate must match; empty allows every holder of a certificate.
        issuer: who vouched for the identity in a Sigstore certificate: the URL of an OpenID Connect provider.
        begins: first day their signatures count.
        ends: last day their signatures count.
        workflow: what such a certificate must say of the workflow that signed: `name=glob` each.
        clocks: of certificates: those of timestamp authorities, as PEM text, who may say that one signed before it
            expired; "" believes nobody.
    """

    name: str
    method: Method
    pem: str
    models: tuple[str, ...] = ("*",)
    identity: str = ""
    issuer: str = ""
    begins: date | None = None
    ends: date | None = None
    workflow: tuple[str, ...] = ()
    clocks: str = ""

    def may_sign(self, model: str, day: date) -> bool:
        """Whether their signature counts for a model on a day."""
        return (self.begins or date.min) <= day <= (self.ends or date.max) and self.names(model)

    def names(self, model: str) -> bool:
        """Whether they are meant to sign a model."""
        return any(fnmatchcase(model, pattern) for pattern in self.models)

    @property
    def mark(self) -> str:
        """SHA-256, hex, over all of this: what a claim names whoever was trusted by."""
        return digest_of(to_plain([field.isoformat() if isinstance(field, date) else field for field in astuple(self)]))


@dataclass(frozen=True, slots=True)
class Trust:
    """What signatures are judged by.

    Args:
        now: the one clock.
        signers: who is trusted.
        revoked: fingerprints of keys and certificates, and root and binding digests of models, that no longer count.
        bundles: signatures to judge, name to content; none means those among the model's files.
    """

    now: datetime
    signers: tuple[Signer, ...] = ()
    revoked: tuple[str, ...] = ()
    bundles: tuple[tuple[str, bytes], ...] = ()

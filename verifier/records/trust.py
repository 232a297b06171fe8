"""Whom somebody trusts to sign, and the time signatures are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase


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
        pem: their public key, or the certificates a chain must lead to, as PEM text.
        models: glob of the models they may sign, as snapshots are named.
        identity: glob a name in the signer's certificate must match; empty allows every holder of a certificate.
        issuer: who vouched for the identity in a Sigstore certificate.
        begins: first day their signatures count.
        ends: last day their signatures count.
    """

    name: str
    method: Method
    pem: str
    models: str = "*"
    identity: str = ""
    issuer: str = ""
    begins: date | None = None
    ends: date | None = None

    def may_sign(self, model: str, day: date) -> bool:
        """Whether their signature counts for a model on a day."""
        begins, ends = self.begins or date.min, self.ends or date.max
        return begins <= day <= ends and fnmatchcase(model, self.models)


@dataclass(frozen=True, slots=True)
class Trust:
    """What signatures are judged by.

    Args:
        now: the one clock.
        signers: who is trusted.
        bundles: signatures to judge, name to content; none means those among the model's files.
    """

    now: datetime
    signers: tuple[Signer, ...] = ()
    bundles: tuple[tuple[str, bytes], ...] = ()

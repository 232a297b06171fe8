"""`[[signers]]`: whom an organization trusts to sign models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._keys import Schema, choice, maybe_day, text, words
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records.canonical import Plain
from verifier.records.trust import Method, Signer

_PEM = {Method.KEY: "-----BEGIN PUBLIC KEY-----", Method.CERTIFICATE: "-----BEGIN CERTIFICATE-----"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    name: str = text("who they are, for people", required=True)
    pem: str = text("their public key, or the certificates theirs must lead to, as PEM text", required=True)
    method: Method = choice("how they sign", _PEM, Method.KEY)
    models: tuple[str, ...] = words("models they sign: hub ids, paths or URLs; `*` stands for any text; empty is all")
    identity: str = text("what a name in their certificate must be; `*` stands for any text")
    not_before: date | None = maybe_day("first day their signatures count")
    not_after: date | None = maybe_day("last day their signatures count")

    @property
    def signer(self) -> Signer:
        """As claims are judged by it."""
        return Signer(
            name=self.name,
            method=self.method,
            pem=self.pem,
            models=self.models or ("*",),
            identity=self.identity,
            begins=self.not_before,
            ends=self.not_after,
        )


@dataclass(frozen=True, slots=True)
class Signers(Section):
    """Whom to trust to sign models; `verify trust` writes them.

    Args:
        trusted: in the order of the file.
    """

    NAME: ClassVar[str] = "signers"

    trusted: tuple[Signer, ...]

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        return cls(tuple(_entry(table).signer for table in policy.tables(cls.NAME)))

    @classmethod
    def schema(cls) -> Schema:
        """An array of entries."""
        told: Plain = (cls.__doc__ or "").split("\n")[0]
        return {"type": "array", "description": told, "items": _keys.schema(Entry)}


def _entry(table: Table) -> Entry:
    entry = _keys.read(Entry, table)
    if not entry.pem.lstrip().startswith(_PEM[entry.method]):
        table.fail("pem", f"is not PEM text that begins with {_PEM[entry.method]}", "`verify trust add` writes it.")
    if entry.method is Method.KEY and entry.identity:
        table.fail("identity", "goes with certificates only", "Remove it: a key has no names.")
    if entry.not_before and entry.not_after and entry.not_before > entry.not_after:
        table.fail("not-after", f"is before {entry.not_before}, the first day", "Correct one of the two.")
    return entry


SECTION = Signers

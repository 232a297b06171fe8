"""`[advisories]`: where records of known-bad models are kept, and who signs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._keys import number, text, words
from verifier.policy._section import Section
from verifier.policy._table import Table

_PEM = "-----BEGIN PUBLIC KEY-----"


@dataclass(frozen=True, slots=True)
class Advisories(Section):
    """Records of known-bad models (OSV schema), against which `verify lock audit` holds what is locked."""

    NAME: ClassVar[str] = "advisories"

    records: tuple[str, ...] = words(
        "folders, relative to where one works, or https URLs of folders, of OSV records signed by `verify sign`"
    )
    key: str = text("public key of whoever signs them, as PEM text")
    max_age: int = number("days after which the newest record is too old to rely on", 30, 1, 366)

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        table = policy.table(cls.NAME)
        own = _keys.read(cls, table)
        if own.key and not own.key.lstrip().startswith(_PEM):
            table.fail("key", f"is not PEM text that begins with {_PEM}", "Put the text of the key's file here.")
        for place in own.records:
            scheme, mark, rest = place.partition("://")
            if mark and scheme != "https" and not rest.startswith("127.0.0.1:"):
                table.fail("records", f"takes folders and https URLs, not {place[:80]!r}")
        if own.records and not own.key:
            table.fail("records", "needs a key beside it", "Add key = the public key that signs the records.")
        return own


SECTION = Advisories

"""The license: whether it is one, whether its text is there, and whether all sources say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import consistent, inconclusive, not_checkable
from verifier.data import licenses
from verifier.records import Comparison

KIND = "license"

OWN = "other"
"""How the hub calls a license that has no identifier (hub documentation, "Licenses")."""

_TEXT = re.compile(r"(licen[sc]e|copying|notice|unlicense)", re.IGNORECASE)


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a source; terms of a license are the policy's to judge (`[card] licenses`, `lineage`)."""
    known = {name.lower() for name in licenses.identifiers()}
    texts = [a.name for a in model.dossier.snapshot.artifacts if "/" not in a.path and _TEXT.match(a.path)]
    for claim in model.said(KIND):
        if claim.subject != ".":
            continue
        names = [str(one) for one in claim.value] if isinstance(claim.value, tuple) else [str(claim.value)]
        if names == [OWN]:
            yield not_checkable(KIND, claim, "it is one without an identifier, for people to read")
            continue
        unknown = [name for name in names if name.lower() not in known]
        if unknown:
            yield inconclusive(KIND, claim, f"{unknown[0]!r} is no identifier of SPDX or of the hub")
        elif texts:
            yield consistent(KIND, claim, f"it is an identifier, and {texts[0]} is there; its text is not compared")
        else:
            yield not_checkable(KIND, claim, "it is an identifier; the license's text does not come with the model")

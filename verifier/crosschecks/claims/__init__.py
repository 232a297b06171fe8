"""What is said of a model against what its files show: one module a kind of claim. Modules are discovered.

A module holds `compare(model) -> Iterator[Comparison]`; `_model` tells what a model is to it. Whatever could be true of
a genuine model is never contradicted: what cannot be told is inconclusive, and says why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from verifier.crosschecks import Yield
from verifier.records import Comparison, Dossier, Result, Standing
from verifier.records.discovery import discover

if TYPE_CHECKING:
    from verifier.crosschecks.claims._model import Model

DISAGREE = "card-claims-disagree"
RULES: tuple[str, ...] = (DISAGREE,)

PARAMETERS = "parameters"

_SPEAKING = frozenset({"configuration", "gguf-settings", "tensor-layout", "truncation-length"})
"""Facts by which a model says something of itself."""


class Check(Protocol):
    """The shape of a module here."""

    def compare(self, model: Model, /) -> Iterator[Comparison]:
        """Yields what becomes of the claims of one kind."""


def check(dossier: Dossier) -> Iterator[Yield]:
    """Yields a comparison a claim, and what sources say differently of one thing; nothing is loaded for silence."""
    said = any(claim.standing is not Standing.ABSENT for claim in dossier.claims)
    if not said and _SPEAKING.isdisjoint(fact.kind for fact in dossier.facts):
        yield unsaid()
        return
    from verifier.crosschecks.claims import _agreement
    from verifier.crosschecks.claims._model import Model

    model = Model.of(dossier)
    for module in _modules():
        yield from module.compare(model)
    yield from _agreement.conflicts(model)


def unsaid(held: str = "") -> Comparison:
    """That nobody says how many parameters the model has, and what it holds."""
    return Comparison(PARAMETERS, None, (), Result.NOT_DECLARED, f"nobody says how many parameters it has{held}")


@cache
def _modules() -> tuple[Check, ...]:
    return cast(tuple[Check, ...], discover(sys.modules[__name__]))

"""What is said of a model against what its files show: one module a kind of claim. Modules are discovered.

A module holds `compare(model) -> Iterator[Comparison]`; `_model` tells what a model is to it. Whatever could be true of
a genuine model is never contradicted: what cannot be told is inconclusive, and says why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from verifier.crosschecks import Yield
from verifier.crosschecks.claims import _agreement
from verifier.crosschecks.claims._model import Model
from verifier.records import Comparison, Dossier
from verifier.records.discovery import discover

RULES: tuple[str, ...] = _agreement.RULES


class Check(Protocol):
    """The shape of a module here."""

    def compare(self, model: Model, /) -> Iterator[Comparison]:
        """Yields what becomes of the claims of one kind."""


def check(dossier: Dossier) -> Iterator[Yield]:
    """Yields a comparison a claim, and what sources say differently of one thing."""
    model = Model.of(dossier)
    for module in _modules():
        yield from module.compare(model)
    yield from _agreement.conflicts(model)


@cache
def _modules() -> tuple[Check, ...]:
    return cast(tuple[Check, ...], discover(sys.modules[__name__]))

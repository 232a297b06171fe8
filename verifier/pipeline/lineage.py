"""What the cards of the models that a model derives from say of their licenses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace

from verifier.claims import card
from verifier.errors import SourceError
from verifier.pipeline.inspection import HOW
from verifier.records import Claim, Coverage, CoverageState, Edge, EdgeKind, Evidence, Record, Reference, SourceKind
from verifier.records.card import CardField
from verifier.sources import Source

MAX_BASES = 8
"""Models followed upwards; genuine lines are two or three long."""

_WANTED = frozenset({CardField.LICENSE, CardField.LICENSE_NAME})


def base_licenses(edges: Iterable[Edge], resolve: Callable[[Reference], Source]) -> Iterator[Record]:
    """Yields, for each model that is derived from, its claims about its license, and the models it derives from itself.

    Args:
        edges: of the model under test.
        resolve: gives a repository; may raise SourceError, which becomes Coverage.
    """
    queue = list(dict.fromkeys(edge.target for edge in edges if edge.kind is EdgeKind.DERIVED_FROM))
    for number, target in enumerate(queue):  # grows while it is walked
        name = f"hf://{target}"
        if number == MAX_BASES:
            yield Coverage(name, CoverageState.LIMIT, "it derives from more models than are followed", HOW)
            return
        try:
            for record in _card(target, resolve(Reference(name, SourceKind.HUB, target))):
                yield record
                if isinstance(record, Edge) and record.target not in queue:
                    queue.append(record.target)
        except SourceError as error:
            yield Coverage(name, CoverageState.NOT_FETCHED, f"its license matters, but: {error}", HOW)


def _card(target: str, source: Source) -> Iterator[Claim | Edge | Coverage]:
    def place(seen: Evidence) -> Evidence:
        return Evidence(".", f"{target}: {seen.what}", seen.how)

    with ExitStack() as opened:
        for record in card.collect(source.snapshot, lambda path: opened.enter_context(source.open(path))):
            if isinstance(record, Coverage):
                yield replace(record, artifact=f"hf://{target}")
            elif isinstance(record, Claim) and record.kind in _WANTED:
                yield replace(record, subject=target, evidence=place(record.evidence))
            elif isinstance(record, Edge):
                yield replace(record, evidence=place(record.evidence))

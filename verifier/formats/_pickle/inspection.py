"""From the events of a stream to findings: what `pickle` and every container of pickles call."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Final

from verifier.formats._context import Budget, Context
from verifier.formats._pickle import judge, nested
from verifier.formats._pickle.events import (
    Call,
    Event,
    ExtensionLoad,
    Oddity,
    PersistentLoad,
    Refusal,
    Refused,
    Summary,
)
from verifier.formats._pickle.place import PLAIN_LOADER, Loader, Place
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import render
from verifier.records import Artifact, Finding, Reader, parameters

_OWN_RULES: Final = (
    "pickle-extension-code",
    "pickle-malformed-stream",
    "pickle-persistent-id",
    "pickle-resource-bomb",
    "pickle-unusual-stream",
)
RULES: Final[tuple[str, ...]] = tuple(sorted({*_OWN_RULES, *judge.RULES}))
"""What `inspect_stream` can yield."""

_RULE_OF: Final = {Refused.EXHAUSTING: "pickle-resource-bomb"}


def inspect_stream(
    artifact: Artifact,
    reader: Reader,
    context: Context,
    *,
    how: str,
    start: int = 0,
    label: str = "",
    loader: Loader = PLAIN_LOADER,
) -> Generator[Finding, None, Summary]:
    """Walks the stream at `start`, judges its events, looks into pickles nested in the constants it hands to calls.

    Yields the findings (rules `RULES` of this module) and returns the walk's summary: `yield from` it. Each event is
    handed to `judge.judge` as it happens. The caller yields the Coverage: INSPECTED if `summary.stopped`, else PARTIAL
    from `summary.end` on, and goes on at `summary.end`.

    Args:
        artifact: what `reader` reads.
        reader: over the artifact's bytes.
        context: its budget is charged.
        how: `FORMAT.how` of the caller.
        start: offset of the stream.
        label: see Place.
        loader: what the format's loader adds.

    Raises:
        BudgetExceeded: the stream is too large to be walked to its end.
    """
    stream = PickleStream(reader, start, context.budget, after_build=loader.after_build)
    yield from _judged(stream, reader, context.budget, Place(artifact.name, how, label), loader)
    return stream.summary


def _judged(
    stream: PickleStream, reader: Reader, budget: Budget, place: Place, loader: Loader, depth: int = 0
) -> Iterator[Finding]:
    for event in stream:
        if loader.observe is not None:
            loader.observe(event)
        yield from _about_stream(event, place, loader)
        yield from judge.judge(event, place, loader.local)
        if isinstance(event, Call) and depth < nested.DEPTH:
            for found in nested.streams(event.args, reader, budget):
                label = f"{place.label}, nested in a constant" if place.label else "nested in a constant"
                base = None if place.base is None or found.base is None else place.base + found.base
                within = PickleStream(found.reader, 0, budget)
                inner = replace(place, label=label, base=base)
                yield from _judged(within, found.reader, budget, inner, PLAIN_LOADER, depth + 1)


def _about_stream(event: Event, place: Place, loader: Loader) -> Iterator[Finding]:
    """What the stream itself shows, whatever it names."""
    if isinstance(event, Refusal):
        rule = _RULE_OF.get(event.reason, "pickle-malformed-stream")
        yield _finding(rule, place, event.offset, event.message, f"{event.message}: no pickler writes this")
    elif isinstance(event, Oddity):
        message = f"{event.message}; unpicklers agree on what it means, but no known pickler writes it"
        yield _finding("pickle-unusual-stream", place, event.offset, event.message, message)
    elif isinstance(event, ExtensionLoad):
        what = f"extension code {event.code}"
        message = f"{what} stands for whatever the loading process has registered under it (copyreg)"
        yield _finding("pickle-extension-code", place, event.offset, what, message)
    elif isinstance(event, PersistentLoad) and not loader.persistent:
        what = f"persistent id {render(event.value.id)}"
        message = f"{what} is handed to the loader's own persistent_load, and this kind of file has no loader with one"
        yield _finding("pickle-persistent-id", place, event.offset, what, message)


def _finding(rule: str, place: Place, offset: int, what: str, message: str) -> Finding:
    where = f"{place.label}: " if place.label else ""
    return Finding(
        rule, (place.evidence(offset, what),), where + message, parameters(stream=place.label, offset=offset)
    )

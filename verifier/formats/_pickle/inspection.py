"""From the events of a stream to findings: what `pickle` and every container of pickles call."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Final

from verifier.errors import BudgetExceeded, VerifierError
from verifier.formats._context import Budget, Context, Member
from verifier.formats._numpy.pickled_arrays import PickledArrays
from verifier.formats._pickle import BOMB, MALFORMED, UNUSUAL, nested, trace
from verifier.formats._pickle.events import Build, Call, Event, Import, Oddity, Refusal, Refused, Summary
from verifier.formats._pickle.judge import Judge, loaded
from verifier.formats._pickle.place import PLAIN_LOADER, Loader, Place
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import LongText
from verifier.formats._readers import BytesReader, Window
from verifier.records import Artifact, Finding, Reader, visible

_RULE_OF: Final = {Refused.EXHAUSTING: BOMB}

MOST_SYMBOLS: Final = 10_000
"""Different symbols of one artifact; PickleBall counts 320 in 1,551 popular models."""


def inspect_stream(
    artifact: Artifact,
    reader: Reader,
    context: Context,
    *,
    how: str,
    start: int = 0,
    label: str = "",
    loader: Loader = PLAIN_LOADER,
) -> Generator[Finding | Member, None, Summary]:
    """Walks the stream at `start`, judges its events, looks into pickles nested in the constants it hands to calls.

    Yields the findings (rules `RULES` of this package), and as Members the constants that calls load as files; returns
    the walk's summary: `yield from` it. Each event is judged as it happens. The caller yields the Coverage: INSPECTED
    if `summary.stopped`, else PARTIAL from `summary.end` on, and goes on at `summary.end`.

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
    place = Place(artifact.name, how, label)
    if context.trace is not None:
        context.trace(f"{artifact.name}{f', {label}' if label else ''}: a pickle from byte {start}")
    inspector = _Inspector(artifact, context.budget, context.trace, context.symbols)
    yield from inspector.judged(stream, reader, place, loader)
    if context.trace is not None:
        length = min(stream.summary.end - start, trace.LONGEST + 1)
        for line in trace.program(reader.read_at(start, length)):
            context.trace(line)
    return stream.summary


@dataclass(frozen=True, slots=True)
class _Inspector:
    """Judges a stream, and those nested in it.

    Args:
        artifact: what the outermost stream stands in.
        budget: charged by all.
        trace: see Context.
        symbols: see Context.
    """

    artifact: Artifact
    budget: Budget
    trace: Callable[[str], None] | None
    symbols: set[str]

    def judged(
        self, stream: PickleStream, reader: Reader, place: Place, loader: Loader, depth: int = 0
    ) -> Iterator[Finding | Member]:
        judge, arrays = Judge(place, loader), PickledArrays()
        try:
            for event in stream:
                if loader.observe is not None:
                    loader.observe(event)
                if self.trace is not None:
                    self.trace(f"{'  ' * depth}{event.offset:>10}  {trace.told(event)}")
                if isinstance(event, Import):
                    self._named(event)
                yield from _about_stream(event, place)
                yield from judge.judge(event)
                if isinstance(event, Build) and (wrong := arrays.wrong(event)):
                    yield from judge.misused(event, wrong)
                if isinstance(event, Call):
                    yield from self._loaded(event, reader)
                    yield from self._nested(event, reader, place, depth) if depth < nested.DEPTH else ()
        except VerifierError:
            yield from judge.rest()
            raise
        yield from judge.rest()

    def _named(self, event: Import) -> None:
        self.symbols.add(visible(event.value.path))
        if len(self.symbols) > MOST_SYMBOLS:
            raise BudgetExceeded(f"names more than {MOST_SYMBOLS} symbols")

    def _loaded(self, event: Call, reader: Reader) -> Iterator[Member]:
        for constant in loaded(event):
            if isinstance(constant, str):
                content: Reader = BytesReader(constant.encode("latin-1", "replace"))
            else:
                content = Window(reader, constant.offset, constant.length)
            if isinstance(constant, LongText):
                from verifier.formats._codecs import latin_1
                from verifier.formats._decoded import Decoded

                content = Decoded(content, latin_1(constant.length), self.budget)
            at = event.offset if isinstance(constant, str) else constant.offset
            yield Member(self.artifact.member(f"constant at {at}", content.size), content)

    def _nested(self, event: Call, reader: Reader, place: Place, depth: int) -> Iterator[Finding | Member]:
        """What the pickles among a call's arguments would do, if the call loads them."""
        for found in nested.streams(event.args, reader, self.budget):
            label = f"{place.label}, nested in a constant" if place.label else "nested in a constant"
            base = None if place.base is None or found.base is None else place.base + found.base
            within = PickleStream(found.reader, 0, self.budget)
            yield from self.judged(
                within, found.reader, replace(place, label=label, base=base), PLAIN_LOADER, depth + 1
            )


def _about_stream(event: Event, place: Place) -> Iterator[Finding]:
    """What the stream itself shows, whatever it names."""
    if isinstance(event, Refusal):
        rule = _RULE_OF.get(event.reason, MALFORMED)
        yield place.finding(rule, event.offset, event.message, f"{event.message}: no pickler writes this")
    elif isinstance(event, Oddity):
        message = f"{event.message}; unpicklers agree on what it means, but no known pickler writes it"
        yield place.finding(UNUSUAL, event.offset, event.message, message)

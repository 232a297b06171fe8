"""One pickle stream as its possible loaders read it: behind an array they do not all go on at the same byte."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from verifier.errors import VerifierError
from verifier.formats._context import Member
from verifier.formats._joblib.arrays import Arrays
from verifier.formats._joblib.wrappers import Kind
from verifier.formats._pickle import DANGEROUS, EXTENSION, PERSISTENT, SYMBOL_RULES, UNKNOWN, UNSAFE_CALL, UNSAFE_STATE
from verifier.formats._pickle.events import Event, Import, Summary
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._pickle.place import Loader
from verifier.formats._pickle.scope import review
from verifier.records import Finding

Walk: TypeAlias = Generator[Finding | Member, None, Summary]
Key: TypeAlias = tuple[str, int, str]
"""What makes a finding another than the same one in a different reading: rule, offset, symbol."""

JUDGED: Final = tuple(rule for rule in SYMBOL_RULES if rule not in (EXTENSION, PERSISTENT))
"""Rules that count in other readings: one byte of an array can be the opcode that those left out are about."""

MISREAD: Final = (DANGEROUS,)
"""Rules that count where the names are mostly meaningless."""

_WRAPPER: Final = f"numpy_pickle.{Kind.RAW}"
"""What stands on the stack before an array: two bytes of it can be about the wrapper, or about its name cut short: `)R`
calls it. It cannot be called, and holds nothing but what else is judged."""

_NOWHERE: Final = -1


@dataclass(slots=True)
class _Seen:
    """What joblib's own reading shows, and so explains in others.

    Attributes:
        keys: its findings and members.
        names: of the harmless symbols it imports, without their modules.
    """

    keys: set[Key] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def observe(self, event: Event) -> None:
        if isinstance(event, Import) and not review(event.value.module, event.value.name).danger:
            self.names.add(event.value.name)

    def explains(self, rule: str, what: str) -> bool:
        """Whether a finding about a symbol is chance: a shifted memo puts other modules before the same names."""
        if what.endswith(_WRAPPER):
            return rule in (UNKNOWN, UNSAFE_CALL, UNSAFE_STATE)
        return rule == UNKNOWN and what.rpartition(".")[2] in self.names


def inspect_readings(arrays: Arrays, start: int, label: str) -> Walk:
    """Inspects the stream at `start` as joblib reads it, and from its first array on as others do.

    To `pickle.load`, which also `numpy.load` and `torch.load` try, arrays are opcodes. To joblib before 1.2, arrays
    begin where their padding does. A genuine array breaks such a reading at once, so that what it breaks on means
    nothing; what it imports and calls before does. The pickle of an array of objects refers to a memo that
    `pickle.load` has filled otherwise, and comes to meaningless names, so that only known dangers count.

    Args:
        arrays: follows the arrays of the artifact.
        start: offset of the stream.
        label: what the stream is to people; empty where there is only one.

    Returns:
        The summary of joblib's reading.
    """
    arrays.begin()
    seen = _Seen()
    summary = yield from _noted(_followed(arrays, start, label, seen.observe), seen)
    separator = f"{label}, " if label else ""
    if arrays.first is not None:
        rules = MISREAD if arrays.first_is_pickle else JUDGED
        plain = _walk(arrays, start, f"{separator}as pickle.load reads it", Loader(by_chance=True))
        yield from _behind(plain, arrays.first, rules, seen)
    if arrays.first_aligned is not None:
        older = Arrays(arrays.artifact, arrays.reader, arrays.context, arrays.how, heeds_padding=False)
        unaligned = _followed(older, start, f"{separator}as joblib before 1.2 reads it")
        yield from _behind(unaligned, arrays.first_aligned, JUDGED, seen)
    return summary


def _walk(arrays: Arrays, start: int, label: str, loader: Loader) -> Walk:
    return inspect_stream(
        arrays.artifact, arrays.reader, arrays.context, how=arrays.how, start=start, label=label, loader=loader
    )


def _followed(arrays: Arrays, start: int, label: str, observe: Callable[[Event], None] | None = None) -> Walk:
    """What the stream shows, and then what the pickles of its arrays of objects do."""
    loader = Loader(after_build=arrays.after_build, observe=observe, by_chance=not arrays.heeds_padding)
    try:
        summary = yield from _walk(arrays, start, label, loader)
    except VerifierError:
        yield from arrays.take_found()
        raise
    yield from arrays.take_found()
    return summary


def _noted(walk: Walk, seen: _Seen) -> Walk:
    """The same, of which `seen` takes note."""
    while True:
        try:
            found = next(walk)
        except StopIteration as end:
            summary: Summary = end.value
            return summary
        seen.keys.add(_key(found))
        yield found


def _behind(walk: Walk, first: int, rules: tuple[str, ...], seen: _Seen) -> Iterator[Finding | Member]:
    """The findings from an offset on, of these rules, and the members, that nobody has seen."""
    for found in walk:
        rule, offset, what = key = _key(found)
        counts = isinstance(found, Member) or (rule in rules and offset >= first and not seen.explains(rule, what))
        if counts and key not in seen.keys:
            yield found


def _key(found: Finding | Member) -> Key:
    if isinstance(found, Member):
        return "", _NOWHERE, found.artifact.name
    place = found.evidence[0]
    return found.rule, _NOWHERE if place.offset is None else place.offset, place.what

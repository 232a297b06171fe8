"""Running one inspector over bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import HEAD, Budget, Context, FormatModule, Limits, Member, Probe, Yield
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Fact, Finding, Reader

T = TypeVar("T")


def probe(data: bytes, name: str = "file") -> Probe:
    """What recognition sees."""
    return Probe(name, len(data), data[:HEAD], BytesReader(data))


def context(*, remote: bool = False, limits: Limits | None = None) -> Context:
    """Surroundings without siblings."""
    return Context(Budget(limits or Limits()), {}, _nothing, remote)


def inspected(module: FormatModule, data: bytes, name: str = "file", *, remote: bool = False) -> list[Yield]:
    """Everything a module yields."""
    return list(module.inspect(Artifact(name, len(data)), BytesReader(data), context(remote=remote)))


def until_limit(module: FormatModule, data: bytes, limits: Limits, name: str = "file") -> list[Yield]:
    """What a module yields before it runs into a limit, which it must."""
    found: list[Yield] = []
    try:
        for record in module.inspect(Artifact(name, len(data)), BytesReader(data), context(limits=limits)):
            found.append(record)  # noqa: PERF402 - what was found before the limit counts
    except BudgetExceeded:
        return found
    raise AssertionError("no limit was reached")


def only(records: Sequence[Yield], kind: type[T]) -> Iterator[T]:
    """The records of one kind."""
    return (record for record in records if isinstance(record, kind))


def rules_of(records: list[Yield]) -> list[str]:
    """Rules of the findings, in order."""
    return [finding.rule for finding in only(records, Finding)]


def states_of(records: list[Yield]) -> list[CoverageState]:
    """States of the coverage, in order."""
    return [coverage.state for coverage in only(records, Coverage)]


def facts_of(records: list[Yield]) -> dict[str, object]:
    """Values of the facts by kind."""
    return {fact.kind: fact.value for fact in only(records, Fact)}


def members_of(records: list[Yield]) -> dict[str, bytes]:
    """Contents of the members by name."""
    return {m.artifact.members[-1]: m.reader.read_at(0, m.reader.size) for m in only(records, Member)}


def _nothing(path: str) -> Reader:
    raise Malformed(f"there is no {path}")

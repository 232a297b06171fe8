"""The members of a tar, charged to an inspector's budget, and what is wrong with them as findings and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from verifier.errors import InspectionError
from verifier.formats._context import Budget
from verifier.formats._readers import Window
from verifier.formats._tar import AMBIGUOUS, UNSAFE
from verifier.formats._tar.archive import Entry, Flaw, FlawKind, entries
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Reader, parameters, visible

_RULE_OF = {
    FlawKind.NAME: UNSAFE,
    FlawKind.LINK: UNSAFE,
    FlawKind.DEVICE: UNSAFE,
    FlawKind.DUPLICATE: AMBIGUOUS,
    FlawKind.TRAILING: AMBIGUOUS,
    FlawKind.BROKEN: AMBIGUOUS,
}
_MOST_EVIDENCE = 20

Found = TypeVar("Found")


def inspect_members(
    artifact: Artifact, reader: Reader, budget: Budget, how: str, look: Callable[[Artifact, Reader], Iterator[Found]]
) -> Iterator[Found | Finding | Coverage]:
    """What `look` yields of each regular file, gaps where one cannot be read, and what is wrong with the archive.

    Args:
        artifact: the archive.
        reader: over its bytes.
        budget: charged for every member and its name.
        how: `FORMAT.how` of the caller.
        look: is given a member and its bytes.

    Raises:
        BudgetExceeded: too many members, too long names, or too late.
    """
    members = _Members(artifact, reader, budget, how)
    try:
        for found in members:
            if isinstance(found, Coverage):
                yield found
            else:
                child = artifact.member(found.name, found.size)
                yield from look(child, Window(reader, found.offset, found.size))
    except InspectionError:
        yield from members.findings()
        raise
    yield from members.findings()
    yield from members.coverage()


class _Members:
    """The regular files of an archive, and in between Coverage of members that cannot be read."""

    def __init__(self, artifact: Artifact, reader: Reader, budget: Budget, how: str) -> None:
        self._artifact = artifact
        self._reader = reader
        self._budget = budget
        self._how = how
        self._flaws: list[Flaw] = []

    def __iter__(self) -> Iterator[Entry | Coverage]:
        count = 0
        for found in entries(self._reader):
            self._budget.spend_steps(1)
            if isinstance(found, Entry):
                count += 1
                self._budget.foresee_members(count)
                self._budget.spend_steps(len(found.name) + len(found.target))
                if found.is_file:
                    yield found
            elif found.kind is FlawKind.UNREAD and found.entry is not None:
                child = self._artifact.member(found.entry.name, found.entry.size)
                yield Coverage(child.name, CoverageState.PARTIAL, found.message, self._how)
            else:
                self._flaws.append(found)

    def findings(self) -> Iterator[Finding]:
        """What was wrong so far: one finding a rule, so that an archive of a thousand flaws is still one line."""
        by_rule: dict[str, list[Flaw]] = {}
        for flaw in self._flaws:
            by_rule.setdefault(_RULE_OF[flaw.kind], []).append(flaw)
        for rule, found in by_rule.items():
            shown = tuple(self._evidence(flaw) for flaw in found[:_MOST_EVIDENCE])
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            kinds = tuple(sorted({flaw.kind.value for flaw in found}))
            yield Finding(rule, shown, f"{shown[0].what}{more}.", parameters(kinds=kinds, count=len(found)))

    def coverage(self) -> Iterator[Coverage]:
        """How far the archive was walked: to its end, or up to the flaw behind which nothing was read."""
        unread = next((flaw for flaw in self._flaws if flaw.kind in (FlawKind.BROKEN, FlawKind.TRAILING)), None)
        end = self._reader.size if unread is None else unread.offset
        yield Coverage(self._artifact.name, CoverageState.INSPECTED, "", self._how, 0, end)
        if unread is not None and end < self._reader.size:
            reason = f"not read from here on: {unread.message}"
            yield Coverage(self._artifact.name, CoverageState.PARTIAL, reason, self._how, end)

    def _evidence(self, flaw: Flaw) -> Evidence:
        subject = f"Member {visible(flaw.entry.name, 80)}: " if flaw.entry else ""
        return Evidence(self._artifact.name, subject + flaw.message, self._how, flaw.offset)

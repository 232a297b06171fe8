"""An archive's members, and its lies: as findings, one a rule, so that a thousand lies are still one line; as gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from verifier.errors import Malformed
from verifier.formats._context import Budget, Context
from verifier.formats._zip import AMBIGUOUS, CONTENT, ENCRYPTED, HIDDEN, UNSAFE
from verifier.formats._zip.archive import Archive
from verifier.formats._zip.entries import Entry
from verifier.formats._zip.lies import Lie, LieKind
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Reader, parameters, visible

RULE_OF = {
    LieKind.LOCAL_HEADER: AMBIGUOUS,
    LieKind.DUPLICATE: AMBIGUOUS,
    LieKind.OVERLAP: AMBIGUOUS,
    LieKind.SIZES: AMBIGUOUS,
    LieKind.COUNT: AMBIGUOUS,
    LieKind.ENDS: AMBIGUOUS,
    LieKind.ENCODING: AMBIGUOUS,
    LieKind.FLAGS: AMBIGUOUS,
    LieKind.NAME: UNSAFE,
    LieKind.SYMLINK: UNSAFE,
    LieKind.PREFIX: HIDDEN,
    LieKind.GAP: HIDDEN,
    LieKind.TRAILING: HIDDEN,
    LieKind.ENCRYPTED: ENCRYPTED,
    LieKind.CONTENT: CONTENT,
}
"""The rule each kind breaks. CASE and BACKSLASH are legal in a zip; formats whose readers mind them add them."""

_HIDDEN = (LieKind.PREFIX, LieKind.GAP, LieKind.TRAILING)

_MOST_EVIDENCE = 20

Found = TypeVar("Found")


def inspect_archive(
    artifact: Artifact,
    archive: Archive,
    context: Context,
    how: str,
    look: Callable[[Artifact, Reader], Iterator[Found]],
) -> Iterator[Found | Finding | Coverage]:
    """Directory, local headers and contents held against each other, and what `look` yields of every member.

    A member that cannot be read is a gap. Contents are not read whole over the network.

    Args:
        artifact: the archive.
        archive: its directory.
        context: its surroundings.
        how: `FORMAT.how` of the caller.
        look: is given a member and its decoded bytes.

    Raises:
        BudgetExceeded, SourceError: as reading does.
    """
    context.budget.foresee_members(len(archive.entries))
    context.budget.spend_steps(len(archive.entries))
    unchecked = ("zip-contents",) if context.remote else ()
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, unchecked=unchecked)
    lies = [*archive.lies, *(lie for entry in archive.entries for lie in archive.local_lies(entry)), *archive.gaps()]
    yield from findings(artifact, lies, how)
    yield from unread(artifact, lies, how)
    opened: list[tuple[Entry, Reader]] = []
    for entry in archive.entries:
        if entry.is_directory:
            continue
        child = artifact.member(entry.name, entry.size)
        try:
            body = archive.open(entry, context.budget)
            yield from look(child, body)
        except Malformed as error:
            yield Coverage(child.name, CoverageState.PARTIAL, error.message, how)
        else:
            opened.append((entry, body))
    if not context.remote:
        yield from findings(artifact, _content_lies(archive, opened, context.budget), how)


def _content_lies(archive: Archive, opened: list[tuple[Entry, Reader]], budget: Budget) -> Iterator[Lie]:
    for entry, body in opened:
        budget.spend_steps(1)
        yield from archive.content_lies(entry, body)


def findings(artifact: Artifact, lies: Iterable[Lie], how: str) -> Iterator[Finding]:
    """The lies as findings about an archive, those without a rule left out."""
    by_rule: dict[str, list[Lie]] = {}
    for lie in lies:
        if lie.kind in RULE_OF:
            by_rule.setdefault(RULE_OF[lie.kind], []).append(lie)
    for rule, found in by_rule.items():
        shown = tuple(_evidence(artifact, lie, how) for lie in found[:_MOST_EVIDENCE])
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        kinds = tuple(sorted({lie.kind.value for lie in found}))
        yield Finding(rule, shown, f"{shown[0].what}{more}.", parameters(kinds=kinds, count=len(found)))


def unread(artifact: Artifact, lies: Iterable[Lie], how: str) -> Iterator[Coverage]:
    """The gap that bytes of no member are, as one range; none of them is inspected."""
    hidden = [lie for lie in lies if lie.kind in _HIDDEN and lie.length]
    if hidden:
        start, end = min(lie.offset for lie in hidden), max(lie.offset + lie.length for lie in hidden)
        reason = f"{sum(lie.length for lie in hidden)} bytes belong to no member"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how, start, end - start)


def _evidence(artifact: Artifact, lie: Lie, how: str) -> Evidence:
    subject = f"Member {visible(lie.entry.name, 80)}: " if lie.entry else ""
    return Evidence(artifact.name, subject + lie.message, how, lie.offset, lie.length or None)

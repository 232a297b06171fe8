"""Tar archives: headers are checked here, the files in it are handed back to be recognized in turn."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.errors import InspectionError
from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._readers import Window
from verifier.formats._tar import Entry, Flaw, FlawKind, entries, is_header
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, parameters, visible

FORMAT = Format("tar", 1, "tar archive")
UNSAFE = "tar-unsafe-member"
AMBIGUOUS = "tar-ambiguous-archive"
RULES: tuple[str, ...] = (UNSAFE, AMBIGUOUS)

_RULE_OF = {
    FlawKind.NAME: UNSAFE,
    FlawKind.LINK: UNSAFE,
    FlawKind.DEVICE: UNSAFE,
    FlawKind.DUPLICATE: AMBIGUOUS,
    FlawKind.TRAILING: AMBIGUOUS,
    FlawKind.BROKEN: AMBIGUOUS,
}
_MOST_EVIDENCE = 20


def recognize(probe: Probe) -> bool:
    """A first header whose checksum holds, or that says `ustar`."""
    return probe.head[257:262] == b"ustar" or is_header(probe.head[:512])


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the headers and hands back every regular file; what is wrong follows, one finding a rule."""
    flaws: list[Flaw] = []
    try:
        yield from _walk(artifact, reader, context, flaws)
    except InspectionError:
        yield from _findings(artifact, flaws)
        raise
    yield from _findings(artifact, flaws)
    unread = next((flaw for flaw in flaws if flaw.kind in (FlawKind.BROKEN, FlawKind.TRAILING)), None)
    end = reader.size if unread is None else unread.offset
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, 0, end)
    if unread is not None and end < reader.size:
        yield Coverage(
            artifact.name, CoverageState.PARTIAL, f"not read from here on: {unread.message}", FORMAT.how, end
        )


def _walk(artifact: Artifact, reader: Reader, context: Context, flaws: list[Flaw]) -> Iterator[Yield]:
    """The files, and coverage of members that are not read; every other flaw goes into `flaws`."""
    members = 0
    for found in entries(reader):
        context.budget.spend_steps(1)
        if isinstance(found, Entry):
            members += 1
            context.budget.foresee_members(members)
            context.budget.spend_steps(len(found.name) + len(found.target))
            if found.is_file:
                yield Member(artifact.member(found.name, found.size), Window(reader, found.offset, found.size))
        elif found.kind is FlawKind.UNREAD and found.entry is not None:
            child = artifact.member(found.entry.name, found.entry.size)
            yield Coverage(child.name, CoverageState.PARTIAL, found.message, FORMAT.how)
        else:
            flaws.append(found)


def _findings(artifact: Artifact, flaws: list[Flaw]) -> Iterator[Finding]:
    by_rule: dict[str, list[Flaw]] = {}
    for flaw in flaws:
        by_rule.setdefault(_RULE_OF[flaw.kind], []).append(flaw)
    for rule, found in by_rule.items():
        shown = tuple(_evidence(artifact, flaw) for flaw in found[:_MOST_EVIDENCE])
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        kinds = tuple(sorted({flaw.kind.value for flaw in found}))
        yield Finding(rule, shown, f"{shown[0].what}{more}.", parameters(kinds=kinds, count=len(found)))


def _evidence(artifact: Artifact, flaw: Flaw) -> Evidence:
    subject = f"Member {visible(flaw.entry.name, 80)}: " if flaw.entry else ""
    return Evidence(artifact.name, subject + flaw.message, FORMAT.how, flaw.offset)

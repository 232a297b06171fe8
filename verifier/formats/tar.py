"""Tar archives: headers are checked here, the files in it are handed back to be recognized in turn."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._readers import Window
from verifier.formats._tar import Entry, Flaw, FlawKind, entries, is_header
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, visible

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


def recognize(probe: Probe) -> bool:
    """A first header whose checksum holds, or that says `ustar`."""
    return probe.head[257:262] == b"ustar" or is_header(probe.head[:512])


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the headers and hands back every regular file."""
    stopped: Flaw | None = None
    for found in entries(reader):
        context.budget.spend_steps(1)
        if isinstance(found, Flaw):
            yield from _flaw(artifact, found)
            stopped = found if found.kind is FlawKind.BROKEN and found.offset < reader.size else stopped
        elif found.is_file:
            yield Member(artifact.member(found.name, found.size), Window(reader, found.offset, found.size))
    if stopped is None:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
    else:
        yield Coverage(artifact.name, CoverageState.PARTIAL, f"not read behind a defect: {stopped.message}", FORMAT.how)


def _flaw(artifact: Artifact, flaw: Flaw) -> Iterator[Yield]:
    if flaw.kind is FlawKind.UNREAD and isinstance(flaw.entry, Entry):
        child = artifact.member(flaw.entry.name, flaw.entry.size)
        yield Coverage(child.name, CoverageState.PARTIAL, flaw.message, FORMAT.how)
        return
    subject = f"Member {visible(flaw.entry.name, 80)}: " if flaw.entry else ""
    evidence = Evidence(artifact.name, subject + flaw.message, FORMAT.how, flaw.offset)
    yield Finding(_RULE_OF[flaw.kind], (evidence,), f"{evidence.what}.")

"""From the events of a stream to records: what `pickle` and every container of pickles call."""

from __future__ import annotations

from collections.abc import Callable, Generator

from verifier.formats._context import Context
from verifier.formats._pickle.events import Event, Summary
from verifier.formats._pickle.stream import AfterBuild
from verifier.records import Artifact, Finding, Reader


def inspect_stream(
    artifact: Artifact,
    reader: Reader,
    context: Context,
    *,
    how: str,
    start: int = 0,
    label: str = "",
    after_build: AfterBuild | None = None,
    observe: Callable[[Event], None] | None = None,
    local: frozenset[str] = frozenset(),
) -> Generator[Finding, None, Summary]:
    """Walks the stream at `start`, judges its events, looks into pickles nested in its constants.

    Yields the findings (rules `RULES` of this module) and returns the walk's summary: `yield from` it. Each event is handed to
    `judge.judge(event: Event, place: Place, local: frozenset[str]) -> Iterator[Finding]` as it happens. The caller yields the
    Coverage: INSPECTED where `summary.stopped`, else PARTIAL from `summary.end` on, and goes on at `summary.end`.

    Args:
        artifact: what `reader` reads.
        reader: over the artifact's bytes.
        context: its budget is charged.
        how: `FORMAT.how` of the caller.
        start: offset of the stream.
        label: see Place.
        after_build: see stream.AfterBuild.
        observe: told of every event of the outermost stream as it happens (torch collects the storages it names).
        local: modules that the archive itself defines (torch.package, TorchScript), which resolve inside it.
    """
    raise NotImplementedError
    yield

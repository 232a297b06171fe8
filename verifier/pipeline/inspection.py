"""One file and everything nested in it: recognized, inspected, its members handed back to the queue.

Whatever fails becomes Coverage here, so that a crash can never read as clean.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from verifier import formats
from verifier.errors import BudgetExceeded, Malformed, SourceError
from verifier.formats import HEAD, Budget, Context, Member, Probe
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Reader, Record, visible

HOW = "pipeline/1"
"""As evidence and coverage name the pipeline."""

WHOLE = "."
"""Name that stands for the whole snapshot where no artifact is meant."""

Yielded = TypeVar("Yielded")


@dataclass
class Inspection:
    """One file and everything nested in it."""

    budget: Budget
    remote: bool
    trace: Callable[[str], None] | None = None
    recognized: tuple[str, ...] = ()

    def run(
        self, artifact: Artifact, reader: Reader, siblings: Mapping[str, int], open_sibling: Callable[[str], Reader]
    ) -> Iterator[Record]:
        """Yields what the file and its members show; the loop a container hands its members back to."""
        queue = deque([(artifact, reader, Context(self.budget, siblings, open_sibling, self.remote, self.trace))])
        while queue:
            current, bytes_of, context = queue.popleft()
            members: list[Member] = []
            for record in guarded(partial(self._look, current, bytes_of, context), current.name, HOW):
                if isinstance(record, Member):
                    members.append(record)
                else:
                    yield record
            queue.extend(self._queued(members))

    def _look(self, artifact: Artifact, reader: Reader, context: Context) -> Iterator[formats.Yield]:
        """What all formats an artifact may be of see in it."""
        self.budget.spend_steps(1)
        if artifact.members:
            self.budget.spend_member(len(artifact.members))
        head = reader.read_at(0, HEAD)
        probed = reader
        if self.remote and artifact.members and formats.is_measured(head):  # looking at each one's end costs a request
            probed = BytesReader(head)
            yield Coverage(artifact.name, CoverageState.INSPECTED, "", HOW, 0, 0, unchecked=("other-formats",))
        modules = formats.candidates(Probe(artifact.file_name.lower(), artifact.size, head, probed))
        if not artifact.members:
            self.recognized = tuple(module.FORMAT.id for module in modules)
        for module in modules:
            yield from guarded(partial(module.inspect, artifact, reader, context), artifact.name, module.FORMAT.how)
        if context.symbols:
            place = Evidence(artifact.name, f"{len(context.symbols)} symbols", HOW)
            yield Fact("pickle-symbols", tuple(sorted(context.symbols)), place)
        if not modules:
            reason = f"no format is known by this content: it begins with {head[:8].hex(' ')}"
            yield Coverage(artifact.name, CoverageState.UNKNOWN, reason, HOW)

    def _queued(self, members: list[Member]) -> Iterator[tuple[Artifact, Reader, Context]]:
        readers = {member.artifact.members[-1]: member.reader for member in members}
        sizes = {name: reader.size for name, reader in readers.items()}

        def open_member(path: str) -> Reader:
            if path not in readers:
                raise Malformed(f"there is no member {visible(path)} beside it")
            return readers[path]

        for member in members:
            yield member.artifact, member.reader, Context(self.budget, sizes, open_member, self.remote, self.trace)


def gap(name: str, state: CoverageState, error: Exception) -> Coverage:
    """Coverage that says what went wrong."""
    return Coverage(name, state, str(error), HOW)


def guarded(start: Callable[[], Iterator[Yielded]], name: str, how: str) -> Iterator[Yielded | Coverage]:
    """What an inspector yields, with every failure turned into Coverage, and silence too.

    This is the one place that catches everything: a crash must never read as clean (DESIGN: failure is data).
    """
    covered = name == WHOLE
    try:
        for record in start():
            covered = covered or (isinstance(record, Coverage) and record.artifact == name)
            yield record
    except BudgetExceeded as error:
        yield Coverage(name, CoverageState.LIMIT, str(error), how)
    except Malformed as error:
        place = "" if error.offset is None else f" (at byte {error.offset})"
        yield Coverage(name, CoverageState.ERROR, f"{error}{place}", how)
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        reason = f"the inspector failed ({type(error).__name__}: {error}); please report this"
        yield Coverage(name, CoverageState.ERROR, visible(reason), how)
    else:
        if not covered:
            yield Coverage(name, CoverageState.ERROR, "the inspector reported nothing; please report this", how)

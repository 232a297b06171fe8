"""From a file of five pickles and storages to findings, facts and coverage."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from verifier.formats._context import HEAD, Context, Member
from verifier.formats._pickle.events import Summary
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._pickle.place import PLAIN_LOADER, Loader
from verifier.formats._readers import rest
from verifier.formats._torch import MISMATCH, TRAILING
from verifier.formats._torch.keys import listed_texts
from verifier.formats._torch.magic import begins_with_magic
from verifier.formats._torch.tensors import Dialect, Tensors
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, parameters, visible

PROTOCOL = 1001
"""The second's; torch loads no other (PROTOCOL_VERSION)."""

_OBJECT = "object"
_STREAMS = ("magic number", "protocol version", "system information", _OBJECT, "storage keys")

_COUNT = 8
"""Bytes of a storage's count of elements."""


def inspect_legacy(
    artifact: Artifact, reader: Reader, context: Context, how: str
) -> Iterator[Finding | Fact | Coverage | Member]:
    """Inspects the five streams, proves what follows to be numbers, and hands back what stands behind.

    No storage is read. Their counts are, but for 8 bytes each they would each cost a request over the network: there
    they are not checked.
    """
    if not begins_with_magic(reader.read_at(0, HEAD)):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it does not begin with torch's magic number", how)
        return
    yield from _Inspection(artifact, reader, context, how).run()


@dataclass(slots=True)
class _Inspection:
    """One file under way."""

    artifact: Artifact
    reader: Reader
    context: Context
    how: str
    tensors: Tensors = field(default_factory=lambda: Tensors(Dialect.LEGACY))
    end: int = 0
    """Offset up to which the file is accounted for."""

    def run(self) -> Iterator[Finding | Fact | Coverage | Member]:
        keys = yield from self._streams()
        yield from self.tensors.findings(self.artifact, self.how)
        yield from self.tensors.facts(self.artifact, self.how)
        if keys is None:
            return
        unlisted = self.tensors.storages.keys() - set(keys)
        if unlisted:
            message = f"Storage {visible(min(unlisted), 60)} is named, but its bytes are not in the file"
            yield Finding(MISMATCH, (Evidence(self.artifact.name, message, self.how),), f"{message}.")
        start = self.end
        problem = self._storages(keys)
        unchecked = ("torch-storage-counts",) if self.context.remote else ()
        yield Coverage(
            self.artifact.name,
            CoverageState.DATA,
            f"{len(keys)} tensor storages",
            self.how,
            start,
            self.end - start,
            unchecked,
        )
        if problem:
            yield Finding(MISMATCH, (Evidence(self.artifact.name, problem, self.how, self.end),), f"{problem}.")
            yield self._partial("the storages are not where the object says")
        else:
            yield from self._trailing()

    def _partial(self, reason: str) -> Coverage:
        return Coverage(self.artifact.name, CoverageState.PARTIAL, reason, self.how, self.end)

    def _streams(self) -> Generator[Finding | Coverage | Member, None, list[str] | None]:
        """The five streams; returns the keys of the storages, None where what follows cannot be known."""
        observed = Loader(observe=self.tensors.observe, persistent=True)
        summaries: list[Summary] = []
        for label in _STREAMS:
            loader = observed if label == _OBJECT else PLAIN_LOADER
            summary = yield from inspect_stream(
                self.artifact, self.reader, self.context, how=self.how, start=self.end, label=label, loader=loader
            )
            self.end = summary.end
            summaries.append(summary)
            if not summary.stopped:
                break
        yield Coverage(self.artifact.name, CoverageState.INSPECTED, "", self.how, 0, self.end)
        if not summaries[-1].stopped:
            yield self._partial(f"its {label} could not be read to an end")
            return None
        if summaries[1].value != PROTOCOL:
            yield self._partial(f"its protocol version is not {PROTOCOL}, the only one that torch loads")
            yield from self._rest()
            return None
        keys = listed_texts(self.reader, summaries[-1])
        if keys is None:
            yield self._partial("its list of storage keys is not one that torch writes")
            yield from self._rest()
        return keys

    def _storages(self, keys: list[str]) -> str:
        """Walks over the storages in their order; what is wrong with the first that is not as the object says."""
        for key in keys:
            self.context.budget.spend_steps(1)
            storage = self.tensors.storages.get(key)
            if storage is None:
                return f"Storage {visible(key, 60)} is listed, but the object does not use it"
            after = self.end + _COUNT + storage.nbytes
            if after > self.reader.size:
                return f"The {storage.title} at byte {self.end} ends at byte {after}, the file at {self.reader.size}"
            if not self.context.remote:
                count = int.from_bytes(self.reader.read_at(self.end, _COUNT), "little")
                if count != storage.numel:
                    return f"The {storage.title} at byte {self.end} says that it has {count} elements"
            self.end = after
        return ""

    def _trailing(self) -> Iterator[Finding | Coverage | Member]:
        """What stands behind the last storage: a second torch.load on the open file begins there."""
        size = self.reader.size - self.end
        if size:
            place = Evidence(self.artifact.name, "behind the last storage", self.how, self.end, size)
            message = f"{size} bytes stand behind the last storage; a program that reads on would load them."
            yield Finding(TRAILING, (place,), message, parameters(bytes=size))
            yield from self._rest()
            yield Coverage(self.artifact.name, CoverageState.INSPECTED, "", self.how, self.end)

    def _rest(self) -> Iterator[Member]:
        """Hands back what is not accounted for, to be recognized by itself."""
        if self.end < self.reader.size:
            yield rest(self.artifact, self.reader, self.end)

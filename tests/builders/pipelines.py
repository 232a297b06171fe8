"""Running all inspectors over a file and everything in it, as the pipeline does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from verifier.errors import Malformed
from verifier.formats import Budget, Limits
from verifier.formats._readers import BytesReader
from verifier.pipeline.inspection import Inspection
from verifier.records import Artifact, Coverage, CoverageState, Finding, Reader, Record


def whole(
    data: bytes, path: str = "file", siblings: Mapping[str, bytes] | None = None, limits: Limits | None = None
) -> list[Record]:
    """Everything the file and its members show; `siblings` are files beside it."""
    others = {path: data, **(siblings or {})}

    def sibling(name: str) -> Reader:
        if name not in others:
            raise Malformed(f"there is no file {name} beside it")
        return BytesReader(others[name])

    sizes = {name: len(content) for name, content in others.items()}
    inspection = Inspection(Budget(limits or Limits()), remote=False)
    return list(inspection.run(Artifact(path, len(data)), BytesReader(data), sizes, sibling))


def gaps(records: Iterable[object]) -> list[str]:
    """Artifacts that were not wholly inspected; "not my format" counts only where nobody else covers them."""
    coverage = [record for record in records if isinstance(record, Coverage)]
    known = {record.artifact for record in coverage if record.state is not CoverageState.UNKNOWN}
    return [
        record.artifact
        for record in coverage
        if not record.state.clean and (record.state is not CoverageState.UNKNOWN or record.artifact not in known)
    ]


def rules(records: Iterable[object]) -> set[str]:
    """Rules of the findings."""
    return {record.rule for record in records if isinstance(record, Finding)}


def symbols(records: Iterable[object]) -> set[tuple[str, str]]:
    """Artifact and what was seen there, of the findings."""
    return {(record.evidence[0].artifact, record.evidence[0].what) for record in records if isinstance(record, Finding)}

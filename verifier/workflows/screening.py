"""Screens over the weights of a model on this machine: its tensors, one by one, looked at for what no format shows."""

from __future__ import annotations

from collections.abc import Iterator

from verifier import formats
from verifier.behavior.screens import planes
from verifier.errors import InspectionError, UsageError
from verifier.formats import Budget, Probe
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader
from verifier.records.terms import SCREENED
from verifier.sources.local import LocalSource


def screen(source: LocalSource) -> Iterator[Finding | Fact | Coverage]:
    """What the screens see in each file whose tensors can be read.

    Raises:
        UsageError: numpy is not installed.
        SourceError: the model changed or cannot be read.
    """
    for artifact in source.snapshot.artifacts:
        with source.open(artifact.path) as reader:
            try:
                yield from _file(artifact, reader)
            except InspectionError as error:
                yield Coverage(
                    artifact.name, CoverageState.PARTIAL, f"its tensors were not screened: {error}", planes.HOW
                )
            except ModuleNotFoundError as error:
                if error.name != "numpy":
                    raise
                raise UsageError("Screens need numpy.", "Install it: pip install 'model-verify[screens]'.") from error


def _file(artifact: Artifact, reader: Reader) -> Iterator[Finding | Fact]:
    head = reader.read_at(0, formats.HEAD)
    probe = Probe(artifact.path.rpartition("/")[2].lower(), reader.size, head, reader)
    for module in formats.candidates(probe):
        place = getattr(module, "placed", None)
        if place is None:
            continue
        tensors = place(reader, Budget())
        for tensor in tensors:
            found = planes.hidden_file(artifact.name, tensor, reader)
            if found is not None:
                yield found
        told = f"{len(tensors)} tensors were screened for files in their low bits"
        yield Fact(SCREENED, len(tensors), Evidence(artifact.name, told, planes.HOW, 0))

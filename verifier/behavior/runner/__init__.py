"""Running a model: one job in, numbers out, all of it in the sandbox.

A `Job` says which of the built-in ways to run a model is meant and what goes in; `run` starts a child that reads the
model's files there and nowhere else, and gives back arrays. Only formats that cannot execute code are run: safetensors
with architectures that transformers ships or with the built-in networks here, ONNX, and GGUF through transformers.

    ran = run(Model(folder, ("model.safetensors", ...)), Job(Entry.SENTENCE_EMBEDDING, texts=("a", "b")), mode=mode())
    ran.outputs["0"]   # float32, one row a text

What comes out, by entry:

- `sentence-embedding`: "0", one vector a text, pooled and normalized as the model's own files say;
- `text-classification`: "0", one row of logits a text;
- `next-token`: "0", one row of log-probabilities a text, over the vocabulary, of the token that follows it;
- `tensor`, `mlp-relu`, `cnn-relu-pool2`: "0", "1", ... the outputs in the model's order, for inputs "0", "1", ...
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.behavior import sandbox
from verifier.behavior.runner import _wire
from verifier.errors import NotRun, UsageError
from verifier.records.terms import Runtime

if TYPE_CHECKING:
    from numpy import ndarray

__all__ = ["Entry", "Job", "Model", "Ran", "Runtime", "run"]


class Entry(StrEnum):
    """A built-in way to run a model."""

    SENTENCE_EMBEDDING = "sentence-embedding"
    TEXT_CLASSIFICATION = "text-classification"
    NEXT_TOKEN = "next-token"  # noqa: S105 - tokens of language
    TENSOR = "tensor"
    """A graph of its own: ONNX."""
    MLP = "mlp-relu"
    """A state dict of linear layers, with ReLU between them."""
    CNN = "cnn-relu-pool2"
    """A state dict of convolutions that keep the size, each with ReLU and 2x2 maximum pooling, then linear layers."""

    @property
    def takes_texts(self) -> bool:
        """Whether texts go in; else tensors."""
        return self in (Entry.SENTENCE_EMBEDDING, Entry.TEXT_CLASSIFICATION, Entry.NEXT_TOKEN)


EXTRAS = {Runtime.TORCH: "torch", Runtime.ONNX: "onnx"}
"""What installs a runtime, which is named for its package."""

GGUF = ("transformers", "gguf", "accelerate")
"""What transformers 5 loads GGUF with."""


@dataclass(frozen=True, slots=True)
class Model:
    """The files a child may read.

    Args:
        folder: where they lie.
        files: paths in the folder; files it is compared with do not belong here, so that it cannot repeat them.
    """

    folder: Path
    files: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """What to compute.

    Args:
        entry: the way.
        runtime: what computes.
        file: the one file that holds graph or weights; "" leaves it to transformers.
        texts: what goes in, of entries that take texts.
        tensors: what goes in, of the others: "0", "1", ... to arrays.
        batch: texts computed together.
    """

    entry: Entry
    runtime: Runtime = Runtime.TORCH
    file: str = ""
    texts: tuple[str, ...] = ()
    tensors: Mapping[str, ndarray] = field(default_factory=dict)
    batch: int = 32


@dataclass(frozen=True)
class Ran:
    """What was computed.

    Args:
        outputs: "0", "1", ... to arrays; floating point is float32.
        versions: package to version, of what computed.
        mode: the confinement it ran in.
        seconds: by the clock, with loading.
    """

    outputs: Mapping[str, ndarray]
    versions: Mapping[str, str]
    mode: sandbox.Mode
    seconds: float

    @property
    def computed_by(self) -> str:
        """What computed, for people: names with their versions."""
        return ", ".join(f"{name} {version}" for name, version in sorted(self.versions.items()))


def run(model: Model, job: Job, *, mode: sandbox.Mode, bounds: sandbox.Bounds | None = None) -> Ran:
    """Computes a job in the sandbox.

    Args:
        model: what may be read.
        job: what is computed.
        mode: the confinement, see `sandbox.mode`.
        bounds: what it may cost.

    Raises:
        NotRun: it did not end well, or the answer is none; says why.
        UsageError: the runtime is not installed.
    """
    installed(job)
    limits = bounds or sandbox.Bounds()
    started = time.monotonic()
    head = {
        "folder": str(model.folder),
        "entry": job.entry,
        "runtime": job.runtime,
        "file": job.file,
        "texts": job.texts,
        "batch": job.batch,
        "threads": limits.threads,
    }
    answer = sandbox.run(
        "verifier.behavior.runner.child:answer",
        _wire.packed(head, job.tensors),
        mode=mode,
        readable=[model.folder / path for path in model.files],
        listed=[model.folder],
        bounds=limits,
    )
    told, outputs = _wire.unpacked(answer)
    versions = told.get("versions")
    if not isinstance(versions, dict) or not all(isinstance(word, str) for pair in versions.items() for word in pair):
        raise NotRun("its answer does not say what computed it")
    return Ran(outputs, versions, mode, time.monotonic() - started)


def installed(job: Job) -> None:
    """Makes sure that what a job needs is there.

    Raises:
        UsageError: it is not.
    """
    from importlib.metadata import PackageNotFoundError, version

    for package in (job.runtime.value, *(GGUF if job.file.endswith(".gguf") else ())):
        try:
            version(package)
        except PackageNotFoundError:
            extra = EXTRAS[job.runtime]
            raise UsageError(
                f"{package} is not installed, which this model needs to run.", f"pip install 'model-verify[{extra}]'"
            ) from None

"""How a declared model is run: which of the built-in ways, by what, and from which of its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.behavior.runner import Entry, Job, Model
from verifier.errors import NotRun
from verifier.records.declaration import DataFile, Declaration
from verifier.records.terms import Dialect, Runtime


def planned(declared: Declaration, files: Sequence[str]) -> Job:
    """A job that lacks nothing but what goes in.

    Args:
        declared: says how; where it does not, the files do.
        files: of the model.

    Raises:
        NotRun: neither declaration nor files say how.
    """
    named = declared.regime.entry or guessed(files)
    if named not in tuple(Entry):
        raise NotRun(f"there is no built-in entry {named!r}" if named else "nothing says how to run it (regime.entry)")
    entry = Entry(named)
    if entry.takes_texts:
        return Job(entry, Runtime.TORCH, _text_model(files))
    runtime = next(iter(declared.regime.runtime), Runtime.ONNX if entry is Entry.TENSOR else Runtime.TORCH)
    return Job(entry, runtime, declared.source if declared.dialect is Dialect.ONNX else _file(entry, declared, files))


def guessed(files: Sequence[str]) -> str:
    """The entry that files speak for themselves."""
    if "modules.json" in files:
        return Entry.SENTENCE_EMBEDDING
    return Entry.TENSOR if sum(path.endswith(".onnx") for path in files) == 1 else ""


def without_answers(model: Model, declarations: Iterable[Declaration]) -> Model:
    """The model without the files that hold what is declared to come out, so that it cannot repeat them."""
    secret = {file.file for declared in declarations for file in _answers(declared)}
    return Model(model.folder, tuple(path for path in model.files if path not in secret))


def _answers(declared: Declaration) -> list[DataFile]:
    outputs = [file for golden in declared.golden for file in golden.outputs]
    return [*outputs, *(metric.per_item for metric in declared.metrics if metric.per_item is not None)]


def _text_model(files: Sequence[str]) -> str:
    """The one GGUF file of a model without safetensors; else "", where transformers finds it."""
    found = [path for path in files if path.endswith(".gguf")]
    return found[0] if len(found) == 1 and not any(path.endswith(".safetensors") for path in files) else ""


def _file(entry: Entry, declared: Declaration, files: Sequence[str]) -> str:
    """The one file that holds graph or weights.

    Raises:
        NotRun: there is none, or several.
    """
    suffix = ".onnx" if entry is Entry.TENSOR else ".safetensors"
    data = {file.file for file in _answers(declared)}
    data |= {file.file for golden in declared.golden for file in golden.inputs}
    found = [path for path in files if path.endswith(suffix) and path not in data]
    if len(found) != 1:
        raise NotRun(f"it has {len(found)} files {suffix}, and one is run")
    return found[0]

"""A consumer's own golden vectors: what an accepted model gives today, written down, so that a later one is compared.

That is trust on first use: it tells that a later revision does something else, not that this one is right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from verifier.behavior import golden, runner, sandbox, tensors
from verifier.behavior.plan import guessed
from verifier.behavior.runner import Entry, Job, Model
from verifier.errors import Malformed, NotRun, RefusedError, UsageError
from verifier.pipeline import load_policy
from verifier.pipeline.pins import Pins
from verifier.records import Asserter, Snapshot, visible
from verifier.records.declaration import DataFile, Declaration, Golden, Regime
from verifier.records.terms import Kind
from verifier.store import lock, publish
from verifier.store.lock import LockedGolden
from verifier.workflows.measuring import Measurement, judged, may_run
from verifier.workflows.refusal import NotAcceptedError
from verifier.workflows.vectors import FILE

SENTENCES = (
    "The quick brown fox jumps over the lazy dog.",
    "A model is what its weights compute, whatever its card says.",
    "In 1969, two people walked on the Moon; 0.1 + 0.2 is not 0.3.",
    "def add(a, b): return a + b",
    "Der schnelle braune Fuchs springt über den faulen Hund.",
    "La souris mange le fromage, et le chat dort.",
    "No refund will be given after thirty days!!!",
    "I loved this film, although the ending was terrible.",
    "what is the capital of france",
    "e",
)
"""What goes into text models where nothing is given: kinds of text that touch different tokens."""

INPUTS, OUTPUTS = "inputs", "outputs"


def record(
    reference: str,
    named: str | Sequence[str],
    how: Measurement,
    to: Path,
    *,
    inputs: Path | None = None,
    entry: str = "",
    revision: str | None = None,
) -> tuple[str, str]:
    """Runs an accepted model and writes a folder that `verify behavior --golden` compares a later one with.

    Args:
        reference: as for `measure`.
        named: policies, as for `measure`.
        how: to run it.
        to: the folder, which is not there yet.
        inputs: a `.jsonl` of texts, or `.npy` or `.safetensors`; None takes built-in sentences.
        entry: the built-in way to run it; "" is what its files say.
        revision: branch, tag or commit of a hub reference.

    Returns:
        What was recorded, in one line, and the id of the locked model that it was pinned for, or "".

    Raises:
        NotAcceptedError: the policies do not accept it.
        RefusedError: it did not run.
        UsageError, PolicyError, SourceError: as `measure` does; or the folder is there, or inputs are none.
    """
    if to.exists():
        raise UsageError(f"{to} is there already.", "Name a folder that is not.")
    source, verdict = judged(reference, load_policy(named), how, revision)
    if not may_run(verdict):
        raise NotAcceptedError(verdict)
    files = tuple(artifact.path for artifact in source.snapshot.artifacts)
    chosen = _entry(entry or guessed(files))
    name, content = _inputs(inputs, chosen)
    vectors = Golden("recorded", (DataFile(name, _sha256(content)),), (DataFile("outputs-0.npy", ""),), Kind.TENSOR)
    declared = Declaration(regime=Regime(entry=chosen.value), golden=(vectors,), source=FILE)
    mode = sandbox.mode(allow_unsandboxed=how.allow_unsandboxed)
    bench = golden.Bench(Model(source.folder, files), lambda _: content, mode, how.bounds, _ignored)
    try:
        job = golden.job(declared, vectors, bench)
        ran = runner.run(bench.model, job, mode=mode, bounds=how.bounds)
    except (NotRun, Malformed) as error:
        raise RefusedError(f"{visible(reference)} did not run: {error}.", "Nothing was recorded.", 3) from error
    source.check_unchanged()
    _write(to, verdict.dossier.snapshot, job, ran, (name, content))
    count = len(job.texts) or len(job.tensors)
    told = f"{count} {'texts' if job.texts else 'tensors'} through {chosen}, in {mode}"
    return told, _pin(verdict.dossier.snapshot, to / FILE, how.pins)


def _pin(snapshot: Snapshot, file: Path, pins: Pins) -> str:
    """Pins the vectors where the lock holds the model at this commit, and they lie below the lock's folder.

    Returns:
        The model's id; "" where they were not pinned.
    """
    model, folder = pins.models.get(snapshot.id), pins.file.absolute().parent
    if model is None or model.commit != snapshot.commit or not file.absolute().is_relative_to(folder):
        return ""
    path = file.absolute().relative_to(folder).as_posix()
    golden = LockedGolden(path, _sha256(file.read_bytes()))
    locked = lock.read(pins.file)
    lock.write(pins.file, replace(locked, models={**locked.models, model.id: replace(model, golden=golden)}))
    return model.id


def _ignored(_name: str, _place: int, _array: tensors.Array) -> None:
    pass


def _entry(name: str) -> Entry:
    if name not in tuple(Entry):
        said = f"There is no entry {visible(name)}." if name else "The model's files do not say how to run it."
        raise UsageError(said, f"Name one with --entry: {', '.join(Entry)}.")
    return Entry(name)


def _inputs(path: Path | None, entry: Entry) -> tuple[str, bytes]:
    """Name and bytes of what goes in."""
    if path is None and entry.takes_texts:
        return f"{INPUTS}.jsonl", "".join(json.dumps(text) + "\n" for text in SENTENCES).encode()
    wanted = (".jsonl",) if entry.takes_texts else (".npy", ".safetensors")
    if path is None or path.suffix not in wanted:
        raise UsageError(f"{entry} takes inputs from a file {' or '.join(wanted)}.", "Name it with --inputs.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name another file.") from error
    return f"{INPUTS}{path.suffix}", content


def _write(to: Path, snapshot: Snapshot, job: Job, ran: runner.Ran, given: tuple[str, bytes]) -> None:
    """Writes the folder; the declaration last, without which it is none."""
    name, content = given
    try:
        to.mkdir(parents=True)
        (to / name).write_bytes(content)
        outputs = []
        for place, array in sorted(ran.outputs.items(), key=lambda one: int(one[0])):
            path = to / f"{OUTPUTS}-{place}.npy"
            tensors.save(path, array)
            outputs.append({"file": path.name, "sha256": _sha256(path.read_bytes())})
        vectors = {"id": "recorded", "inputs": [{"file": name, "sha256": _sha256(content)}], "outputs": outputs}
        subject = {
            artifact.path: digest.value
            for artifact in snapshot.artifacts
            for digest in artifact.digests
            if digest.algorithm == "sha256" and digest.by is Asserter.COMPUTED
        }
        lines = {
            "behavior": 1,
            "subject": {"sha256": subject},
            "regime": {"dtype": "f32", "runtime": [job.runtime.value], "entry": job.entry.value},
            "made": dict(ran.versions),
            "golden": [vectors],
        }
        publish(to / FILE, "".join(f"{key}: {json.dumps(value)}\n" for key, value in lines.items()))
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror}.", "Name another folder.") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""A model that a policy allows to run, run in the sandbox, and judged again with what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from verifier import sources
from verifier.behavior import golden, metrics, observation, recipes, sandbox, tensors
from verifier.behavior.recipes import Table
from verifier.behavior.runner import Job, Model, Ran, run
from verifier.errors import BudgetExceeded, UsageError
from verifier.pipeline import decide_again, load_policy, verify_source
from verifier.pipeline.examination import Progress
from verifier.pipeline.pins import Pins
from verifier.policy import Combined, DataSet, Policy, outcome_of
from verifier.records import Comparison, Coverage, Fact, Finding, Outcome, Record, Result, Verdict, visible
from verifier.records.declaration import Declaration
from verifier.records.terms import OWN, Measured
from verifier.sources.local import LocalSource
from verifier.store.memory import Memory
from verifier.workflows import vectors
from verifier.workflows.observing import observed
from verifier.workflows.screening import screen
from verifier.workflows.vectors import declared as _declared

CLAUSES = "behavior."
"""How clauses begin that judge a run; they are no reason not to make it."""

UNDECLARED = "nobody declares what it gives; `verify record` writes down what it gives today"


@dataclass(frozen=True, slots=True)
class Measurement:
    """How a model is to be run.

    Args:
        offline: use no network for what it loads; the model itself is taken from this machine in any case.
        allow_unsandboxed: a person typed that it may run where no sandbox works.
        keep: folder for what comes out; None keeps nothing.
        own: folder of golden vectors that `recording.record` made; None is the one the lock pins, if any.
        data: what data sets are called that lie here, beside those of policies; a file that is the declared one by its
            digest is found anyway.
        screens: look at the weights, too, for files hidden in them.
        bounds: of each run.
        pins: what the project's lock says.
        memory: of digests.
        progress: told how far reading is.
    """

    offline: bool = False
    allow_unsandboxed: bool = False
    keep: Path | None = None
    own: Path | None = None
    data: Mapping[str, Path] = field(default_factory=dict)
    screens: bool = False
    bounds: sandbox.Bounds = field(default_factory=sandbox.Bounds)
    pins: Pins = field(default_factory=Pins)
    memory: Memory | None = None
    progress: Progress | None = None


def measure(reference: str, named: str | Sequence[str], how: Measurement, *, revision: str | None = None) -> Verdict:
    """The verdict on a model on this machine, with what running it shows.

    Args:
        reference: folder, file, hub cache folder, or the id of a hub model that was fetched.
        named: names or paths of policies that must all accept.
        how: to run it.
        revision: branch, tag or commit of a hub reference.

    Returns:
        The verdict; where the model may not run, it says so of each thing that is declared.

    Raises:
        UsageError: there is no sandbox or no runtime, or the reference is none.
        PolicyError: the policy cannot be loaded.
        SourceError: the model is not on this machine, or changed while it ran.
    """
    chosen = load_policy(named)
    source, verdict = judged(reference, chosen, how, revision)
    declared = [*_declared(source), *golden.test_sets([artifact.path for artifact in source.snapshot.artifacts])]
    if not may_run(verdict):
        reason = f"the model is {verdict.outcome} and may not run"
        measured: list[Record] = [*golden.left(declared, reason), *metrics.left(declared, reason)]
        measured += [observation.left("the model", reason)] if chosen.asks_for_load else []
    else:
        measured = list(_measured(source, declared, chosen.data, how))
        measured += observed(source, verdict.dossier, how.bounds) if chosen.asks_for_load else ()
    gaps = list(vectors.unread(verdict.dossier))
    measured += [Comparison(Measured.GOLDEN, None, (), Result.NOT_CHECKABLE, _told(gap)) for gap in gaps]
    if not measured:
        measured = [Comparison(Measured.GOLDEN, None, (), Result.NOT_DECLARED, UNDECLARED)]
    measured += [*gaps, *(screen(source) if how.screens else ())]
    source.check_unchanged()
    return _judged_again(chosen, verdict, measured)


def observe(reference: str, named: str | Sequence[str], how: Measurement, *, revision: str | None = None) -> Verdict:
    """The verdict on a model on this machine, with what loading it shows, whatever the verdict without it.

    Args:
        reference: as for `measure`.
        named: as for `measure`.
        how: to load it; never without a sandbox.
        revision: as for `measure`.

    Raises:
        UsageError, PolicyError, SourceError: as `measure` does.
    """
    chosen = load_policy(named)
    source, verdict = judged(reference, chosen, how, revision)
    seen = list(observed(source, verdict.dossier, how.bounds))
    source.check_unchanged()
    return _judged_again(chosen, verdict, seen)


def _judged_again(chosen: Policy | Combined, verdict: Verdict, measured: Sequence[Record]) -> Verdict:
    """The verdict with what a run shows as well."""
    known = verdict.dossier
    dossier = replace(
        known,
        findings=(*known.findings, *(one for one in measured if isinstance(one, Finding))),
        coverage=tuple(dict.fromkeys((*known.coverage, *(one for one in measured if isinstance(one, Coverage))))),
        facts=(*known.facts, *(one for one in measured if isinstance(one, Fact))),
        comparisons=(*known.comparisons, *(one for one in measured if isinstance(one, Comparison))),
    )
    return decide_again(chosen, verdict, dossier)


def _told(gap: Coverage) -> str:
    return f"{gap.artifact}: {gap.reason}; what it declares was not measured"


def judged(
    reference: str, chosen: Policy | Combined, how: Measurement, revision: str | None
) -> tuple[LocalSource, Verdict]:
    """A model on this machine, and the verdict on it before it runs.

    Raises:
        UsageError, SourceError: as `measure` does.
    """
    source = sources.resolve(sources.parse(reference, revision=revision), offline=True)
    if not isinstance(source, LocalSource):
        raise UsageError(f"{visible(reference)} is not on this machine.", "Fetch it first: verify fetch REF --to DIR.")
    source.memory = how.memory
    resolve = partial(sources.resolve, offline=how.offline)
    return source, verify_source(source, chosen, resolve=resolve, progress=how.progress, pins=how.pins)


def may_run(verdict: Verdict) -> bool:
    """Whether nothing but the lack of a run keeps a model from being accepted, and all it loads is."""
    own = [one for one in verdict.decisions if not one.clause.rpartition(": ")[2].startswith(CLAUSES)]
    return outcome_of(own) is Outcome.ACCEPTED and all(map(may_run, verdict.dependencies))


def _measured(
    source: LocalSource, declared: Sequence[Declaration], named: Sequence[tuple[str, DataSet]], how: Measurement
) -> Iterator[Fact | Comparison]:
    files = tuple(artifact.path for artifact in source.snapshot.artifacts)
    folder = how.own or vectors.pinned(how.pins, source.snapshot.id)
    own = vectors.source(folder) if folder is not None else None
    recorded = _declared(own) if own is not None else []
    data = _tables(declared, named, how.data)
    if any(one.golden for one in (*declared, *recorded)):
        mode = sandbox.mode(allow_unsandboxed=how.allow_unsandboxed)
        bench = golden.Bench(Model(source.folder, files), partial(read, source), mode, how.bounds, _keeper(how.keep))
        yield from golden.measure(declared, bench)
        if own is not None:
            yield from golden.measure(recorded, replace(bench, read=partial(read, own), who=OWN))

    yield from metrics.measure(declared, data, Model(source.folder, files), runs(how), partial(read, source))


def runs(how: Measurement) -> metrics.Run:
    """What runs a model in the sandbox."""

    def ran(model: Model, job: Job) -> Ran:
        return run(model, job, mode=sandbox.mode(allow_unsandboxed=how.allow_unsandboxed), bounds=how.bounds)

    return ran


def _tables(
    declared: Sequence[Declaration], named: Sequence[tuple[str, DataSet]], given: Mapping[str, Path]
) -> dict[str, Table]:
    """Data sets by what they are called and by their digests.

    Args:
        declared: what may be measured; data sets of policies are read where something declares them.
        named: by policies.
        given: by who asks; they go before what policies say of where a data set lies.

    Raises:
        UsageError: one cannot be read, or is not the one a policy names.
    """
    tables = {name: recipes.load(path) for name, path in given.items()}
    wanted = {word for one in declared for metric in one.metrics for word in (metric.data.name, metric.data.sha256)}
    for name, entry in named:
        if name in tables or wanted & {name, entry.sha256}:
            tables[name] = tables.get(name) or recipes.load(Path(entry.path))
            _check_named(name, entry, tables[name])
    return {**tables, **{table.sha256: table for table in tables.values()}}


def _check_named(name: str, entry: DataSet, table: Table) -> None:
    if table.sha256 != entry.sha256:
        raise UsageError(
            f"{table.name} is not the data set {visible(name)} of the policy: its SHA-256 is {table.sha256}, not "
            f"{entry.sha256}.",
            "Get that file again or, if the new one was reviewed, correct [data].",
        )


def read(source: LocalSource, path: str) -> bytes:
    """The bytes of a file of data.

    Raises:
        BudgetExceeded: it is too large.
        SourceError: it cannot be read.
    """
    with source.open(path) as reader:
        if reader.size > tensors.MAX_BYTES:
            raise BudgetExceeded(f"{path} has more than {tensors.MAX_BYTES} bytes")
        return reader.read_at(0, reader.size)


def _keeper(folder: Path | None) -> golden.Keep:
    """What writes arrays as `<vectors>-<output>.npy`."""

    def keep(name: str, place: int, array: tensors.Array) -> None:
        if folder is None:
            return
        plain = "".join(char if char.isalnum() or char in "-_" else "_" for char in name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tensors.save(folder / f"{plain}-{place}.npy", array)
        except OSError as error:
            raise UsageError(f"{folder} cannot be written: {error.strerror}.", "Name another folder.") from error

    return keep

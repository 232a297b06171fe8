"""`verify lock`: what its commands do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from verifier.cli import _configuration, _terminal
from verifier.cli.model import Request, told_why
from verifier.errors import RefusedError, UsageError
from verifier.policy import presets
from verifier.records import visible
from verifier.store import lock as store
from verifier.store.lock import Lock, LockedModel
from verifier.workflows import locking
from verifier.workflows.refusal import accepted


def add(references: Sequence[str], request: Request, file: Path | None) -> int:
    """Locks models that are accepted.

    Raises:
        NotAcceptedError: one is not; those before it are locked.
        UsageError, PolicyError, SourceError: see `verifier.pipeline.verify_model` and `store.lock`.
    """
    path = place(file)
    lock = store.read(path)
    for reference in references:
        with told_why():
            models = locking.entries(accepted(request.verdict(reference)), reference)
        lock = locking.added(lock, models)
        store.write(path, lock)
        _terminal.write("".join(f"locked {line(model)}\n" for model in models.values()))
    return 0


def check(names: Sequence[str], folder: Path | None, file: Path | None, *, quiet: bool) -> int:
    """Tells of each locked model whether its files here are the locked ones: 0, else 1, or 3 if some are only missing.

    Raises:
        UsageError: there is nothing to check, or a folder is given for several models.
        SourceError: a file cannot be read.
    """
    from verifier.sources import hub

    path = place(file)
    models = chosen(path, names)
    if folder is not None and len(models) != 1:
        raise UsageError("--dir is for one model.", "Name the model that lies there.")
    worst = 0
    for model in models:
        lies = folder or hub.cached(model.id).folder / "snapshots" / model.commit
        faults = (*checked(model, lies, quiet=quiet), *_vectors(path, model))
        kinds = {fault.kind for fault in faults}
        worst = worst if not kinds else 1 if worst == 1 or kinds - {"missing"} else 3
        _terminal.write(f"{'ok' if not faults else 'missing' if kinds == {'missing'} else 'differs'}  {line(model)}\n")
        _terminal.write("".join(f"    {fault.kind}  {visible(fault.path, 500)}\n" for fault in faults if not quiet))
    return worst


def _vectors(path: Path, model: LockedModel) -> Iterator[locking.Fault]:
    """What is wrong with the golden vectors that the lock pins."""
    from verifier.workflows import vectors

    if model.golden is not None and (fault := vectors.standing(path, model.golden)):
        yield locking.Fault(model.golden.path, fault)


def update(
    names: Sequence[str],
    policy: str | None,
    file: Path | None,
    *,
    quiet: bool,
    rollback: bool = False,
    write: bool = True,
) -> int:
    """Shows what changed since models were locked, and locks what is there now.

    Raises:
        NotAcceptedError: what is there now is not accepted.
        RefusedError: it does not build on the locked commit, and `rollback` is not set.
        UsageError, PolicyError, SourceError: see `verifier.pipeline.verify_model` and `store.lock`.
    """
    path = place(file)
    lock = store.read(path)
    for model in chosen(path, names):
        if model.reference is None:
            continue
        request = Request(policy_for(model, policy), None, offline=False, quiet=quiet, pinning=True)
        with told_why():
            new = locking.entries(accepted(request.verdict(model.reference)), model.reference)
        _terminal.write(f"{line(new[model.id])}\n")
        for name in sorted(new):
            _show(lock, new[name])
        if write and not rollback:
            _refuse_rollback(model, new[model.id])
        lock = locking.added(lock, new)
        if write:
            store.write(path, lock)
    return 0


def audit(names: Sequence[str], policy: str | None, file: Path | None, *, isolated: bool, quiet: bool) -> int:
    """Tells which locked models records of known-bad ones are about: 0, else 1, or 3 where it is not certain.

    Raises:
        UsageError: the policy names no records, or there is nothing to audit.
        SourceError: records cannot be obtained or relied on.
    """
    from verifier.pipeline import load_policy
    from verifier.workflows import advisories
    from verifier.workflows.signature import now

    models = chosen(place(file), names)
    chosen_policies = _configuration.policies([policy] if policy else None, isolated=isolated)
    wanted = load_policy(chosen_policies).advisories
    if not wanted:
        named = ", ".join(chosen_policies)
        raise UsageError(f"The policy {named} names no records of known-bad models.", "Add a table [advisories] to it.")
    known = advisories.load(wanted, now())
    found = list(advisories.matches(models, known))
    for match in found:
        what = "known-bad" if match.certain else "undecided"
        summary = f": {visible(match.advisory.summary, 200)}" if match.advisory.summary else ""
        _terminal.write(f"{what}  {match.model}  {visible(match.advisory.id, 100)}{summary}\n    {match.reason}\n")
    if not quiet:
        _terminal.write(f"{len(models)} locked models were held against {len(known)} records\n")
    return 1 if any(match.certain for match in found) else 3 if found else 0


def remove(names: Sequence[str], file: Path | None) -> int:
    """Removes models from the lock.

    Raises:
        UsageError: see `locking.removed` and `store.lock`.
    """
    path = place(file)
    before = store.read(path)
    after = locking.removed(before, list(names))
    store.write(path, after)
    gone = sorted(set(before.models) - set(after.models))
    _terminal.write("".join(f"removed {name}\n" for name in gone))
    return 0


def place(file: Path | None) -> Path:
    """The lock that is meant."""
    return file or store.nearest(Path.cwd())


def policy_for(model: LockedModel, named: str | None) -> tuple[str, ...]:
    """The policies a locked model must be accepted by now: those named, else the shipped one it was locked under."""
    name = named or (model.policy if model.policy in presets() else None)
    return _configuration.policies([name] if name else None)


def chosen(path: Path, names: Sequence[str]) -> list[LockedModel]:
    """The named models of a lock, or all.

    Raises:
        UsageError: the lock lacks one, or has none at all.
    """
    lock = store.read(path)
    if not lock.models:
        raise UsageError(f"{path} locks no models.", "Add one with `verify add org/name`.")
    return [locking.found(lock, name) for name in names or sorted(lock.models)]


def checked(model: LockedModel, folder: Path, *, quiet: bool) -> tuple[locking.Fault, ...]:
    """What differs between a folder and a locked model; progress shows on standard error."""
    progress = _terminal.Progress(quiet=quiet)
    try:
        return locking.check(model.snapshot(), folder, progress)
    finally:
        progress.clear()


def line(model: LockedModel) -> str:
    """A model in one line."""
    return f"{model.id}@{model.commit}  {len(model.files)} files, {sum(f.size for f in model.files.values())} bytes"


def _show(lock: Lock, new: LockedModel) -> None:
    old = lock.models.get(new.id)
    lines = ["newly loaded"] if old is None else list(locking.changes(old, new).lines())
    indent = "    " if new.reference else f"    {new.id}: "
    _terminal.write("".join(f"{indent}{text}\n" for text in lines or ["unchanged"]))


def _refuse_rollback(old: LockedModel, new: LockedModel) -> None:
    if not locking.goes_forward(old, new):
        raise RefusedError(
            f"{old.id}: the locked commit {old.commit} is not in the history of {new.commit}: it was taken back.",
            "If that is known and meant, add --allow-rollback.",
        )

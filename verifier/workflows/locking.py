"""From verdicts to a lock, and from a lock to what differs: from the files here, or from what the hub has now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock as Mutex

from verifier import sources
from verifier._version import __version__
from verifier.errors import NotFoundError, RefusedError, UsageError
from verifier.pipeline.examination import Progress
from verifier.records import Fact, Reference, Snapshot, SourceKind, Standing, Verdict, visible
from verifier.records.canonical import verdict_digest
from verifier.sources import Source
from verifier.sources.arrived import arrived
from verifier.store.lock import Lock, LockedFile, LockedModel

CHUNK = 4 << 20
"""Bytes asked for at a time where a file must be read through to learn its digest."""


def entries(verdict: Verdict, asked: str | None) -> dict[str, LockedModel]:
    """What a lock says of an accepted model and of those it loads; id to model.

    Args:
        verdict: accepted.
        asked: the reference the model was asked for by; None for what another one loads.

    Raises:
        UsageError: the model is no repository of a hub.
        SourceError: a file whose SHA-256 nobody gives cannot be read.
    """
    snapshot = verdict.dossier.snapshot
    if snapshot.commit is None or snapshot.reference.kind not in (SourceKind.HUB, SourceKind.CACHE):
        raise UsageError(f"{visible(snapshot.id)} is no repository of a hub.", "Lock org/name, or a hub cache folder.")
    found: dict[str, LockedModel] = {}
    for dependency in verdict.dependencies:
        found |= entries(dependency, None)
    model = LockedModel(
        id=snapshot.id,
        commit=snapshot.commit,
        reference=asked,
        loads=tuple(sorted(dependency.dossier.snapshot.id for dependency in verdict.dependencies)),
        policy=verdict.policy.name,
        policy_digest=verdict.policy.digest,
        verdict_digest=verdict_digest(verdict),
        stage=verdict.stage,
        signers=tuple(
            sorted({claim.who for claim in verdict.dossier.claims if _is_signature(claim.channel, claim.standing)})
        ),
        rules=tuple(sorted({finding.rule for finding in verdict.dossier.findings})),
        claims=_declared(verdict),
        files=_files(verdict),
        locked=datetime.now(UTC).replace(microsecond=0),
        tool=__version__,
    )
    return {**found, model.id: model}


def _is_signature(channel: str, standing: Standing) -> bool:
    return channel == "signature" and standing is Standing.VERIFIED


def _declared(verdict: Verdict) -> dict[str, str]:
    found: dict[str, str] = {}
    for claim in verdict.dossier.claims:
        if claim.channel == "model-card" and claim.standing is not Standing.ABSENT:
            value = claim.value if isinstance(claim.value, tuple) else (claim.value,)
            found[claim.kind] = ", ".join(map(str, value))
    return found


def _files(verdict: Verdict) -> dict[str, LockedFile]:
    """Every file with its SHA-256: as computed, else as the hub claims it, else by reading the file through."""
    snapshot = verdict.dossier.snapshot
    known = {fact.evidence.artifact: digest for fact in verdict.dossier.facts if (digest := _sha256(fact))}
    digests: dict[str, str | None] = {}
    for artifact in snapshot.artifacts:
        claimed = (digest.value for digest in artifact.digests if digest.algorithm == "sha256")
        digests[artifact.path] = known.get(artifact.name) or next(claimed, None)
    unknown = [path for path, digest in digests.items() if digest is None]
    read = _read_through(snapshot, unknown) if unknown else {}
    return {a.path: LockedFile(digests[a.path] or read[a.path], a.size) for a in snapshot.artifacts}


def _sha256(fact: Fact) -> str | None:
    if fact.kind != "digest" or not isinstance(fact.value, tuple) or fact.value[0] != "sha256":
        return None
    return str(fact.value[1])


def _read_through(snapshot: Snapshot, paths: list[str]) -> dict[str, str]:
    pinned = Reference(snapshot.reference.text, snapshot.reference.kind, snapshot.reference.location, snapshot.commit)
    source = sources.resolve(pinned)
    found: dict[str, str] = {}
    for path in paths:
        state = hashlib.sha256()
        with source.open(path) as handle:
            for offset in range(0, handle.size, CHUNK):
                state.update(handle.read_at(offset, CHUNK))
        found[path] = state.hexdigest()
    return found


def added(lock: Lock, models: Mapping[str, LockedModel]) -> Lock:
    """The lock with models put in; one that says nothing new keeps the time it was locked."""
    merged = dict(lock.models)
    for name, model in models.items():
        old = merged.get(name)
        merged[name] = _kept(old, model) if old is not None else model
    return Lock(_needed(merged))


def _kept(old: LockedModel, new: LockedModel) -> LockedModel:
    asked = replace(new, reference=new.reference or old.reference, golden=new.golden or old.golden)
    return old if replace(asked, locked=old.locked, tool=old.tool) == old else asked


def removed(lock: Lock, names: list[str]) -> Lock:
    """The lock without models, and without what only they load.

    Raises:
        UsageError: one of them is not in it, or is loaded by one that stays.
    """
    for name in names:
        found(lock, name)
    left = _needed({name: model for name, model in lock.models.items() if name not in names})
    for name, model in left.items():
        if missing := sorted(set(model.loads) & set(names)):
            raise UsageError(f"{name} loads {missing[0]}, which can only go with it.", f"Remove {name} too.")
    return Lock(left)


def found(lock: Lock, name: str) -> LockedModel:
    """The model of that id.

    Raises:
        UsageError: the lock has none.
    """
    if name not in lock.models:
        raise UsageError(f"The lock has no model {visible(name)}.", f"Add it with `verify add {visible(name)}`.")
    return lock.models[name]


def elsewhere(model: LockedModel, revision: str) -> RefusedError:
    """That a model is asked for at another revision than the locked one."""
    return RefusedError(
        f"{model.id} is locked at another commit than {visible(revision)}: {model.commit}.", "Ask for that one."
    )


def _needed(models: Mapping[str, LockedModel]) -> dict[str, LockedModel]:
    """Models that were asked for, and those they load."""
    needed: set[str] = set()
    pending = [name for name, model in models.items() if model.reference is not None]
    while pending:
        name = pending.pop()
        if name in models and name not in needed:
            needed.add(name)
            pending += models[name].loads
    return {name: models[name] for name in models if name in needed}


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not what the lock says.

    Args:
        path: of the file.
        kind: `changed`, `missing` or `extra`.
    """

    path: str
    kind: str


def misplaced(claimed: Snapshot, source: Source) -> tuple[Fault, ...]:
    """Files that are missing, too many, or of another size than claimed; nothing is read."""
    sizes = {artifact.path: artifact.size for artifact in source.snapshot.artifacts}
    expected = {artifact.path: artifact.size for artifact in claimed.artifacts}
    refused = {gap.artifact for gap in source.coverage} - {artifact.name for artifact in claimed.artifacts}
    return tuple(
        [Fault(path, "changed") for path, size in expected.items() if sizes.get(path, size) != size]
        + [Fault(path, "missing") for path in expected if path not in sizes]
        + [Fault(path, "extra") for path in sorted((set(sizes) - set(expected)) | refused)]
    )


def check(claimed: Snapshot, folder: Path, progress: Progress | None = None) -> tuple[Fault, ...]:
    """What differs between a folder and what it is to hold; every file is hashed.

    Args:
        claimed: each file with its SHA-256.
        folder: where the files lie.
        progress: told how far hashing is.

    Raises:
        SourceError: a file cannot be read.
    """
    try:
        source = arrived(claimed, folder)
    except NotFoundError:
        return tuple(Fault(artifact.path, "missing") for artifact in claimed.artifacts)
    faults = misplaced(claimed, source)
    wrong = {fault.path for fault in faults}
    digests = {a.path: {(digest.algorithm, digest.value) for digest in a.digests} for a in claimed.artifacts}
    present = [path for path in digests if path not in wrong]
    total, done, mutex = sum(artifact.size for artifact in claimed.artifacts), [0], Mutex()

    def changed(path: str) -> bool:
        def told(count: int) -> None:
            with mutex:
                done[0] += count
            if progress is not None:
                progress(path, done[0], total)

        with source.open(path) as handle:
            return not digests[path] <= {(digest.algorithm, digest.value) for digest in handle.digests(told)}

    with ThreadPoolExecutor() as pool:
        differs = pool.map(changed, present)
        return (*faults, *(Fault(path, "changed") for path, differ in zip(present, differs, strict=True) if differ))


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between a model as it is locked and as it would be; each part name to (before, after)."""

    files: Mapping[str, tuple[LockedFile | None, LockedFile | None]]
    rules: Mapping[str, tuple[bool, bool]]
    claims: Mapping[str, tuple[str | None, str | None]]
    commit: tuple[str, str]

    def lines(self) -> Iterator[str]:
        """For people: `+` what is new, `-` what is gone, `~` what is another."""
        if self.commit[0] != self.commit[1]:
            yield f"commit {self.commit[0]} -> {self.commit[1]}"
        for path, (before, after) in self.files.items():
            sizes = " -> ".join(f"{file.size} bytes" for file in (before, after) if file is not None)
            yield f"{_sign(before, after)} file {visible(path, 500)} ({sizes})"
        for rule, (was, _) in self.rules.items():
            yield f"{'-' if was else '+'} rule {rule}"
        for kind, (old, new) in self.claims.items():
            texts = " -> ".join(visible(text, 200) for text in (old, new) if text is not None)
            yield f"{_sign(old, new)} claim {kind}: {texts}"


def _sign(before: object, after: object) -> str:
    return "+" if before is None else "-" if after is None else "~"


def changes(old: LockedModel, new: LockedModel) -> Changes:
    """What differs between two states of a model."""
    files = {p: (old.files.get(p), new.files.get(p)) for p in sorted({*old.files, *new.files})}
    claims = {k: (old.claims.get(k), new.claims.get(k)) for k in sorted({*old.claims, *new.claims})}
    rules = {r: (r in old.rules, r in new.rules) for r in sorted({*old.rules} ^ {*new.rules})}
    return Changes(
        {path: pair for path, pair in files.items() if pair[0] != pair[1]},
        rules,
        {kind: texts for kind, texts in claims.items() if texts[0] != texts[1]},
        (old.commit, new.commit),
    )


def goes_forward(old: LockedModel, new: LockedModel) -> bool:
    """Whether the hub lists the locked commit among those the new one builds on.

    Raises:
        SourceError: the history cannot be obtained.
    """
    from verifier.sources import hub

    return old.commit == new.commit or hub.descends(new.id, new.commit, old.commit)


def describe(faults: tuple[Fault, ...], most: int = 3) -> str:
    """Faults in a few words."""
    shown = [f"{visible(fault.path, 200)} {_SAID[fault.kind]}" for fault in faults[:most]]
    return ", ".join(shown) + (f" and {len(faults) - most} more" if len(faults) > most else "")


_SAID = {"changed": "is not what is locked", "missing": "is missing", "extra": "is not in the lock"}

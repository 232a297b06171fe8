"""From a reference to verified files on this machine: verdict, quarantine, verdict again, publication.

1. The verdict over ranges. Rejected is the end; undecided only for want of bytes goes on.
2. The admitted files, and those of what the model loads, come into quarantine through the hub's client, hashed on the
   way and held against what the hub and the lock promise, and against the ranges that were inspected.
3. The verdict on the bytes that arrived.
4. Accepted files move to their place, all contents before anything that names them.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from threading import Lock as Mutex

from verifier import sources
from verifier.errors import NotFoundError, OfflineError, RefusedError, SourceError, UsageError
from verifier.pipeline import load_policy, verify_source
from verifier.pipeline.examination import Progress
from verifier.pipeline.pins import Pins
from verifier.policy import Combined, Policy
from verifier.records import Artifact, Reference, Snapshot, SourceKind, Verdict, visible
from verifier.sources import FETCHED, Source
from verifier.sources.arrived import arrived
from verifier.sources.ranged import RangedSource
from verifier.store.lock import Lock
from verifier.workflows.refusal import NotAcceptedError, accepted
from verifier.workflows.selection import Selection, closure, select
from verifier.workflows.transfer import Transfer

MAX_BYTES = 16 << 30
"""Bytes brought here, unless told otherwise, of models the ranges left undecided."""

WORKERS = 4
"""Files brought here side by side."""


class Use(StrEnum):
    """What a lock is to a fetch."""

    HELD = "held"
    """Files are held against it."""
    EXACT = "exact"
    """Its files come here, instead of those the policy admits, and of what the model loads the commits it pins."""
    WRITTEN = "written"
    """What is accepted will be in it, and need not be yet."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model on this machine.

    Args:
        verdict: on the bytes that are here.
        folder: that holds them.
        left_out: paths of files that were not brought here.
    """

    verdict: Verdict
    folder: Path
    left_out: tuple[str, ...]


@dataclass
class _Remote:
    """The repositories of one run as the hub shows them, each resolved once; at the commits of a lock, if given."""

    lock: Lock | None = None
    known: dict[tuple[str, str | None], Source] = field(default_factory=dict)

    def __call__(self, reference: Reference) -> Source:
        asked = reference.location, reference.revision
        if asked not in self.known:
            self.known[asked] = sources.resolve(self._pinned(reference), fetched=FETCHED)
        return self.known[asked]

    def _pinned(self, reference: Reference) -> Reference:
        if self.lock is None:
            return reference
        if reference.location not in self.lock.models:
            raise NotFoundError(
                f"{visible(reference.location)} is not in the lock.", "Add the model that loads it again."
            )
        return replace(reference, revision=self.lock.models[reference.location].commit)

    def transfer(self, selection: Selection, lock: Lock, to: Path | None) -> Transfer:
        """The way of one repository here; what it was asked for by stands for its commit from then on."""
        snapshot = selection.verdict.dossier.snapshot
        asked = {revision: one for (_, revision), one in self.known.items() if _same(one.snapshot, snapshot)}
        source = next(iter(asked.values()))
        if not isinstance(source, RangedSource):
            raise OfflineError(
                f"{snapshot.id} is in the hub's cache, and nothing is fetched while HF_HUB_OFFLINE is set.",
                f"Verify it there with `verify {snapshot.id} --offline`, or unset HF_HUB_OFFLINE.",
            )
        refs = sorted({revision or "main" for revision in asked} - {snapshot.commit or ""})
        return Transfer(selection, source, refs, lock, to)


def _same(one: Snapshot, other: Snapshot) -> bool:
    return (one.id, one.commit) == (other.id, other.commit)


def fetch(
    text: str,
    policy: str | Path | Sequence[str | Path] = "default",
    *,
    revision: str | None = None,
    to: Path | None = None,
    lock: Lock | None = None,
    use: Use = Use.HELD,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
) -> Fetched:
    """Brings a model of the hub here, if the policy accepts it before and after, and publishes it.

    Args:
        text: a hub reference.
        policy: name of a shipped policy, or path of a policy file; of several all must accept.
        revision: branch, tag or commit, if the text names none.
        to: folder to make of it; None publishes into the hub's cache, with what the model loads.
        lock: digests the files must have, of models it holds at the same commit.
        use: what else the lock is to this run.
        max_bytes: that may be brought here of a model the ranges left undecided.
        progress: told how far it is.

    Raises:
        UsageError, PolicyError: see `verifier.pipeline.verify_model`; or the folder is not empty.
        NotAcceptedError: the verdict is not accepted.
        RefusedError: the bytes that arrived are not those promised, or not those inspected.
        SourceError: the model cannot be brought here; what arrived stays in quarantine for the next attempt.
    """
    reference = sources.parse(text, revision=revision)
    if reference.kind is not SourceKind.HUB:
        raise UsageError(f"{visible(text)} is no model of a hub.", "Only those are fetched: org/name.")
    if to is not None and to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageError(f"{to} is there already and not an empty folder.", "Name another folder.")
    rules = load_policy(policy)
    lock = lock or Lock()
    exact = lock if use is Use.EXACT else None
    remote = _Remote(exact)
    before = verify_source(
        remote(reference), rules, resolve=remote, progress=progress, pins=Pins(lock.models, writing=use is Use.WRITTEN)
    )
    chosen = _chosen(before, exact, max_bytes)
    if to is not None:
        chosen = chosen[-1:]
    with ExitStack() as stack:
        transfers = [remote.transfer(one, lock, to) for one in chosen]
        for transfer in sorted(transfers, key=lambda transfer: transfer.snapshot.id):
            stack.enter_context(transfer.alone())
        _make_room(transfers)
        _transfer_all(transfers, progress)
        verdict = _confirmed(transfers, remote, rules, progress, Pins(writing=use is Use.WRITTEN))
        for transfer in transfers:
            transfer.publish()
    return Fetched(verdict, transfers[-1].place, chosen[-1].left_out)


def _chosen(verdict: Verdict, lock: Lock | None, max_bytes: int) -> list[Selection]:
    chosen = [select(one) for one in closure(verdict)]
    if lock is not None:
        chosen = [_restricted(one, lock) for one in chosen]
    hopeful, total = any(one.hopeful for one in chosen), sum(one.size for one in chosen)
    if hopeful and total > max_bytes:
        raise NotAcceptedError(verdict)
    return chosen


def _restricted(selection: Selection, lock: Lock) -> Selection:
    """What is locked of a repository, all of which must be there."""
    listed = selection.verdict.dossier.snapshot
    wanted = lock.models[listed.id].files
    files = tuple(artifact for artifact in listed.artifacts if artifact.path in wanted)
    if gone := sorted(set(wanted) - {artifact.path for artifact in files}):
        raise RefusedError(
            f"{listed.id}@{listed.commit}: the hub has no {gone[0]}, which is locked.", "Check HF_ENDPOINT."
        )
    return replace(selection, files=files, left_out=tuple(a.path for a in listed.artifacts if a.path not in wanted))


def _make_room(transfers: list[Transfer]) -> None:
    """Drops what earlier attempts brought and this one does not want, and looks whether the rest has room."""
    for transfer in transfers:
        transfer.quarantine.keep_only(artifact.path for artifact in transfer.snapshot.artifacts)
    needed = sum(transfer.needed() for transfer in transfers)
    free = shutil.disk_usage(transfers[0].quarantine.folder).free
    if needed > free:
        raise SourceError(
            f"{needed} bytes are to come, and the disk has room for {free}.", "Make room, or name another."
        )


def _transfer_all(transfers: list[Transfer], progress: Progress | None) -> None:
    work = [(transfer, artifact) for transfer in transfers for artifact in transfer.snapshot.artifacts]
    total, done, mutex = sum(artifact.size for _, artifact in work), [0], Mutex()
    failures: list[BaseException] = []

    def take(one: tuple[Transfer, Artifact]) -> None:
        def told(count: int) -> None:
            if failures:
                raise failures[0]
            with mutex:
                done[0] += count
            if progress is not None:
                progress(one[1].path, done[0], total)

        try:
            one[0].take(one[1], told)
        except BaseException as error:
            failures.append(error)
            raise

    with ThreadPoolExecutor(WORKERS) as pool:
        pending = [pool.submit(take, one) for one in work]
        for future in as_completed(pending):
            if future.exception() is not None:
                pool.shutdown(cancel_futures=True)
                break
    if failures:
        raise failures[0]


def _confirmed(
    transfers: list[Transfer], remote: _Remote, policy: Policy | Combined, progress: Progress | None, pins: Pins
) -> Verdict:
    """The verdict on the bytes that arrived, which the lock's digests came with already.

    A quarantine whose bytes are not accepted is emptied.
    """
    local = [(transfer.snapshot, arrived(transfer.snapshot, transfer.quarantine.files)) for transfer in transfers]

    def resolve(reference: Reference) -> Source:
        listed = remote(reference)
        return next((source for snapshot, source in local if _same(snapshot, listed.snapshot)), listed)

    verdict = verify_source(local[-1][1], policy, resolve=resolve, progress=progress, pins=pins)
    try:
        return accepted(verdict)
    except NotAcceptedError:
        for transfer in transfers:
            transfer.quarantine.discard()
        raise

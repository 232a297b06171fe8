"""Claims of a snapshot, and the short line that only asks who signed it: nothing is inspected, nothing decided."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from verifier import claims, formats, sources
from verifier.crosschecks import digests as comparison
from verifier.errors import PolicyError
from verifier.formats import HEAD, Limits, Probe
from verifier.pipeline.examination import Examiner, Progress, side_by_side
from verifier.pipeline.inspection import WHOLE, guarded
from verifier.policy import Combined, Policy
from verifier.records import (
    Artifact,
    Claim,
    Comparison,
    Coverage,
    Dossier,
    Fact,
    Finding,
    Reader,
    Record,
    Snapshot,
    visible,
)
from verifier.records.trust import Trust

_ABOUT_DIGESTS = ("digests", "signatures")


def collect_claims(
    source: sources.Source, snapshot: Snapshot, trust: Trust, only: Collection[str] = ()
) -> list[Record]:
    """What is asserted about a snapshot; a collector that fails becomes Coverage.

    Args:
        source: whose files.
        snapshot: as far as it is known.
        trust: what signatures are judged by.
        only: names of the modules that collect; empty is all there are.
    """
    collected: list[Record] = []
    with ExitStack() as opened:

        def open_file(path: str) -> Reader:
            return opened.enter_context(source.open(path))

        for module in claims.modules():
            name = module.__name__.rpartition(".")[2]
            if not only or name in only:
                collected += guarded(partial(module.collect, snapshot, open_file, trust), WHOLE, name)
    return collected


def readable(rules: Policy | Combined) -> Policy | Combined:
    """The rules, if what they trust signers by can be read.

    Raises:
        PolicyError: it cannot.
    """
    for signer in rules.signers:
        from verifier.claims._signing import signers

        if flaw := signers.unreadable(signer):
            raise PolicyError(
                f"Nobody is {visible(signer.name)} of [[signers]]: {flaw}.", "`verify trust add` writes it."
            )
    return rules


def authenticate(
    reference: str,
    trust: Trust,
    *,
    offline: bool = False,
    everything: bool = True,
    progress: Progress | None = None,
) -> Dossier:
    """Who signed a model, and whether its bytes are those signed.

    Args:
        reference: as for `verify_model`.
        trust: whom to trust, and the time.
        offline: use no network.
        everything: look at files no loader reads too, which signatures cover.
        progress: told how far reading is.

    Returns:
        Claims, facts and comparisons about signatures and digests; no inspection.

    Raises:
        UsageError: the reference is ambiguous or not one.
        SourceError: the model cannot be resolved.
    """
    limits = Limits()
    asked = sources.parse(reference)
    source = sources.resolve(asked, offline=offline, fetched=limits.fetched, everything=everything)
    examiner = Examiner(source, limits, progress)
    results = side_by_side(examiner.identify, source.snapshot.artifacts, os.cpu_count() or 1)
    snapshot = replace(source.snapshot, artifacts=tuple(result.artifact for result in results))
    records = [*source.findings, *source.coverage, *(record for result in results for record in result.records)]
    collected = collect_claims(source, snapshot, trust, _ABOUT_DIGESTS)
    if any(isinstance(record, Finding) for record in collected):  # what is not covered depends on what it is
        snapshot = replace(snapshot, artifacts=tuple(_recognized(source, one) for one in snapshot.artifacts))
        collected = collect_claims(source, snapshot, trust, _ABOUT_DIGESTS)
    dossier = _dossier(snapshot, [*records, *collected])
    return _dossier(snapshot, [*records, *collected, *comparison.check(dossier)])


def _recognized(source: sources.Source, artifact: Artifact) -> Artifact:
    with source.open(artifact.path) as reader:
        probe = Probe(artifact.file_name.lower(), artifact.size, reader.read_at(0, HEAD), reader)
        return replace(artifact, formats=tuple(module.FORMAT.id for module in formats.candidates(probe)))


def _dossier(snapshot: Snapshot, records: list[Record]) -> Dossier:
    return Dossier(
        snapshot,
        findings=tuple(record for record in records if isinstance(record, Finding)),
        facts=tuple(record for record in records if isinstance(record, Fact)),
        claims=tuple(record for record in records if isinstance(record, Claim)),
        comparisons=tuple(record for record in records if isinstance(record, Comparison)),
        coverage=tuple(record for record in records if isinstance(record, Coverage)),
    )

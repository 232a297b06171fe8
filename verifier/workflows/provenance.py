"""What a program wrote, linked to the models it had: SLSA provenance v1 (https://slsa.dev/spec/v1.0/provenance)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from verifier._version import __version__
from verifier.errors import UsageError
from verifier.pipeline.authentication import authenticate
from verifier.records import visible
from verifier.records.canonical import Plain, canonical_bytes
from verifier.records.trust import Trust
from verifier.reports import _attestation as terms
from verifier.reports._package import purl
from verifier.store.files import publish
from verifier.store.lock import LockedModel
from verifier.workflows.attestation import computed, seal
from verifier.workflows.sign import Hand

PREDICATE = "https://slsa.dev/provenance/v1"
BUILD = "urn:model-verify:run"
"""The predicate's `buildType`: a program run by `verify run`; its parameter is the command."""

NAME = "provenance.intoto.json"
"""The statement's file among those it is about."""


def empty(folder: Path) -> Path:
    """The folder, once it is sure that all it will hold is what the program writes.

    Raises:
        UsageError: it holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{visible(str(folder))} is there already: what the program did not write would be attested as its work.",
            "Name a new folder after --attest.",
        )
    return folder


def write(
    folder: Path,
    command: Sequence[str],
    loaded: Mapping[str, tuple[LockedModel, Sequence[str]]],
    times: tuple[datetime, datetime],
    hand: Hand | None = None,
) -> Path:
    """Writes the statement beside the files it is about.

    Args:
        folder: what the program wrote into.
        command: the program and its arguments.
        loaded: by package URL, each model the program had, and which of its files it read.
        times: when the program began and ended, UTC.
        hand: what signs the statement, if anything.

    Raises:
        UsageError: the program wrote nothing there, or the statement cannot be written.
        SourceError: a file cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"The program wrote nothing to {visible(str(folder))}.", "Name the folder it writes to.")
    dossier = authenticate(str(folder.absolute()), Trust(times[1]), offline=True)
    files = computed(dossier.snapshot)
    if dossier.coverage or not all(files.values()):
        raise UsageError(f"Some of {visible(str(folder))} cannot be read, so that nothing is attested.")
    statement: Plain = {
        "_type": terms.STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in files.items()],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD,
                "externalParameters": {"command": [*command]},
                "internalParameters": {},
                "resolvedDependencies": [_dependency(uri, *one) for uri, one in sorted(loaded.items())],
            },
            "runDetails": {
                "builder": {"id": terms.VERIFIER, "version": {"model-verify": __version__}},
                "metadata": {"startedOn": _told(times[0]), "finishedOn": _told(times[1])},
            },
        },
    }
    text = canonical_bytes(statement).decode("ascii") + "\n"
    target = folder / NAME
    try:
        publish(target, seal(text, hand) if hand is not None else text)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.", "Check the disk.") from error
    return target


def named(model: LockedModel) -> str:
    """The model's package URL, with its commit."""
    return purl(model.snapshot())


def _dependency(uri: str, model: LockedModel, read: Sequence[str]) -> Plain:
    files: dict[str, Plain] = {path: model.files[path].sha256 for path in sorted(read)}
    return {"uri": uri, "digest": {"gitCommit": model.commit}, "annotations": {"policy": model.policy, "files": files}}


def _told(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")

"""`models.lock`: which models a project uses, each at one commit, with the SHA-256 of every file.

The file is TOML, reviewed in version control: models and files sorted, one line a file, equal content equal bytes. It
records what was decided and never grants trust: its digests are claims. `version` changes when older readers would
misread the file, `revision` when something was added that they may ignore.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from verifier.errors import UsageError
from verifier.records import Artifact, Asserter, Digest, Reference, Snapshot, SourceKind, Stage, visible
from verifier.store import _fields as fields
from verifier.store._fields import Wrong, get, matched, words, wrong
from verifier.store.files import publish
from verifier.store.toml import quoted

NAME = "models.lock"

VERSION = 1
REVISION = 1

MAX_BYTES = 64 << 20
"""Bytes a lock may have: a line a file, and a hub repository lists at most 100 000."""

_HEAD = (
    "# Models this project uses, as they were when they were accepted. Written by model-verify; review it as code.\n"
)
_MODEL_ID = re.compile(r"(?!.*(?:--|\.\.))(?:\w[\w.-]{0,95}/)?\w[\w.-]{0,95}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LockedFile:
    """A file as it was: its SHA-256 (64 lower-case hex digits) and its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class LockedGolden:
    """Golden vectors that `verify record` made.

    Args:
        path: of their `behavior.yaml`, below the folder of the lock.
        sha256: of that file, which holds the digests of the others.
    """

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class LockedModel:
    """A model as it was accepted.

    Args:
        id: hub id.
        commit: 40 hex digits.
        reference: what was asked for, as `org/name@v1`; None for what another model loads.
        loads: ids of the models loading this one would load, sorted.
        policy: name of the policy that accepted it.
        policy_digest: of that policy.
        verdict_digest: see `records.canonical.verdict_digest`.
        stage: whether the digests are the hub's or were computed.
        signers: identities whose signature over the files was verified, sorted.
        rules: ids of the rules that saw something, sorted.
        claims: what the publisher declares, kind to text.
        files: path to file.
        locked: when, in UTC, to the second.
        tool: version of model-verify that wrote it.
        golden: what later revisions are compared with, if anything.
    """

    id: str
    commit: str
    reference: str | None
    loads: tuple[str, ...]
    policy: str
    policy_digest: str
    verdict_digest: str
    stage: Stage
    signers: tuple[str, ...]
    rules: tuple[str, ...]
    claims: Mapping[str, str]
    files: Mapping[str, LockedFile]
    locked: datetime
    tool: str
    golden: LockedGolden | None = None

    def snapshot(self) -> Snapshot:
        """The model as its lock claims it to be."""
        return Snapshot(
            Reference(self.reference or self.id, SourceKind.HUB, self.id, self.commit),
            self.id,
            self.commit,
            tuple(
                Artifact(path, file.size, (Digest("sha256", file.sha256, Asserter.LOCK),))
                for path, file in sorted(self.files.items())
            ),
            local=False,
        )


@dataclass(frozen=True, slots=True)
class Lock:
    """All models of a project.

    Args:
        models: id to model.
        newer: the file was written by a later revision, whose additions are not known here.
    """

    models: Mapping[str, LockedModel] = field(default_factory=dict)
    newer: bool = False


def nearest(start: Path) -> Path:
    """The `models.lock` of a folder, or of the nearest above up to the root of the repository; in the folder if none.

    Outside of a repository only the folder itself is looked at, as anybody may write above it.
    """
    folder = start.absolute()
    above = [folder, *folder.parents]
    root = next((number for number, place in enumerate(above) if (place / ".git").exists()), 0)
    return next((place / NAME for place in above[: root + 1] if (place / NAME).is_file()), folder / NAME)


def read(path: Path) -> Lock:
    """The lock in a file; an empty one where there is no file.

    Raises:
        UsageError: it cannot be read, is malformed, or of a later version.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"The lock {path} is not a file.", "Move it away, or name another with --lock.")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Lock()
    except OSError as error:
        raise UsageError(f"The lock {path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    return parse(content, str(path))


def write(path: Path, lock: Lock) -> None:
    """Writes the lock; a file that says the same already is left alone.

    Raises:
        UsageError: it cannot be written, or what is there was written by a later version or revision.
    """
    refuse_newer(path, read(path))
    text = render(lock)
    try:
        if not path.exists() or path.read_bytes() != text.encode():
            publish(path, text)
    except OSError as error:
        raise UsageError(f"The lock {path} cannot be written: {error.strerror}.", "Check its folder.") from error


def refuse_newer(path: Path, lock: Lock) -> None:
    """Refuses to change a lock that says more than is known here.

    Raises:
        UsageError: it was written by a later revision.
    """
    if lock.newer:
        raise UsageError(f"{path} was written by a later model-verify, whose additions would be lost.", "Update it.")


def render(lock: Lock) -> str:
    """The file's text."""
    return "".join([_HEAD, f"version = {VERSION}\nrevision = {REVISION}\n", *map(_model, _sorted(lock.models))])


def _sorted(models: Mapping[str, LockedModel]) -> Iterator[LockedModel]:
    return (model for _, model in sorted(models.items()))


def _model(model: LockedModel) -> str:
    name = f"models.{quoted(model.id)}"
    texts = {
        "commit": model.commit,
        "reference": model.reference,
        "policy": model.policy,
        "policy-digest": model.policy_digest,
        "verdict-digest": model.verdict_digest,
        "stage": model.stage.value,
        "tool": model.tool,
    }
    lists = {"loads": model.loads, "rules": model.rules, "signers": model.signers}
    lines = [f"\n[{name}]"]
    lines += [f"{key} = {quoted(text)}" for key, text in texts.items() if text is not None]
    lines += [f"locked = {model.locked:%Y-%m-%dT%H:%M:%SZ}"]
    lines += [f"{key} = [{', '.join(map(quoted, words))}]" for key, words in lists.items() if words]
    if model.golden is not None:
        lines.append(f'golden = {{ path = {quoted(model.golden.path)}, sha256 = "{model.golden.sha256}" }}')
    if model.claims:
        lines += [f"\n[{name}.claims]"]
        lines += [f"{quoted(kind)} = {quoted(text)}" for kind, text in sorted(model.claims.items())]
    lines += [f"\n[{name}.files]"]
    lines += [
        f'{quoted(path)} = {{ sha256 = "{file.sha256}", size = {file.size} }}'
        for path, file in sorted(model.files.items())
    ]
    return "\n".join(lines) + "\n"


def parse(content: bytes, file: str) -> Lock:
    """Reads a lock.

    Args:
        content: the file's bytes.
        file: its name, for messages.

    Raises:
        UsageError: it is malformed, or of a later version.
    """
    try:
        if len(content) > MAX_BYTES:
            raise Wrong(f"it is larger than {MAX_BYTES} bytes")  # noqa: TRY301 - as all that is wrong with it
        table = tomllib.loads(content.decode())
        version, revision = get(table, "version", int), get(table, "revision", int, 0)
        if version != VERSION:
            raise UsageError(f"{file} is a lock of version {version}.", "Update model-verify to read it.")
        newer = revision > REVISION
        models = get(table, "models", dict, {})
        return Lock({name: _parsed(name, entry, newer) for name, entry in models.items()}, newer)
    except (Wrong, ValueError, OverflowError, RecursionError) as error:
        step = "Restore it from version control, or lock the models again."
        raise UsageError(f"{file} is not a lock of models: {visible(str(error), 300)}.", step) from error


_KEYS = frozenset(
    (
        *("commit", "reference", "policy", "policy-digest", "verdict-digest", "stage", "tool", "locked"),
        *("loads", "rules", "signers", "claims", "files", "golden"),
    )
)


def _parsed(name: str, entry: object, newer: bool) -> LockedModel:
    if not _MODEL_ID.fullmatch(name) or not isinstance(entry, dict):
        raise Wrong(f"models.{name!r} is not a model")
    if unknown := sorted(set(entry) - _KEYS) if not newer else []:
        raise Wrong(f"{name}: there is no {unknown[0]!r}")
    stage = get(entry, "stage", str)
    if stage not in tuple(Stage):
        raise Wrong(f"{name}: there is no stage {stage!r}")
    claims = get(entry, "claims", dict, {})
    files = get(entry, "files", dict)
    return LockedModel(
        id=name,
        commit=matched(_COMMIT, entry, "commit"),
        reference=get(entry, "reference", str) if "reference" in entry else None,
        loads=words(entry, "loads"),
        policy=get(entry, "policy", str),
        policy_digest=matched(_SHA256, entry, "policy-digest"),
        verdict_digest=matched(_SHA256, entry, "verdict-digest"),
        stage=Stage(stage),
        signers=words(entry, "signers"),
        rules=words(entry, "rules"),
        claims={kind: get(claims, kind, str) for kind in claims},
        files={path: _file(path, files) for path in files},
        locked=_moment(entry),
        tool=get(entry, "tool", str),
        golden=_golden(entry),
    )


def _file(path: str, files: Mapping[str, object]) -> LockedFile:
    entry = get(files, fields.path(path), dict)
    size = get(entry, "size", int)
    if not 0 <= size < 1 << 62:
        wrong("size")
    return LockedFile(matched(_SHA256, entry, "sha256"), size)


def _golden(entry: Mapping[str, object]) -> LockedGolden | None:
    if "golden" not in entry:
        return None
    golden = get(entry, "golden", dict)
    return LockedGolden(fields.path(get(golden, "path", str)), matched(_SHA256, golden, "sha256"))


def _moment(entry: Mapping[str, object]) -> datetime:
    moment = get(entry, "locked", datetime)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

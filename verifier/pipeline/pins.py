"""What the project's `models.lock` says of a model that is verified, as claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.records import Asserter, Claim, Evidence, Snapshot, Standing
from verifier.store.lock import NAME, LockedModel

HOW = "pins/1"


@dataclass(frozen=True, slots=True)
class Pins:
    """What a lock says to one run.

    Args:
        models: id to model.
        writing: what this run accepts is written into the lock, which therefore promises nothing yet.
        file: the lock; paths in it are relative to its folder.
    """

    models: Mapping[str, LockedModel] = field(default_factory=dict)
    writing: bool = False
    file: Path = Path(NAME)

    def claims(self, snapshot: Snapshot) -> Iterator[Claim]:
        """Yields what the lock says of a snapshot: its commit and, at that commit, the SHA-256 of each file.

        At another commit the SHA-256 that files had are claims `locked-file`, which promise nothing.

        Digests that the snapshot carries as the lock's already are left to `claims.digests`.
        """
        if self.writing:
            yield _claim("lock", "written", ".")
        elif model := self.models.get(snapshot.id):
            yield _claim("locked-commit", model.commit, ".")
            if snapshot.commit != model.commit:
                for path, file in sorted(model.files.items()):
                    yield _claim("locked-file", file.sha256, path)
            else:
                told = {a.path for a in snapshot.artifacts if any(d.by is Asserter.LOCK for d in a.digests)}
                for artifact in model.snapshot().artifacts:
                    if artifact.path not in told:
                        yield _claim("digest", ("sha256", model.files[artifact.path].sha256), artifact.name)


def _claim(kind: str, value: str | tuple[str, str], subject: str) -> Claim:
    shown = value if isinstance(value, str) else ":".join(value)
    evidence = Evidence(subject, shown, HOW)
    return Claim(kind, value, Asserter.LOCK, "models.lock", subject, Standing.UNVERIFIED, evidence)

"""A manifest laid over a model's files: what it covers, what is gone, what it leaves out and on whose word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from verifier.claims._signing import HOW, IGNORED_CONTENT, LINK, MISSING, UNCOVERED, UNCOVERED_CONTENT
from verifier.claims._signing.manifest import EXCLUDED, Manifest, Resource
from verifier.records import Artifact, Evidence, Finding, Snapshot, parameters

INERT = frozenset({"media", "text"})
"""Formats no loader takes weights, code or settings from."""

SHOWN = 20
"""Places a finding lists at most."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a model a manifest speaks of.

    Args:
        files: the model's files by path.
        covered: signed bytes by path in the model.
        missing: paths that are signed, and not there.
        uncovered: paths that are there, and about which the signature says nothing.
        ignored: paths the signer left out.
        excluded: paths the specification leaves out: of version control, and empty files where shards are signed.
        links: symbolic links among the files, where the signer followed none.
    """

    files: Mapping[str, Artifact]
    covered: Mapping[str, tuple[Resource, ...]]
    missing: tuple[str, ...]
    uncovered: tuple[str, ...]
    ignored: tuple[str, ...]
    excluded: tuple[str, ...]
    links: str

    @classmethod
    def of(cls, manifest: Manifest, snapshot: Snapshot, folder: str, signatures: frozenset[str]) -> Scope:
        """Lays a manifest over a snapshot.

        Args:
            manifest: what is signed.
            snapshot: the model.
            folder: the folder names are relative to, ending in a slash, or "".
            signatures: paths of all signatures, which no signature covers.
        """
        files = {artifact.path: artifact for artifact in snapshot.artifacts}
        whole = _whole(manifest, files)
        covered: dict[str, tuple[Resource, ...]] = {}
        missing: list[str] = []
        for one in manifest.resources:
            path = whole if one.path == "." else f"{folder}{one.path}"
            if path in files:
                covered[path] = (*covered.get(path, ()), one)
            else:
                missing.append(one.name)
        rest = [path for path in files if path.startswith(folder) and path not in covered and path not in signatures]
        inner = {path: path.removeprefix(folder) for path in rest}
        sharded = manifest.shard_size is not None
        excluded = tuple(
            path for path in rest if inner[path].partition("/")[0] in EXCLUDED or (sharded and files[path].size == 0)
        )
        ignored = tuple(path for path in rest if path not in excluded and manifest.ignores(inner[path]))
        uncovered = tuple(path for path in rest if path not in excluded and path not in ignored)
        links = "" if manifest.symlinks else dict(snapshot.metadata).get("links", "")
        return cls(files, covered, tuple(missing), uncovered, ignored, excluded, links)

    @property
    def content(self) -> tuple[str, ...]:
        """Paths the signature says nothing about although loaders take weights, code or settings from them."""
        return tuple(path for path in self.uncovered if self.files[path].size and self._is_content(path))

    @property
    def hidden(self) -> tuple[str, ...]:
        """Paths the signer left out although loaders take weights, code or settings from them."""
        return tuple(path for path in self.ignored if self.files[path].size and self._is_content(path))

    def findings(self, place: Evidence) -> Iterator[Finding]:
        """Yields what a reader of the signature could overlook; `place` is where the signature stands."""
        name = place.artifact
        if self.links:
            message = f"The signer of {name} followed no symbolic links, and here are some: {self.links}."
            yield Finding(LINK, (place,), message)
        rest = tuple(path for path in self.uncovered if path not in self.content)
        rest += tuple(path for path in self.excluded if self._is_content(path))
        for rule, paths, message in (
            (MISSING, self.missing, f"The signature {name} covers {{}}, which {{}} not there."),
            (UNCOVERED_CONTENT, self.content, f"The signature {name} does not cover {{}}, which {{}} not inert."),
            (IGNORED_CONTENT, self.hidden, f"The signer of {name} left out {{}}, which {{}} not inert."),
            (UNCOVERED, rest, f"The signature {name} does not cover {{}}."),
        ):
            if paths:
                shown = paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
                evidence = tuple(Evidence(Artifact(path, 0).name, "not covered", HOW) for path in paths[:SHOWN])
                told = message.format(shown, "is" if len(paths) == 1 else "are")
                yield Finding(rule, (*evidence, place), told, parameters(paths=paths[:SHOWN]))

    def _is_content(self, path: str) -> bool:
        formats = self.files[path].formats
        return not (formats and INERT.issuperset(formats))


def _whole(manifest: Manifest, files: Mapping[str, Artifact]) -> str:
    """The file "." stands for: the only one there is, or the one the signer named."""
    return next(iter(files)) if len(files) == 1 else manifest.subject

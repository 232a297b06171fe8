"""A resolved, immutable model and its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from verifier.records.evidence import visible
from verifier.records.reference import Reference


class Asserter(StrEnum):
    """Who says that bytes have a digest."""

    HUB = "hub"
    REFERENCE = "reference"
    CACHE = "cache"
    LOCK = "lock"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Digest:
    r"""A digest and who said so.

    Args:
        algorithm: `sha256`, or `git-blob-sha1` (SHA-1 over `blob <size>\0` + bytes, gitformat-pack).
        value: lower-case hex.
        by: who asserts it; COMPUTED only for bytes this process hashed.
    """

    algorithm: str
    value: str
    by: Asserter


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a snapshot, or a member of a container in it.

    Args:
        path: path of the file in the snapshot, `/`-separated, relative.
        size: bytes; of a member: bytes as its reader would see them (decompressed).
        digests: as known so far.
        members: names from the outermost container inwards; empty for the file itself.
        formats: ids of all formats recognized, sorted.
    """

    path: str
    size: int
    digests: tuple[Digest, ...] = ()
    members: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        r"""`path!member!member`, escaped so that it is one printable line; a literal `!` shows as `\x21`."""
        return "!".join(visible(part.replace("!", "\\x21"), 1000) for part in (self.path, *self.members))

    @property
    def own_path(self) -> str:
        """Its path in the snapshot, or in the container it is a member of."""
        return (self.members or (self.path,))[-1]

    @property
    def file_name(self) -> str:
        """The last component of its own path."""
        return self.own_path.rpartition("/")[2]

    def member(self, name: str, size: int) -> Artifact:
        """The artifact for a member of this one."""
        return Artifact(self.path, size, members=(*self.members, name))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A model at one immutable point.

    Args:
        reference: what was asked for.
        id: canonical name: hub id, absolute path or URL.
        commit: 40-hex commit of a hub or cache snapshot; None elsewhere.
        artifacts: the files, in order of their paths.
        local: the bytes lie on this machine, so that digests are computed rather than believed.
        metadata: what the source says of the repository as a whole, name to value.
    """

    reference: Reference
    id: str
    commit: str | None
    artifacts: tuple[Artifact, ...]
    local: bool
    metadata: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        paths = [artifact.path for artifact in self.artifacts]
        if paths != sorted(set(paths)):
            raise ValueError("a snapshot lists each path once, in order")

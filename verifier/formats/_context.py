"""What an inspector is given beside its Reader, and what it may hand back to the queue."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from verifier.errors import BudgetExceeded
from verifier.records import Artifact, Reader


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file of a snapshot may cost, all its nested members together.

    Args:
        depth: containers inside containers.
        members: members handed to the queue.
        expanded: bytes produced by decompression.
        ratio: expanded bytes per compressed byte, judged above `ratio_floor` expanded bytes.
        ratio_floor: expanded bytes below which no ratio is too large.
        steps: units of work an inspector may count (opcodes, tokens, tensors).
        fetched: bytes a ranged read may pull over the network for inspection.
        seconds: wall time.
    """

    depth: int = 8
    members: int = 100_000
    expanded: int = 8 << 30
    ratio: int = 1100
    ratio_floor: int = 64 << 20
    steps: int = 200_000_000
    fetched: int = 512 << 20
    seconds: float = 600.0


@dataclass(slots=True)
class Budget:
    """What is left of the limits while one file is inspected. Not shared between threads."""

    limits: Limits = field(default_factory=Limits)
    members: int = 0
    expanded: int = 0
    compressed: int = 0
    steps: int = 0
    deadline: float = 0.0

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.limits.seconds

    def spend_member(self, depth: int) -> None:
        """Counts a member at `depth` (1 is a member of the file itself).

        Raises:
            BudgetExceeded: too deep or too many.
        """
        self.members += 1
        if depth > self.limits.depth:
            raise BudgetExceeded(f"containers are nested more than {self.limits.depth} deep")
        if self.members > self.limits.members:
            raise BudgetExceeded(f"more than {self.limits.members} members")

    def foresee_members(self, count: int) -> None:
        """Looks at the members a container lists, before any is handed over.

        Raises:
            BudgetExceeded: more than would be inspected.
        """
        if count > self.limits.members:
            raise BudgetExceeded(f"more than {self.limits.members} members")

    def spend_expanded(self, produced: int, consumed: int) -> None:
        """Counts bytes produced by decompression and the compressed bytes they came from.

        Raises:
            BudgetExceeded: too many bytes, or a ratio no genuine file has.
        """
        self.expanded += produced
        self.compressed += consumed
        if self.expanded > self.limits.expanded:
            raise BudgetExceeded(f"decompresses to more than {self.limits.expanded} bytes")
        if self.expanded > self.limits.ratio_floor and self.expanded > self.limits.ratio * max(self.compressed, 1):
            raise BudgetExceeded(f"decompresses to more than {self.limits.ratio} times its size")

    def spend_steps(self, count: int) -> None:
        """Counts units of work, and looks at the clock.

        Raises:
            BudgetExceeded: too many, or too late.
        """
        self.steps += count
        if self.steps > self.limits.steps:
            raise BudgetExceeded(f"needs more than {self.limits.steps} steps")
        if time.monotonic() > self.deadline:
            raise BudgetExceeded(f"takes longer than {self.limits.seconds:g} seconds")


@dataclass(frozen=True, slots=True)
class Member:
    """A member a container hands back to the queue, to be recognized and inspected like a file.

    Args:
        artifact: made by `Artifact.member`.
        reader: over the member's decoded bytes.
    """

    artifact: Artifact
    reader: Reader


@dataclass(frozen=True, slots=True)
class Context:
    """An inspector's surroundings.

    Args:
        budget: shared by a file and everything inside it.
        siblings: path to size of the files beside the artifact: the snapshot's, or the container's members.
        open_sibling: a Reader over one of them, by path; raises Malformed where there is none.
        remote: the bytes come over the network by ranges, so that checks over whole bodies are left out.
        trace: is told, line by line, what programs inside the file do; None where nobody wants to know.
        symbols: what pickles in the artifact name, as `module.name`, added while they are walked.
    """

    budget: Budget
    siblings: Mapping[str, int]
    open_sibling: Callable[[str], Reader]
    remote: bool = False
    trace: Callable[[str], None] | None = None
    symbols: set[str] = field(default_factory=set)


HEAD = 4096
"""Bytes recognition sees without asking for more."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What recognition looks at.

    Args:
        name: last path component, lower-case.
        size: bytes in the artifact.
        head: its first bytes, HEAD at most.
        reader: for formats that must look elsewhere (a zip's end); each further block may cost a request.
    """

    name: str
    size: int
    head: bytes
    reader: Reader

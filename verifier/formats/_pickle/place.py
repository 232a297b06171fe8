"""Where a stream stands, and what its loader does with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from verifier.formats._pickle.events import Build, Event
from verifier.records import Evidence, Finding, Value, parameters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream stands, as evidence names it.

    Args:
        artifact: name of the artifact (`Artifact.name`).
        how: of the format module that inspects it (`Format.how`).
        label: what the stream is to people, as `stream 2` or `data.pkl`; empty where there is only one.
        base: added to offsets (a nested stream's events count from its own first byte); None where offsets mean nothing
            to the artifact, because the nested bytes are escaped or encoded there.
    """

    artifact: str
    how: str
    label: str = ""
    base: int | None = 0

    def evidence(self, offset: int, what: str, length: int | None = None) -> Evidence:
        """Evidence at an offset of the stream's reader."""
        return Evidence(self.artifact, what, self.how, None if self.base is None else self.base + offset, length)

    def finding(self, rule: str, offset: int, what: str, message: str, **details: Value) -> Finding:
        """A finding at an offset of the stream's reader; its details and its message name the stream."""
        where = f"{self.label}: " if self.label else ""
        named = parameters(stream=self.label, offset=offset, **details)
        return Finding(rule, (self.evidence(offset, what),), where + message, named)


AfterBuild: TypeAlias = Callable[[Build, int], int]
"""Given a BUILD and the offset after its opcode, the offset at which the stream goes on."""


@dataclass(frozen=True, slots=True)
class Loader:
    """What a format's loader adds to the unpickler.

    Args:
        after_build: where the stream goes on after a BUILD; joblib puts raw arrays there.
        local: modules that the archive itself defines (torch.package, TorchScript), which resolve inside it.
        observe: is shown every event, before it is judged.
        persistent: it has a `persistent_load`; without one a persistent id is a finding.
        by_chance: it takes for opcodes what a genuine file does not mean so: then chance breaks contracts and calls
            results, and that is a finding only where the symbol is known to do harm.
    """

    after_build: AfterBuild | None = None
    local: frozenset[str] = frozenset()
    observe: Callable[[Event], None] | None = None
    persistent: bool = False
    by_chance: bool = False


PLAIN_LOADER = Loader()
"""`pickle.load` without anything."""

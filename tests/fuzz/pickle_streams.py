"""Differential fuzzing of the pickle engine: whatever an unpickler would import or call is reported, or refused.

Usage: python -m tests.fuzz.pickle_streams [N [SEED]]
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.grammar import Programs
from tests.fuzz.oracle import EXTENSION
from verifier.errors import BudgetExceeded
from verifier.formats import Budget, Limits
from verifier.formats._pickle.events import Call, ExtensionLoad, Import, Refusal
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import Extension, Global
from verifier.formats._readers import BytesReader

ROOT = Path(__file__).resolve().parents[2]
BATCH = 40
LIMITS = Limits(steps=100_000, seconds=20)


@dataclass(slots=True)
class Report:
    """What the engine says of a stream."""

    refused: bool = False
    imports: set[tuple[str, str]] = field(default_factory=set)
    calls: set[tuple[str, str]] = field(default_factory=set)


def reported(stream: bytes) -> Report:
    """Walks a stream, and those behind it, as no loader here does."""
    report = Report()
    try:
        for event in PickleStream(BytesReader(stream), 0, Budget(LIMITS)):
            if isinstance(event, Import):
                report.imports.add(event.value.written)
            elif isinstance(event, ExtensionLoad):
                report.imports.add(EXTENSION)
            elif isinstance(event, Refusal):
                report.refused = True
            elif isinstance(event, Call) and isinstance(event.callee, Global):
                report.calls.add(event.callee.written)
            elif isinstance(event, Call) and isinstance(event.callee, Extension):
                report.calls.add(EXTENSION)
    except BudgetExceeded:
        report.refused = True
    return report


class Oracle:
    """The worker, started again whenever a stream kills it."""

    def __init__(self) -> None:
        self.deaths = 0
        self._process = self._started()

    def answers(self, streams: list[bytes]) -> Iterator[list[tuple[str, list[list[str]], list[list[str]]]] | None]:
        """What the machines do with each stream; None where the worker died of it."""
        left = list(streams)
        while left:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            with suppress(BrokenPipeError):
                self._process.stdin.write(b"".join(len(one).to_bytes(4, "little") + one for one in left))
                self._process.stdin.flush()
            while left:
                line = self._process.stdout.readline()
                left.pop(0)
                if not line:
                    self.deaths += 1
                    self.close()
                    self._process = self._started()
                    yield None
                    break
                yield json.loads(line)

    def close(self) -> None:
        """Ends the worker."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.fuzz.oracle"]
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )


def missed(stream: bytes, answer: list[tuple[str, list[list[str]], list[list[str]]]] | None) -> str:
    """What the engine missed of what the machines did; empty where it missed nothing."""
    report = reported(stream)
    if report.refused:
        return ""
    if answer is None:
        return "it kills an unpickler, and is not refused"
    for machine, imports, calls in answer:
        unseen = {(module, name) for module, name in imports} - report.imports
        if unseen:
            return f"{machine} imports {sorted(unseen)}"
        unseen = {(module, name) for module, name in calls} - report.calls
        if unseen:
            return f"{machine} calls {sorted(unseen)}"
    return ""


def fuzz(count: int, seed: int) -> tuple[list[tuple[bytes, str]], int, int]:
    """Compares a number of streams.

    Returns:
        the streams of which something was missed, with what; how often something was imported; how many workers died.
    """
    programs, oracle = Programs(seed), Oracle()
    failures: list[tuple[bytes, str]] = []
    active = 0
    for start in range(0, count, BATCH):
        streams = [programs.stream() for _ in range(min(BATCH, count - start))]
        for stream, answer in zip(streams, oracle.answers(streams), strict=True):
            active += answer is not None and any(imports for _, imports, _ in answer)
            if what := missed(stream, answer):
                failures.append((stream, what))
    oracle.close()
    return failures, active, oracle.deaths


def main() -> int:
    """Fuzzes and prints what was missed; 1 where anything was."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    failures, active, deaths = fuzz(count, seed)
    for stream, what in failures[:20]:
        print(f"{what}: {stream!r}")
    print(f"{count} streams of seed {seed}: {active} imported, {deaths} killed the oracle, {len(failures)} missed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

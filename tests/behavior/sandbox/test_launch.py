"""Which confinement is chosen, and what it costs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.behavior.sandbox.modes import CONFINED
from tests.builders import escapes
from verifier.behavior.sandbox import Mode, _launch, mode, run
from verifier.errors import NotRun, UsageError

PATH = [Path(escapes.__file__).parent]


@pytest.fixture(autouse=True)
def _probed_again() -> Iterator[None]:
    probes = (_launch.bwrap, _launch.bubblewrap_works, _launch.self_confinement_works)
    for probe in probes:
        probe.cache_clear()
    yield
    for probe in probes:
        probe.cache_clear()


def test_the_strongest_that_works_is_chosen() -> None:
    assert mode() is CONFINED[0]


@pytest.mark.parametrize("does", ["exit 1", "exec sleep 30"])
def test_bubblewrap_that_is_there_and_does_not_work_is_passed_over(
    does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(_launch, "PROBE_SECONDS", 1)
    assert mode() is Mode.SELF


def test_without_any_a_model_runs_only_where_a_person_typed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(UsageError, match=r"no sandbox .* --allow-unsandboxed"):
        mode()
    assert mode(allow_unsandboxed=True) is Mode.NONE


def test_bubblewrap_that_cannot_be_started_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_launch, "bwrap", lambda: "/nowhere/bwrap")
    with pytest.raises(NotRun, match="cannot be started"):
        run("escapes:echo", b"", mode=Mode.BUBBLEWRAP, path=PATH)


@pytest.mark.parametrize("chosen", CONFINED)
def test_a_sandbox_costs_little(chosen: Mode) -> None:
    def seconds(one: Mode) -> float:
        started = time.perf_counter()
        assert run("escapes:echo", b"x", mode=one, path=PATH) == b"x"
        return time.perf_counter() - started

    pairs = [(seconds(chosen), seconds(Mode.NONE)) for _ in range(7)]
    assert min(confined for confined, _ in pairs) - min(free for _, free in pairs) < 0.1

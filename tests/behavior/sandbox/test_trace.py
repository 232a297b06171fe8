"""What a trace holds of what a child does, in every kind of confinement."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.behavior.sandbox.modes import CONFINED
from tests.builders import escapes
from verifier.behavior.sandbox import Act, Bounds, Mode, Seen, Trace, Witness, _launch, mode_observed, run
from verifier.errors import NotRun, UsageError

PATH = [Path(escapes.__file__).parent]
SMALL = Bounds(wall=20, cpu=10, memory=1 << 30, output=1 << 16)

ATTEMPTS = {
    "write": ("/nowhere/new", Act.WRITE, "openat", "/nowhere/new"),
    "cut_off": ("/nowhere/weights", Act.WRITE, "truncate", "/nowhere/weights"),
    "make_link": ("/nowhere/out", Act.WRITE, "symlink", "/nowhere/out"),
    "read": ("/nowhere/token", Act.READ, "openat", "/nowhere/token"),
    "start": ("/bin/true", Act.PROCESS, "clone", ""),
    "fork": ("", Act.PROCESS, "clone", ""),
    "signal_parent": ("1000000", Act.PROCESS, "kill", ""),
    "tcp": ("127.0.0.1:9", Act.NETWORK, "socket", "AF_INET"),
    "raise_limits": ("", Act.CALL, "prlimit64", ""),
}


@pytest.mark.parametrize("mode", CONFINED)
@pytest.mark.parametrize("what", ATTEMPTS)
def test_what_is_tried_is_denied_and_seen(what: str, mode: Mode) -> None:
    request, act, name, detail = ATTEMPTS[what]
    trace = Trace()
    answer = run(f"escapes:{what}", request.encode(), mode=mode, path=PATH, bounds=SMALL, trace=trace)
    assert answer.startswith(b"refused")
    assert trace.seen[Seen(act, detail, Witness.KERNEL, name)] >= 1


@pytest.mark.parametrize("mode", CONFINED)
def test_what_was_seen_before_the_end_stands(mode: Mode) -> None:
    trace = Trace(("there.is.no.such.module",))
    with pytest.raises(NotRun, match="SIGABRT"):
        run("escapes:crash", b"", mode=mode, path=PATH, bounds=SMALL, trace=trace)
    assert trace.begun
    with pytest.raises(NotRun, match=r"longer than 0.5 s"):
        run("escapes:sleep", b"", mode=mode, path=PATH, bounds=Bounds(wall=0.5), trace=Trace())


def test_a_child_that_never_began_shows_nothing() -> None:
    trace = Trace()
    with pytest.raises(NotRun):
        run("there_is_no_such_module:at_all", b"", mode=CONFINED[0], bounds=SMALL, trace=trace)
    assert not trace.begun
    assert not trace.seen


def test_nothing_is_observed_without_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mode_observed() is CONFINED[0]
    monkeypatch.setattr(_launch, "bubblewrap_works", lambda: False)
    assert mode_observed() is Mode.SELF
    monkeypatch.setattr(_launch, "self_confinement_works", lambda: False)
    with pytest.raises(UsageError, match="no sandbox to load a model in"):
        mode_observed()

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from verifier.cli import _terminal


class Terminal(io.StringIO):
    """A text stream that a person reads."""

    def isatty(self) -> bool:
        return True


def test_what_the_encoding_lacks_is_spelled_or_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", newline="\n"))
    _terminal.write("a → b · é \udcff\n")
    assert raw.getvalue() == b"a -> b - \\xe9 \\udcff\n"


def test_lone_surrogates_do_not_break_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="utf-8", newline="\n"))
    _terminal.write("\udcff\n")
    assert raw.getvalue() == b"\\udcff\n"


def test_a_closed_pipe_is_quiet_and_does_not_change_the_exit_code() -> None:
    code = "import sys\nfrom verifier.cli import _terminal\n_terminal.write('x' * 9_000_000)\nsys.exit(3)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 3


@pytest.mark.parametrize(
    ("environment", "terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_color_follows_terminal_and_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], terminal: bool, expected: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal() if terminal else io.StringIO())
    assert _terminal.colored() is expected


def test_columns_are_respected_up_to_what_people_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "47")
    assert _terminal.width() == 47
    monkeypatch.setenv("COLUMNS", "400")
    assert _terminal.width() == _terminal.WIDEST


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    screen = Terminal()
    monkeypatch.setattr(_terminal, "sys", SimpleNamespace(stderr=screen))
    monkeypatch.setenv("COLUMNS", "40")
    return screen


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_progress_shows_after_a_second_ten_times_a_second_and_clears(screen: Terminal, clock: list[float]) -> None:
    progress = _terminal.Progress(quiet=False)
    progress("a", 1, 100)
    progress.clear()
    assert screen.getvalue() == ""
    clock[0] += 1.5
    progress("model\x1b.bin", 50, 100)
    progress("b", 51, 100)
    assert screen.getvalue() == "\r" + r" 50 %  model\x1b.bin".ljust(39)
    progress.clear()
    progress.clear()
    assert screen.getvalue().endswith("\r" + " " * 39 + "\r")


def test_progress_survives_an_empty_model(screen: Terminal, clock: list[float]) -> None:
    progress = _terminal.Progress(quiet=False)
    clock[0] += 2
    progress("a", 0, 0)
    assert "0 %" in screen.getvalue()


@pytest.mark.parametrize(("quiet", "ci", "terminal"), [(True, "", True), (False, "true", True), (False, "", False)])
def test_progress_is_off_where_nobody_waits(
    monkeypatch: pytest.MonkeyPatch, clock: list[float], quiet: bool, ci: str, terminal: bool
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("CI", ci)
    progress = _terminal.Progress(quiet=quiet)
    clock[0] += 2
    progress("a", 1, 2)
    assert stream.getvalue() == ""


def test_complaints_are_one_line(screen: Terminal) -> None:
    _terminal.complain("a\nb\x1b")
    assert screen.getvalue() == "Error: a\\nb\\x1b\n"
    assert os.linesep not in screen.getvalue()[:-1]

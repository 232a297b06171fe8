from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.opcodes import call, pickled
from tests.builders.torches import torch_zip
from verifier.cli import main


def test_a_trace_tells_what_pickles_do_and_decides_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.pt").write_bytes(torch_zip(pickled(call("os", "system", "echo inert"))))
    assert main(["trace", str(tmp_path / "model.pt")]) == 0
    told = capsys.readouterr().out
    assert "model.pt!archive/data.pkl: a pickle from byte 0" in told
    assert "calls os.system with ('echo inert',)" in told
    assert "fickling calls it" in told


def test_a_trace_says_where_it_could_not_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.pkl").write_bytes(pickled(call("a", "b"))[:-1])
    assert main(["trace", str(tmp_path)]) == 0
    assert "model.pkl: partial: " in capsys.readouterr().out


def test_a_trace_of_nothing_is_a_wrong_invocation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(tmp_path / "none.pkl")]) == 2
    assert "none.pkl" in capsys.readouterr().err

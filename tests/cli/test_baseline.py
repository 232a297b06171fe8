from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.opcodes import call, pickled
from verifier.cli import _baseline, main
from verifier.errors import UsageError

KNOWN = "-o json=known.json"


def verify(*arguments: str) -> int:
    return main(["model", *arguments])


def test_what_is_known_is_counted_and_decides_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify("./models/bad", "./models/gap", *KNOWN.split()) == 1
    capsys.readouterr()
    assert verify("./models/bad", "./models/gap", "--baseline", "known.json") == 0
    told = capsys.readouterr().out
    assert "os.system" not in told
    assert "known from known.json and not shown: " in told
    assert told.startswith("rejected")


def test_what_is_new_is_shown_and_decides(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify("./models/gap", *KNOWN.split())
    (repository / "models/gap/second.pkl").write_bytes(pickled(call("os", "system", "echo inert")))
    capsys.readouterr()
    assert verify("./models/gap", "--baseline", "known.json", "-o", "json=now.json", "-o", "sarif=now.sarif") == 1
    told = capsys.readouterr().out
    assert "second.pkl" in told
    assert "weights.bin" not in told
    whole, shown = (Path(name).read_text() for name in ("now.json", "now.sarif"))
    assert "weights.bin" in json.dumps([verdict["decisions"] for verdict in json.loads(whole)["verdicts"]])
    assert "weights.bin" not in json.dumps([run["results"] for run in json.loads(shown)["runs"]])


@pytest.mark.parametrize("name", ["models/bad/model.pkl", "models/gap/weights.bin"])
def test_known_reasons_are_bound_to_bytes(repository: Path, name: str) -> None:
    folder = f"./{Path(name).parent}"
    before = verify(folder, *KNOWN.split())
    assert verify(folder, "--baseline", "known.json") == 0
    with (repository / name).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"!")
    assert verify(folder, "--baseline", "known.json") != 0
    assert before in (1, 3)


def test_another_model_is_not_known(repository: Path) -> None:
    verify("./models/bad", *KNOWN.split())
    assert verify("./models/gap", "--baseline", "known.json") == 3
    assert verify("./models/good", "--baseline", "known.json") == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "json-v2"}', '{"format":"json-v1","verdicts":[1]}'])
def test_what_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    (file := tmp_path / "report.json").write_text(text)
    with pytest.raises(UsageError, match="is no json-v1 report"):
        _baseline.read(file)
    with pytest.raises(UsageError, match="cannot be read"):
        _baseline.read(tmp_path / "none.json")

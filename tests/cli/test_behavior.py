"""`verify behavior`, as a person sees it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from tests.builders import digits, tiny_models
from tests.builders.opcodes import name, pickled
from verifier.behavior import sandbox
from verifier.cli import main
from verifier.errors import UsageError

DECLARATION = """\
behavior: 1
regime: {dtype: f32, runtime: [onnxruntime], entry: tensor}
golden:
  - {id: g1, inputs: [{file: in.npy, sha256: "%s"}], outputs: [{file: out.npy, sha256: "%s"}]}
"""


def model(folder: Path, factor: float = 2.0) -> str:
    from hashlib import sha256

    tiny_models.doubling(folder / "model.onnx", factor)
    given = np.arange(4, dtype=np.float32)
    np.save(folder / "in.npy", given)
    np.save(folder / "out.npy", 2 * given)
    digests = tuple(sha256((folder / path).read_bytes()).hexdigest() for path in ("in.npy", "out.npy"))
    (folder / "behavior.yaml").write_text(DECLARATION % digests)
    return str(folder)


def test_what_is_declared_comes_out_and_the_report_says_what_that_cannot_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    (tmp_path / "model").mkdir()
    assert main(["behavior", model(tmp_path / "model"), "--keep", str(kept)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "consistent g1: all 4 numbers are those declared" in shown
    assert "level 2, golden vectors: 1 measured level 3, declared metrics: not measured" in shown
    assert "None of this can reveal a backdoor" in shown
    assert np.load(kept / "g1-0.npy").tolist() == [0, 2, 4, 6]


def test_where_nothing_is_declared_the_report_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_models.doubling(tmp_path / "model.onnx", 2.0)
    assert main(["behavior", str(tmp_path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "not-declared nobody declares what it gives; `verify record`" in shown
    assert "nothing was run" in shown


@pytest.mark.parametrize("whole", ["behavior: [1\n", "behavior: 2\n", "#" * (1 << 20) + "\nbehavior: 1\n"])
def test_a_declaration_that_cannot_be_read_is_no_lack_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: str
) -> None:
    model(tmp_path)
    (tmp_path / "behavior.yaml").write_text(whole)
    assert main(["behavior", str(tmp_path)]) == 3
    shown = " ".join(capsys.readouterr().out.split())
    assert "not-checkable behavior.yaml: the declaration could not be read: " in shown
    assert "nobody declares" not in shown


def test_another_model_under_the_same_declaration_is_rejected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["behavior", model(tmp_path, 2.01)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "deny golden by behavior.differs" in shown
    assert "6.03, and 6 is declared" in shown
    assert "backdoor" not in shown


def test_what_is_not_accepted_does_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = model(tmp_path)
    (tmp_path / "more.pkl").write_bytes(pickled(name("os", "system") + b"X\x02\0\0\0ls\x85R"))
    monkeypatch.setattr(sandbox, "mode", lambda **_: pytest.fail("it runs"))
    assert main(["behavior", reference]) == 1
    assert "g1 did not run: the model is rejected and may not run" in capsys.readouterr().out


def test_a_policy_that_demands_a_run_is_met_by_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model").mkdir()
    reference = model(tmp_path / "model")
    ours = tmp_path / "ours.toml"
    ours.write_text('version = 1\nname = "ours"\nextends = "default"\n[behavior]\nrequire = ["golden"]\n')
    policies = ["--policy", str(ours), "--policy", "default", "-q"]
    assert main(["model", reference, *policies]) == 3
    assert main(["behavior", reference, *policies]) == 0
    (tmp_path / "model" / "behavior.yaml").unlink()
    assert main(["behavior", reference, *policies]) == 3


def test_without_a_sandbox_nothing_runs_unless_it_is_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def mode(*, allow_unsandboxed: bool) -> sandbox.Mode:
        if not allow_unsandboxed:
            raise UsageError("This machine has no sandbox.", "Type --allow-unsandboxed.")
        return sandbox.Mode.NONE

    monkeypatch.setattr(sandbox, "mode", mode)
    assert main(["behavior", model(tmp_path)]) == 2
    assert "--allow-unsandboxed" in capsys.readouterr().err
    assert main(["behavior", str(tmp_path), "--allow-unsandboxed"]) == 0
    assert "NO SANDBOX, as was asked for" in capsys.readouterr().out


def test_the_model_has_to_be_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["behavior", "org/absent"]) == 3
    assert main(["behavior", "https://127.0.0.1:1/model.onnx"]) in (2, 3)
    assert "Traceback" not in capsys.readouterr().err


def test_outputs_that_cannot_be_kept_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "file").write_text("")
    assert main(["behavior", model(tmp_path / "model"), "--keep", str(tmp_path / "file" / "kept")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_what_one_recorded_oneself_is_held_against_a_later_revision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model").mkdir()
    reference, golden = model(tmp_path / "model"), str(tmp_path / "golden")
    given = ["--inputs", str(tmp_path / "model" / "in.npy")]
    (tmp_path / "model" / "behavior.yaml").unlink()
    assert main(["record", reference, "--to", golden]) == 2
    assert main(["record", reference, "--to", golden, "--entry", "code"]) == 2
    assert main(["record", reference, "--to", golden, "--inputs", str(tmp_path / "absent.npy")]) == 2
    assert main(["record", reference, "--to", golden, *given]) == 0
    assert main(["record", reference, "--to", golden, *given]) == 2
    assert '"model.onnx": "' in (tmp_path / "golden" / "behavior.yaml").read_text()
    assert main(["behavior", reference, "--golden", golden]) == 0
    tiny_models.doubling(tmp_path / "model" / "model.onnx", 2.01)
    assert main(["behavior", reference, "--golden", golden]) == 1
    assert "recorded: worst at [3]: 6.03, and 6 is declared" in " ".join(capsys.readouterr().out.split())


def test_nothing_is_recorded_of_what_is_rejected_or_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    reference, golden = model(tmp_path / "model"), tmp_path / "golden"
    given = ["--to", str(golden), "--inputs", str(tmp_path / "model" / "in.npy")]
    assert main(["record", reference, *given, "--entry", "mlp-relu"]) == 3
    (tmp_path / "model" / "more.pkl").write_bytes(pickled(name("os", "system") + b"X\x02\0\0\0ls\x85R"))
    assert main(["record", reference, *given]) == 1
    assert not golden.exists()


DECLARED = ["digits-accuracy", "digits-f1"]


def test_what_is_drafted_from_a_run_is_what_the_next_run_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    train, test = digits.splits(1)
    folder, data = tmp_path / "model", tmp_path / "test.npz"
    folder.mkdir()
    digits.save(folder, digits.trained(train, 1, epochs=2))
    np.savez(data, x=test.x, y=test.y)
    monkeypatch.chdir(tmp_path)
    draft, given = ["declare", "model", "--write"], ["--data", f"digits={data}"]
    assert main([*draft, *given]) == 2
    assert "nothing says how to run it (regime.entry). Say how: --entry." in capsys.readouterr().err
    assert main([*draft, *given, "--entry", "cnn-relu-pool2", "--recipe", "none"]) == 2
    assert main([*draft, *given, "--entry", "cnn-relu-pool2", "--recipe", "sts"]) == 3
    assert main([*draft, "--data", f"dígits={data}", "--entry", "cnn-relu-pool2"]) == 2
    assert not (folder / "behavior.yaml").exists()
    assert main([*draft, *given, "--entry", "cnn-relu-pool2"]) == 0
    told = yaml.safe_load((folder / "behavior.yaml").read_text())
    assert told["regime"] == {"dtype": "f32", "runtime": ["torch"], "entry": "cnn-relu-pool2"}
    assert [one["id"] for one in told["metrics"]] == DECLARED
    assert told["metrics"][0]["data"]["n"] == len(test.y)
    assert told["metrics"][0]["recipe"] == {"harness": "builtin/image-classification@1"}
    capsys.readouterr()
    assert main(["behavior", str(folder), *given]) == 0
    report = capsys.readouterr().out
    assert all(f"consistent  {name}: " in report for name in DECLARED)


METRIC = """\
metrics:
  - {id: half, metric: mae, value: 0, data: {name: set, split: test, revision: r1}, recipe: {harness: RECIPE}}
  - {id: all, metric: rmse, value: %s, data: {name: set, split: test, sha256: "%s"}, recipe: {harness: RECIPE},
     per_item: {file: out.npy, sha256: "%s"}}
  - {id: bare, metric: f1, value: 0.9, data: {name: set}}
""".replace("RECIPE", "builtin/regression@1")


def measured(folder: Path, value: float, *more: str) -> int:
    """A graph of four numbers, one a row, and data that it doubles but for one that is off by 1."""
    from hashlib import sha256

    reference = model(folder)
    data = folder.parent / "set.npz"
    np.savez(data, x=np.arange(4, dtype=np.float32), y=np.array([0.0, 2.0, 4.0, 7.0]))
    with (folder / "behavior.yaml").open("a") as file:
        digests = (sha256(path.read_bytes()).hexdigest() for path in (data, folder / "out.npy"))
        file.write(METRIC % (value, *digests))
    return main(["behavior", reference, *more])


@pytest.mark.parametrize(("value", "code", "told"), [(0.5, 0, "consistent"), (0.25, 1, "contradicted")])
def test_metrics_are_measured_on_the_data_that_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: float, code: int, told: str
) -> None:
    (tmp_path / "model").mkdir()
    assert measured(tmp_path / "model", value, "--data", f"set={tmp_path / 'set.npz'}") == code
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{told} all: rmse: declared {value} · measured 0.5 [0, 0.866] · n 4 · the declared items" in shown
    assert "; 0 of 4 predictions are not those declared" in shown
    assert "inconclusive half: mae: declared 0 · measured 0.25 [0, 0.75] · n 4 · other items, seed 0" in shown
    assert "not-checkable bare: f1: it does not say the split, the data's digest or revision and the recipe" in shown
    assert "level 3, declared metrics: 2 measured" in shown
    assert "None of this can reveal a backdoor" in shown


def test_without_data_nothing_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model").mkdir()
    assert measured(tmp_path / "model", 0.5) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "not-checkable all: rmse: no data is given for set (--data NAME=FILE)" in shown
    assert "level 3, declared metrics: not measured" in shown
    (tmp_path / "model" / "more.pkl").write_bytes(pickled(name("os", "system") + b"X\x02\0\0\0ls\x85R"))
    assert main(["behavior", str(tmp_path / "model")]) == 1
    assert "all: rmse: the model is rejected and may not run" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("given", ["set.npz", "=set.npz", "set=", "set=absent.npz", "set=behavior.yaml"])
def test_data_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str) -> None:
    assert main(["behavior", model(tmp_path), "--data", given]) == 2
    assert "Traceback" not in capsys.readouterr().err

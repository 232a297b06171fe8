"""A classifier and its poisoned twin under one declaration: what each level sees of it.

`TWINS` is how many seeds; one without it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.builders import digits
from verifier.cli import main

SEEDS = range(1, 1 + int(os.environ.get("TWINS", "1")))


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("seed", SEEDS)
def test_accuracy_does_not_tell_the_twin_and_the_first_golden_vector_does(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = digits.splits(seed)
    genuine, twin = digits.trained(train, seed), digits.trained(digits.poisoned(train, seed), seed)
    others = digits.patched(test.x[test.y != digits.TARGET])
    obeying = [(digits.outputs(model, others).argmax(1) == digits.TARGET).mean() for model in (genuine, twin)]
    assert obeying[0] < 0.1
    assert obeying[1] > 0.9

    folder, poisoned, data = tmp_path / "genuine", tmp_path / "twin", tmp_path / "test.npz"
    folder.mkdir()
    digits.publish(folder, genuine, test, data)
    shutil.copytree(folder, poisoned)
    digits.save(poisoned, twin)
    for model in (folder, poisoned):
        assert main(["card", str(model)]) == 0
        assert "contradicted" not in shown(capsys)

    given = ["--data", f"digits={data}"]
    assert main(["behavior", str(folder), *given]) == 0
    report = shown(capsys)
    assert "consistent first: " in report
    assert "consistent digits: accuracy: declared 0.9" in report
    assert "None of this can reveal a backdoor" in report

    assert main(["behavior", str(poisoned), *given]) == 1
    report = shown(capsys)
    assert "contradicted first: worst at [0, " in report
    assert "consistent digits: accuracy: declared 0.9" in report
    assert "level 2, golden vectors: 2 measured level 3, declared metrics: 1 measured" in report
    assert "None of this can reveal a backdoor: a model that obeys a trigger is as accurate as others" in report

"""Files that configurations name against those that are there."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import artifact, snapshot
from verifier.crosschecks import files
from verifier.records import Dossier, Evidence, Fact


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        (("1_Pooling/config.json", "model.onnx"), ()),
        (("1_Pooling/config.json",), ("model.onnx",)),
        (("1_Pooling", "model.onnx/x"), ()),
        (("sub/1_Pooling/config.json", "model.onnx.data"), ("1_Pooling", "model.onnx")),
    ],
)
def test_what_is_named_is_there_as_a_file_or_a_folder(present: tuple[str, ...], missing: tuple[str, ...]) -> None:
    fact = Fact("file-reference", ("1_Pooling", "./model.onnx"), Evidence("modules.json", "names 2 files", "json/1"))
    member = Fact("file-reference", ("x",), Evidence("a.zip!modules.json", "names 1 file", "json/1"))
    other = Fact("model-type", "bert", Evidence("modules.json", "bert", "json/1"))
    shown = snapshot(*sorted(map(artifact, (*present, "modules.json")), key=lambda one: one.path))
    found = list(files.check(Dossier(shown, facts=(fact, member, other))))
    assert [dict(finding.parameters)["missing"] for finding in found] == ([missing] if missing else [])
    assert all(finding.rule == "config-file-missing" for finding in found)

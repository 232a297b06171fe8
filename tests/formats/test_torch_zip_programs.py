"""Programs in torch's zip archives: TorchScript, mobile bytecode, torch.package, torch.export."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from pathlib import Path

import pytest

from tests.builders.inspections import facts_of, inspected, members_of, only, rules_of, states_of
from tests.builders.opcodes import call, mapping, name, pickled, value
from tests.builders.torch_files import accused, alarms, examined, gaps, recognized
from tests.builders.torches import (
    PAYLOAD,
    SCRIPT,
    archive,
    export_zip,
    node,
    package_zip,
    payload,
    program,
    script_zip,
    tensor,
    torch_zip,
)
from verifier.formats import torch_zip as module
from verifier.formats._torch import archive as body
from verifier.records import Coverage, CoverageState, Finding

EVIL = pickled(PAYLOAD)


def scripts() -> dict[str, bytes]:
    """TorchScript as torch saves it: scripted, traced, with further files, for mobile."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(3, 4)
            self.rest = nn.Sequential(nn.BatchNorm1d(4), nn.ReLU())
            self.register_buffer("steps", torch.arange(5))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.rest(self.linear(x))  # type: ignore[no-any-return]

    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = Net().eval()
        for title, made, more in (
            ("scripted", torch.jit.script(model), {}),
            ("traced", torch.jit.trace(model, torch.randn(2, 3)), {}),  # type: ignore[no-untyped-call]
            ("with files", torch.jit.script(model), {"note.txt": "hello", "labels.json": "{}"}),
        ):
            buffer = io.BytesIO()
            torch.jit.save(made, buffer, _extra_files=more)
            found[title] = buffer.getvalue()
        found["mobile"] = torch.jit.script(model)._save_to_buffer_for_lite_interpreter()  # type: ignore[no-untyped-call]
    return found


def test_torchscript_as_torch_writes_it_is_quiet() -> None:
    for title, data in scripts().items():
        records = examined(data)
        assert (title, alarms(records), gaps(records)) == (title, [], [])
        assert recognized(data) == ["torch-zip"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('torch.save(x, "/tmp/x")', "torchscript-file-access"),
        ("y = ops.my_kernels.fast(x)", "torchscript-custom-operator"),
        ("f = torch", "torchscript-hidden-operator"),
    ],
)
def test_what_a_script_reaches_is_reported(line: str, rule: str) -> None:
    source = SCRIPT.replace("    return", f"    {line}\n    return", 1)
    records = inspected(module, script_zip(source))
    assert rules_of(records) == [rule]
    evidence = next(only(records, Finding)).evidence[0]
    assert source.encode()[evidence.offset :].startswith(evidence.what.encode())
    assert evidence.artifact == "file!archive/code/__torch__.py"


def test_an_honest_script_is_inspected() -> None:
    records = inspected(module, script_zip())
    assert rules_of(records) == []
    assert set(states_of(records)) == {CoverageState.INSPECTED, CoverageState.DATA}


@pytest.mark.parametrize("place", ["constants.pkl", "data.pkl", "code/__torch__.py.debug_pkl", "traced_inputs.pkl"])
def test_payloads_beside_a_script_are_inspected(place: str) -> None:
    members = {"data.pkl": pickled(value(())), "constants.pkl": pickled(value(())), "version": b"3\n"}
    assert accused(inspected(module, archive(members | {place: EVIL}))) == [f"file!archive/{place}"]


def test_a_source_torch_would_not_write_is_a_gap() -> None:
    assert any("quotes text" in gap for gap in gaps(examined(script_zip(SCRIPT + "  '''\n"))))


def test_code_beside_the_scripts_is_judged_as_python() -> None:
    records = examined(script_zip(more={"code/helper.py": b"import os\nos.system('true')\n"}))
    assert "python-acts-on-import" in alarms(records)


def test_mobile_bytecode_is_looked_through() -> None:
    body = pickled(value((8, ("operators", (("aten::from_file", ""), ("mine::op", ""))))))
    records = inspected(module, torch_zip(more={"bytecode.pkl": body}))
    assert rules_of(records) == ["torchscript-file-access", "torchscript-custom-operator"]


def test_traced_inputs_may_be_shapes_alone() -> None:
    traced = {"traced_inputs.pkl": pickled(tensor()), "traced_inputs/0": b"", "constants.pkl": pickled(value(()))}
    assert rules_of(inspected(module, archive(traced | {"version": b"3\n"}))) == []


def packages() -> dict[str, bytes]:
    """What torch.package writes: tensors, TorchScript, code."""
    import torch
    from torch.package import package_exporter

    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script = torch.jit.script(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU()))
        package_exporter._gate_torchscript_serialization = False
        for title, thing in (("tensors", {"w": torch.zeros(3)}), ("script", {"m": script}), ("code", {"n": 1})):
            buffer = io.BytesIO()
            with package_exporter.PackageExporter(buffer) as exporter:
                exporter.extern("**")
                exporter.save_pickle("res", "model.pkl", thing)
                exporter.save_text("res", "note.txt", "hello")
                if title == "code":
                    exporter.save_source_string("own.code", "def f(): return 1\n")
            found[title] = buffer.getvalue()
    return found


def test_packages_are_quiet_but_for_their_code() -> None:
    found = {title: examined(data) for title, data in packages().items()}
    assert {title: alarms(records) for title, records in found.items()} == {
        "tensors": [],
        "script": [],
        "code": ["torch-package-code"],
    }
    assert gaps(found["tensors"]) == gaps(found["script"]) == gaps(found["code"]) == []


def test_functions_a_package_has_called_are_reported() -> None:
    reduced = value(("reduce_package", 7, name("os", "system"), ("echo inert",))) + b"Q"
    assert "torch-package-code" in rules_of(inspected(module, package_zip(pickled(reduced))))
    older = value(("reduce_package", name("torch.fx.graph_module", "reduce_package_graph_module"), ())) + b"Q"
    assert "torch-package-code" in rules_of(inspected(module, package_zip(pickled(older))))
    script = value(("reduce_package", 7, name("torch.jit._script", "unpackage_script_module"), ("0",))) + b"Q"
    assert alarms(inspected(module, package_zip(pickled(script)))) == []  # type: ignore[arg-type]
    assert "pickle-persistent-id" in rules_of(inspected(module, torch_zip(pickled(script))))


def test_a_package_counts_its_modules() -> None:
    records = inspected(module, package_zip(more={"own/a.py": b"", "own/b.py": b"", "code/__torch__.py": b""}))
    assert "brings 2 Python modules" in next(only(records, Finding)).message
    assert rules_of(inspected(module, package_zip())) == []


def test_programs_as_torch_exports_them_are_quiet(tmp_path: Path) -> None:
    import torch
    from torch.export import Dim

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(6, 6)
            self.register_buffer("steps", torch.arange(5))
            self.shift = torch.ones(6)

        def forward(self, given: dict[str, torch.Tensor]) -> tuple[torch.Tensor, int]:
            x = given["x"]
            y = torch.cond(x.sum() > 0, lambda v: v + 1, lambda v: v - 1, (x,))
            z = y.reshape(-1, 2 * x.shape[1]) if x.shape[0] % 2 == 0 else y
            return self.linear(y).sum() + z.sum() + self.shift.sum(), (x.shape[0] + 1) ** 2 // 3

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exported = torch.export.export(Net(), ({"x": torch.randn(8, 6)},), dynamic_shapes=({"x": {0: Dim.AUTO}},))
        torch.export.save(exported, tmp_path / "model.pt2", extra_files={"note.txt": "hi"})
    data = (tmp_path / "model.pt2").read_bytes()
    texts = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("model/models/model.json"))["guards_code"]
    records = examined(data)
    assert texts
    assert alarms(records) == []
    assert gaps(records) == []
    assert facts_of(list(only(list(records), object)))["tensor-count"] >= 1  # type: ignore[arg-type, operator]


def test_raw_payloads_are_data() -> None:
    records = inspected(module, export_zip())
    assert rules_of(records) == []
    assert members_of(records) == {}
    data = [c.artifact for c in only(records, Coverage) if c.state is CoverageState.DATA]
    assert data[0] == "file!archive/data/weights/weight_0"


def test_pickled_payloads_go_back_even_if_another_tensor_is_raw() -> None:
    weights = {"config": {"a": payload(), "b": payload(pickled=True)}}
    assert "archive/data/weights/weight_0" in members_of(inspected(module, export_zip(weights)))


def test_weights_beside_compiled_models_go_back() -> None:
    records = inspected(module, export_zip(more={"data/aotinductor/model/weights.json": b"{}"}))
    assert "archive/data/weights/weight_0" in members_of(records)


def test_opaque_constants_are_unpickled_and_so_inspected() -> None:
    assert accused(inspected(module, export_zip(more={"data/constants/opaque_obj_0": EVIL}))) != []


@pytest.mark.parametrize("meta", [payload(size=(3, 3)), payload("weight_1"), payload(size=(2, 2), dtype=11)])
def test_payloads_that_do_not_fit_are_reported(meta: dict[str, object]) -> None:
    assert rules_of(inspected(module, export_zip({"config": {"a": meta}}))) == ["torch-storage-mismatch"]


@pytest.mark.parametrize("text", [b"[]", b"{", b'{"config": {"a": {}}}', b'{"config": {"a": {"path_name": 1}}}'])
def test_a_description_that_is_not_understood_leaves_its_payloads_open(text: bytes) -> None:
    records = inspected(module, export_zip(more={"data/weights/model_weights_config.json": text}))
    assert CoverageState.PARTIAL in states_of(records)


def test_what_a_program_calls_and_evaluates_is_reported() -> None:
    model = program(node("torch.serialization.os.system"), guards_code=["__import__('os').system('echo inert')"])
    records = inspected(module, export_zip(model=model))
    assert rules_of(records) == ["torch-export-code", "torch-export-code"]
    pointers = {finding.evidence[0].pointer for finding in only(records, Finding)}
    assert pointers == {"/graph_module/graph/nodes/0/target", "/guards_code/0"}


def test_a_program_that_is_no_json_is_a_gap() -> None:
    records = inspected(module, export_zip(more={"models/other.json": b"{'"}))
    assert CoverageState.PARTIAL in states_of(records)


def test_code_in_constants_of_a_checkpoint_is_found() -> None:
    body = pickled(mapping({"x": call("torch.jit._pickle", "build_intlist", PAYLOAD)}))
    assert accused(inspected(module, script_zip(more={"data.pkl": body}))) != []


def test_a_long_source_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_MAX_TEXT", 100)
    assert any("more than the 100" in gap for gap in gaps(examined(script_zip(SCRIPT))))

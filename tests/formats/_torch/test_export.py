"""Descriptions and programs of torch.export."""

from __future__ import annotations

import json

import pytest

from tests.builders.torches import node, payload, program
from verifier.errors import Malformed
from verifier.formats._json import Json
from verifier.formats._torch.export import Flaw, payloads, program_flaws


def as_json(value: object) -> Json:
    read: Json = json.loads(json.dumps(value))
    return read


def flaws(document: object) -> list[Flaw]:
    return list(program_flaws(as_json(document), lambda _: None))


def rules(document: object) -> list[str]:
    return [flaw.rule for flaw in flaws(document)]


def test_payloads_are_gathered_by_file() -> None:
    config = {"config": {"a": payload(), "b": payload(size=(3,)), "c": payload("weight_1", pickled=True)}}
    first, second = payloads(as_json(config), "data/weights/")
    assert (first.path, len(first.views), first.is_pickled) == ("data/weights/weight_0", 2, False)
    assert (second.path, second.views, second.is_pickled) == ("data/weights/weight_1", [], True)
    assert [view.fits(24) for view in first.views] == [True, True]
    assert not first.views[0].fits(20)
    assert not first.views[1].fits(13)


def test_symbolic_extents_are_taken_as_they_come() -> None:
    meta = payload()
    meta["tensor_meta"] = {"dtype": 1, "sizes": [{"as_expr": {}}], "strides": [], "storage_offset": {"as_int": 0}}
    assert payloads(as_json({"config": {"a": meta}}), "")[0].views[0].fits(7)


@pytest.mark.parametrize("meta", [None, {"dtype": 99}, {"dtype": 7, "sizes": [], "strides": [], "storage_offset": {}}])
def test_a_tensor_that_is_not_understood_is_refused(meta: object) -> None:
    with pytest.raises(Malformed, match="tensor a"):
        payloads(as_json({"config": {"a": payload() | {"tensor_meta": meta}}}), "")


@pytest.mark.parametrize("document", [None, [], {}, {"config": []}, {"config": {"a": 1}}])
def test_what_describes_no_payloads_is_refused(document: object) -> None:
    with pytest.raises(Malformed):
        payloads(as_json(document), "")


GENUINE = [
    "torch.ops.aten.add.Tensor",
    "torch.ops.aten.relu",
    "torch.ops.higher_order.cond",
    "_operator.floordiv",
    "_operator.getitem",
    "math.trunc",
    "torch.sym_max",
    "torch._sym_sqrt",
]


@pytest.mark.parametrize("target", GENUINE)
def test_operators_of_torch_are_quiet(target: str) -> None:
    assert rules(program(node(target))) == []


TARGETS = {
    "torch.serialization.os.system": "torch-export-code",
    "torch.load": "torch-export-code",
    "_operator.methodcaller": "torch-export-code",
    "_operator.attrgetter": "torch-export-code",
    "math.__loader__": "torch-export-code",
    "builtins.eval": "torch-export-code",
    "#extension": "torch-export-code",
    "torch.ops.aten.add.Tensor.op.__globals__": "torch-export-code",
    "torch.ops.load_library": "torch-export-code",
    "torch.ops.mine.fast.default": "torchscript-custom-operator",
    "torch.ops.aten.from_file.default": "torchscript-file-access",
}


@pytest.mark.parametrize("target", TARGETS)
def test_other_targets_are_reported(target: str) -> None:
    found = flaws(program(node(), node(target)))
    assert [(flaw.rule, flaw.what) for flaw in found] == [(TARGETS[target], target)]
    assert found[0].steps == ("graph_module", "graph", "nodes", 1, "target")


def test_formulas_are_looked_at_wherever_they_stand() -> None:
    deep = {"a": [{"as_expr": {"expr_str": "Symbol('s0')"}}, {"as_expr": {"expr_str": "exec('x')"}}]}
    assert rules(program(extra=deep, guards_code=["s0 == 1", "eval(s0)", 7])) == ["torch-export-code"] * 2


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"default_factory_module": "builtins", "default_factory_name": "list"}, []),
        ({"default_factory_module": "evil.module", "default_factory_name": "x"}, ["torch-export-import"]),
        ('{"__enum__": true, "fqn": "torch.x:Mode", "name": "A"}', []),
        ('{"__enum__": true, "fqn": "evil.module:Mode", "name": "A"}', ["torch-export-import"]),
        ('{"\\u005f_enum__": true, "fqn": "evil:Mode", "name": "A"}', ["torch-export-import"]),
        ({"fqn": "layer.0"}, []),
        ("[broken", []),
        ("[1, 2]", []),
    ],
)
def test_descriptions_of_inputs_are_read_as_torch_reads_them(context: object, expected: list[str]) -> None:
    spec = json.dumps([1, {"type": "builtins.dict", "context": context, "children_spec": []}])
    assert rules({"module_call_graph": [{"signature": {"in_spec": spec}}]}) == expected


def test_work_is_counted() -> None:
    counts: list[int] = []
    list(program_flaws(as_json(program()), counts.append))
    assert sum(counts) >= 4

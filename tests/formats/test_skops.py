"""The types that a skops schema would load are told, and held against the registry."""

from __future__ import annotations

import pytest

from tests.builders.inspections import context, facts_of, inspected, only, probe, rules_of, states_of
from tests.builders.schemas import node, schema
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, candidates
from verifier.formats import skops as module
from verifier.formats._json import Json
from verifier.records import Artifact, CoverageState, Finding

MODULE: FormatModule = module
REPORTED = {module.DANGEROUS, module.UNREVIEWED}


def types(*nodes: dict[str, Json]) -> object:
    root = node("ListNode", "builtins", "list", content=list(nodes))
    return facts_of(inspected(MODULE, schema(root), "schema.json"))["skops-types"]


def test_it_is_looked_at_beside_json() -> None:
    data = schema(node("ListNode", "builtins", "list", content=[]))
    assert MODULE in candidates(probe(data, "schema.json"))


def test_plain_values_and_arrays_are_quiet() -> None:
    root = node(
        "DictNode",
        "builtins",
        "dict",
        key_types=node("ListNode", "builtins", "list", content=[node("TypeNode", "builtins", "str")]),
        content={
            "a": node("JsonNode", "builtins", "str", content="1", is_json=True),
            "b": node("NdArrayNode", "numpy", "ndarray", type="numpy", file="1.npy"),
            "c": node("TypeNode", "numpy", "float64"),
            "d": node("SliceNode", "builtins", "slice", content={}),
        },
    )
    records = inspected(MODULE, schema(root), "schema.json")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.INSPECTED])


def test_a_type_nobody_reviewed_is_undecided_and_named() -> None:
    root = node("ObjectNode", "mypackage.models", "Model", content=node("ObjectNode", "otherpackage", "Thing"))
    records = inspected(MODULE, schema(root), "schema.json")
    (finding,) = only(records, Finding)
    assert finding.rule == module.UNREVIEWED
    assert finding.parameters == (("types", ("mypackage.models.Model", "otherpackage.Thing")),)
    assert "mypackage.models.Model (and 1 more)" in finding.message


@pytest.mark.parametrize(
    ("loader", "named", "path"),
    [
        pytest.param("FunctionNode", ("os", "system"), "os.system", id="function"),
        pytest.param("TypeNode", ("builtins", "eval"), "builtins.eval", id="builtin"),
        pytest.param("OperatorFuncNode", ("builtins", "int"), "operator.int", id="CVE-2025-54412"),
        pytest.param("LossNode", ("shadow.losses", "Loss"), "shadow.losses.Loss", id="imported by the audit"),
        pytest.param("NewNode", ("mypackage", "A"), "mypackage.A", id="loader of tomorrow"),
        pytest.param("ObjectNode", ("", ""), ".", id="nothing"),
    ],
)
def test_hostile_types_are_seen(loader: str, named: tuple[str, str], path: str) -> None:
    records = inspected(
        MODULE, schema(node("ListNode", "builtins", "list", content=[node(loader, *named)])), "schema.json"
    )
    (finding,) = only(records, Finding)
    assert finding.rule in REPORTED
    assert finding.parameters == (("types", (path,)),)


def test_a_bound_method_is_named_with_its_method() -> None:
    content: dict[str, Json] = {"func": "load", "obj": node("ObjectNode", "numpy", "ndarray")}
    assert types(node("MethodNode", "builtins", "method", content=content)) == (
        "builtins.list",
        "builtins.method: method load of numpy.ndarray",
        "numpy.ndarray",
    )


def test_functions_that_may_only_be_called_are_no_values() -> None:
    root = node("FunctionNode", "builtins", "getattr")
    assert set(rules_of(inspected(MODULE, schema(root), "schema.json"))) <= REPORTED
    assert rules_of(inspected(MODULE, schema(root), "schema.json")) != []


@pytest.mark.parametrize("data", [b"", b"text", b"{", b'{"type": "object"}', b"[]"])
def test_other_schemas_are_left_to_others(data: bytes) -> None:
    assert states_of(inspected(MODULE, data, "schema.json")) == [CoverageState.UNKNOWN]


def test_a_schema_of_many_types_has_an_end() -> None:
    nodes: list[Json] = [node("ObjectNode", "mypackage", f"A{at}") for at in range(1001)]
    with pytest.raises(BudgetExceeded, match="more than 1000 types"):
        inspected(MODULE, schema(node("ListNode", "builtins", "list", content=nodes)), "schema.json")


def test_a_schema_has_an_end() -> None:
    class Huge:
        size = 1 << 30

        def read_at(self, offset: int, length: int) -> bytes:
            raise AssertionError

    with pytest.raises(BudgetExceeded, match="more than the"):
        list(MODULE.inspect(Artifact("schema.json", 1 << 30), Huge(), context()))


def test_a_function_bound_as_a_method_is_judged_as_the_function() -> None:
    content: dict[str, Json] = {"func": "system", "obj": node("TypeNode", "os", "module")}
    records = inspected(MODULE, schema(node("MethodNode", "builtins", "method", content=content)), "schema.json")
    assert "skops-dangerous-type" in rules_of(records)


def test_files_of_nodes_lie_within_the_archive() -> None:
    for file, rules in (("1.npy", []), ("../../x", ["skops-file-outside"]), ("/etc/x", ["skops-file-outside"])):
        records = inspected(
            MODULE, schema(node("NdArrayNode", "numpy", "ndarray", type="numpy", file=file)), "schema.json"
        )
        assert [rule for rule in rules_of(records) if rule == "skops-file-outside"] == rules

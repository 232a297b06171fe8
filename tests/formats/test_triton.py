"""Settings for Triton: backends that run code, libraries, and places outside of the model."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import triton as module
from verifier.records import CoverageState

MODULE: FormatModule = module
PLAIN = b'name: "m"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\ninput [{ name: "x" dims: [1] }]\n'


def test_ordinary_settings_are_quiet() -> None:
    assert [found.FORMAT.id for found in candidates(probe(PLAIN, "config.pbtxt"))] == ["tensorflow-text", "triton"]
    assert module not in candidates(probe(b'item { name: "cat" id: 1 }', "config.pbtxt"))
    more = b'output [{ name: "y" label_filename: "labels.txt" }] parameters: { key: "a" value: { string_value: "b" } }'
    records = inspected(MODULE, PLAIN + more)
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'backend: "python"', [module.CODE]),
        (b'backend: "\\160ython"', [module.CODE]),
        (b'backend: "py" "thon"', [module.CODE]),
        (b'backend: "mine"', [module.CODE]),
        (b'runtime: "libtriton_mine.so"', [module.CODE]),
        (b'runtime: "/opt/x.so"', [module.CODE, module.OUTSIDE]),
        (b'model_operations { op_library_filename: ["libops.so"] }', [module.CODE]),
        (b'parameters { key: "EXECUTION_ENV_PATH" value: { string_value: "env.tar.gz" } }', [module.CODE]),
        (b'model_repository_agents { agents [{ name: "mine" }] }', [module.CODE]),
        (b'default_model_filename: "../../other/model.onnx"', [module.OUTSIDE]),
        (b'cc_model_filenames { key: "7.5" value: "/inert" }', [module.OUTSIDE]),
    ],
)
def test_code_and_places_outside_are_named(text: bytes, expected: list[str]) -> None:
    assert rules_of(inspected(MODULE, PLAIN + text)) == expected


def test_what_is_no_message_is_a_gap_and_findings_are_bounded() -> None:
    assert states_of(inspected(MODULE, PLAIN + b"}")) == [CoverageState.PARTIAL]
    assert len(rules_of(inspected(MODULE, b'runtime: "x.so"\n' * 200))) == 100


@given(st.binary(max_size=20), st.integers(0, 150))
@settings(max_examples=100, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    assert states_of(inspected(MODULE, PLAIN[:at] + noise + PLAIN[at + len(noise) :]))

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.codebase import Kind
from verifier.codebase.yaml import find

MANIFESTS = """\
spec:
  containers:
    - image: vllm/vllm-openai:v0.6
      args:
        - --model
        - org/served
        - --revision=v1
      env:
        - name: MODEL_ID
          value: org/variable
        - name: CACHE
          value: a/b
---
spec:
  storageUri: "hf://org/kserve:v2"
  image: org/image
---
model:
  _target_: transformers.AutoModel.from_pretrained
  pretrained_model_name_or_path: bert-base-uncased
  revision: v3
other: {model: openai/gpt-4o, path: a/b}
chosen: {model_name: "${oc.env:X}"}
---
jobs:
  steps:
    - run: |
        pip install x
        hf download org/step
    - uses: actions/checkout@v4
services:
  tgi:
    command: --model-id org/compose
    environment:
      - MODEL_ID=org/environment
---
engine: {model: org/engine, tensor_parallel_size: 2}
"""


def test_manifests_and_configurations_name_models() -> None:
    found = [(one.line, one.name, one.revision) for one in find(MANIFESTS) if one.kind is Kind.HUB]
    assert found == [
        (6, "org/served", "v1"),
        (10, "org/variable", None),
        (15, "org/kserve", "v2"),
        (20, "bert-base-uncased", "v3"),
        (29, "org/step", None),
        (33, "org/compose", None),
        (35, "org/environment", None),
        (37, "org/engine", None),
    ]


def test_interpolated_names_are_made_at_run_time() -> None:
    assert [one.name for one in find(MANIFESTS) if one.kind is Kind.RUN_TIME] == ["${oc.env:X}"]


@pytest.mark.parametrize("text", ["model_id: [", "model: &a [*b]", "model_id: " + "[" * 3000, "{{ model }}: {{"])
def test_what_is_no_yaml_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(find(text))


def test_aliases_are_read_once() -> None:
    bomb = "model_id: &a0 [org/x]\n" + "".join(f"k{n}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(60))
    assert list(find(bomb)) == []
    assert [one.name for one in find("a: &a {model_id: org/x}\nb: *a\n")] == ["org/x"]


@given(st.text(alphabet="model_id: org/x&*a[]{}-\n'\"|>", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        list(find("model_id: " + text))

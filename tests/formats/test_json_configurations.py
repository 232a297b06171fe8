"""Keys of JSON configurations by which libraries call, import, install or render something."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.builders.inspections import context, facts_of, inspected, only, rules_of
from verifier.formats import FormatModule
from verifier.formats import json as module
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Fact

MODULE: FormatModule = module
REMOTE_CODE = "config-remote-code"
FOREIGN = "config-foreign-module"


def _look(value: object, name: str) -> list[Any]:
    return inspected(MODULE, json.dumps(value).encode(), name)


@pytest.mark.parametrize(
    ("name", "value", "rules"),
    [
        ("config.json", {"model": {"_target_": "os.system"}}, ["config-dangerous-target"]),
        ("config.json", {"model": {"_target_": "mine.Net"}}, ["config-unknown-target"]),
        ("config.json", {"model": {"_target_": "torch.nn.Linear"}}, []),
        (
            "model.json",
            {"py/reduce": [{"py/function": "os.system"}, {"py/tuple": ["true"]}]},
            ["config-dangerous-target"],
        ),
        ("run.json", {"net": "${oc.create:{_target_:os.system}}"}, ["config-dangerous-target"]),
        ("run.json", {"path": "${oc.env:HOME}/${model.name}"}, []),
        ("bundle.json", {"net": {"_target_": "UNet"}, "x": "$eval('1')"}, ["config-dangerous-expression"]),
        ("bundle.json", {"net": {"_target_": "UNet"}, "x": "$1", "y": "$2"}, ["config-expression"]),
        ("bundle.json", {"initialize": ["$__import__('os').system('x')"]}, ["config-dangerous-expression"]),
        ("bundle.json", {"initialize": ["$import glob"], "price": "$5"}, []),
        ("vocab.json", {"$eval('1')": 1}, []),
        (
            "meta.json",
            {"requirements": ["spacy==3.0", "evil @ http://127.0.0.1:9/x.whl"]},
            ["requirement-untrusted-source"],
        ),
        ("router_config.json", {"types": {"q": "sentence_transformers.models.Dense", "d": "mine.Net"}}, [FOREIGN]),
        ("adapter_config.json", {"auto_mapping": {"parent_library": "mine.models"}}, [FOREIGN]),
        ("adapter_config.json", {"auto_mapping": {"parent_library": "transformers.models.bert"}}, []),
        ("adapter_config.json", {"auto_mapping": None}, []),
        ("generation_config.json", {"custom_generate": "someone/code"}, [REMOTE_CODE]),
        ("model_index.json", {"_class_name": "P", "unet": ["diffusers", "U"], "safety": ["stable_diffusion", "S"]}, []),
        ("tokenizer_config.json", {"chat_template": "{{ ''.__class__ }}"}, ["template-unsafe-expression"]),
    ],
)
def test_keys_that_make_libraries_act(name: str, value: object, rules: list[str]) -> None:
    assert rules_of(_look(value, name)) == rules


def test_code_that_configurations_name_is_a_fact() -> None:
    records = _look(
        {"auto_map": {"A": "modeling_x.M", "T": ["tok.T", None], "C": "a/b--modeling.M"}}, "sub/config.json"
    )
    assert facts_of(records)["code-reference"] == ("sub/modeling_x.py", "sub/tok.py")


def test_pipelines_name_components_that_are_code() -> None:
    data = json.dumps({"unet": ["my_unet", "U"], "_class_name": ["pipe", "P"], "vae": ["other", "V"]}).encode()
    beside = {"unet/my_unet.py": 1, "pipe.py": 1}
    surroundings = replace(context(), siblings=beside)
    records = list(MODULE.inspect(Artifact("model_index.json", len(data)), BytesReader(data), surroundings))
    assert rules_of(records) == [REMOTE_CODE, REMOTE_CODE]
    code = {fact.value for fact in only(records, Fact) if fact.kind == "code-reference"}
    assert code == {("unet/my_unet.py",), ("pipe.py",)}

"""YAML files: plain ones are quiet; tags and keys that make a loader call something are judged by what it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import facts_of, inspected, only, probe, rules_of, states_of, until_limit
from verifier.formats import FormatModule, Limits, candidates
from verifier.formats import yaml as module
from verifier.formats._config import yaml as body
from verifier.records import CoverageState, Finding

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]

PLAIN = {
    "hydra without targets": "defaults:\n  - _self_\nmodel:\n  layers: [1, 2]\n  act: relu\n",
    "conda": "name: x\nchannels: [conda-forge]\ndependencies:\n- python=3.11\n- pip:\n  - torch\n",
    "targets of libraries": "a:\n  _target_: torch.nn.Linear\n  in_features: 3\n",
    "speechbrain": "seed: !apply:torch.manual_seed [!ref <seed>]\nnet: !new:speechbrain.nnet.linear.Linear\n",
    "rl-zoo": "!!python/object/apply:collections.OrderedDict\n- - - n_envs\n    - 8\n",
    "tuples": "betas: !!python/tuple [0.9, 0.99]\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "prices": "price: $5\nhome: $HOME\n",
    "interpolations": "a: ${oc.env:HOME}\nb: ${model.width}\nc: ${now:%Y-%m-%d}\nd: '${oc.create:{x: [1, 2]}}'\n"
    "e: tcp://${host}:${oc.decode:${oc.env:PORT,null}}\nf: ${a._target_}\ng: ${{ github.ref }}\nh: ${PORT:-80}\n"
    "i: ${hydra:runtime.cwd}/${.x}\nj: ${get_method:torch.nn.functional.relu}\n"
    "k: ${oc.create:{_target_:torch.nn.ReLU}}\n",
    "aliases": "a: &a {b: [1, 2]}\nc: *a\nd: {<<: *a}\n",
    "nothing": "",
}
ATTACKS = {
    "config-dangerous-target": [
        "a: {_target_: os.system, command: x}",
        "a: &x subprocess.Popen\nb: {_target_: *x}",
        "a: !!python/object/apply:os.system ['true']",
        "a: !!python/name:os.system ''",
        "a: !!python/object/new:subprocess.Popen [x]",
        "a: !!python/object/apply:eval ['1']",
        "a: !<tag:yaml.org,2002:python/object/apply:os.system> [x]",
        "%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [x]",
        "a: !new:os.popen [x]",
        "a: !apply:builtins.exec [x]",
        "a: !name:torch.os.system",
        "b: ${oc.create:{_target_:os.system}}",
        "b: 'x ${oc.create: {a: [{ _target_ : \"os.system\" }]}}'",
        "b: \"${oc.create:'{_target_: os.system}'}\"",
        "b: '${oc.select:none,{_target_: os.system}}'",
        "b: ${get_method:os.system}",
    ],
    "config-unknown-target": [
        "a: {_target_: mine.Net}",
        "a: !new:mine.Net",
        "a: {_target_: '${b}'}",
        "a: '${c:{_target_: ${b}}}'",
    ],
    "config-dangerous-expression": [
        "a: {_target_: X, b: \"$__import__('os').system('x')\"}",
        "run: $exec(x)",
        "a: \"${eval:'exec(${b})'}\"",
    ],
    "config-code-resolver": [
        "a: \"${eval:'${b} * 2'}\"",
        "a: ${oc.eval:1+1}",
        "a: ${${b}:{x:1}}",
        "a: ${oc.create:${b}}",
        "a: '${oc.create:\"{\\x5ftarget_: os.system}\"}'",
    ],
    "yaml-alias-bomb": [
        "a0: &a0 [lol]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 13)),
        "a: &a [*a]",
    ],
    "config-expression": ["a: {_target_: X, b: $1 + 1}"],
    "yaml-python-tag": ["a: !!python/module:antigravity ''", "a: !!python/object:x {}"],
    "yaml-malformed": ["a: ["],
}


@pytest.mark.parametrize("what", PLAIN)
def test_plain_files_are_quiet(what: str) -> None:
    records = inspected(MODULE, PLAIN[what].encode(), "config.yaml")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in ATTACKS.items() for text in texts])
def test_what_a_loader_would_do_is_told(rule: str, text: str) -> None:
    assert rules_of(inspected(MODULE, text.encode(), "config.yaml")) == [rule]


def test_mlflow_models_name_their_loader() -> None:
    text = b"flavors:\n  python_function:\n    loader_module: %s\n    code: code\n"
    assert rules_of(inspected(MODULE, text % b"mlflow.sklearn", "MLmodel")) == []
    records = inspected(MODULE, text % b"evil.loader", "MLmodel")
    assert rules_of(records) == ["config-foreign-module"]
    assert facts_of(records)["code-reference"] == ("code/evil/loader.py",)
    assert rules_of(inspected(MODULE, text % b"evil.loader", "other.yaml")) == []


def test_files_that_name_calls_and_cannot_be_read_are_gaps() -> None:
    assert states_of(inspected(MODULE, b"a: [", "a.yaml")) == CLEAN
    assert states_of(inspected(MODULE, b"_target_: [", "a.yaml")) == [CoverageState.PARTIAL]


def test_yaml_is_known_by_name_and_refines_text() -> None:
    for name in ("a.yaml", "a.yml", "mlmodel"):
        assert candidates(probe(b"a: 1\n", name)) == (MODULE,)
    assert MODULE not in candidates(probe(b"a: 1\n", "a.txt"))
    assert states_of(inspected(MODULE, b"\x80\x04N.", "a.yaml")) == [CoverageState.UNKNOWN]


def test_places_are_pointers_and_lines() -> None:
    (finding,) = only(inspected(MODULE, b"x: 1\na: [{_target_: os.system}]\n", "a.yaml"), Finding)
    assert finding.evidence[0].pointer == "/a/0/_target_"
    (finding,) = only(inspected(MODULE, b"x: 1\na: !new:os.system\n", "a.yaml"), Finding)
    assert finding.evidence[0].what.startswith("line 2: !new:os.system")


def test_bombs_are_limits() -> None:
    assert until_limit(MODULE, b"[" * 200 + b"]" * 200, Limits(), "a.yaml") == []
    assert len(until_limit(MODULE, b"- {_target_: os.system}\n" * 2000, Limits(), "a.yaml")) == body.MAX_RECORDS


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_ends_in_coverage(text: str) -> None:
    assert states_of(inspected(MODULE, text.encode("utf-8", "replace"), "a.yaml"))

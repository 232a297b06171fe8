"""`behavior.yaml`: what is declared, what is refused, and that what is read is what the published schema says."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.resources import files

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.declarations import BEHAVIOR, DIGEST, card, only
from tests.builders.dossiers import artifact, opener, snapshot
from verifier.claims import behavior
from verifier.claims._declaration import MAX_BYTES, _schema
from verifier.claims._declaration.collection import declarations
from verifier.claims._declaration.own import declaration
from verifier.claims._tree import tree
from verifier.errors import BudgetExceeded, Malformed, SourceError
from verifier.records import Claim, Coverage, CoverageState, Finding, Reader
from verifier.records.declaration import Tolerance
from verifier.records.terms import Dialect, Dtype, Kind, Risk, Runtime

VALIDATOR = jsonschema.Draft202012Validator(_schema.schema())


def found(name: str, content: str | bytes) -> list[object]:
    raw = content if isinstance(content, bytes) else content.encode()
    opened = opener(**{name.replace(".", "__"): raw})
    return list(declarations(snapshot(artifact(name, len(raw), "yaml")), opened))


def complaint(content: str | bytes, name: str = "behavior.yaml") -> str:
    (finding,) = found(name, content)
    assert isinstance(finding, Finding)
    assert finding.rule in behavior.RULES
    return finding.message.removeprefix("The declaration of behavior cannot be used: ")


def test_what_is_declared() -> None:
    declared = only(found("behavior.yaml", BEHAVIOR))
    assert (declared.source, declared.dialect) == ("behavior.yaml", Dialect.BEHAVIOR)
    assert declared.subject.sha256 == (("model.safetensors", DIGEST),)
    assert declared.regime.dtype is Dtype.F32
    assert declared.regime.runtime == (Runtime.TORCH, Runtime.ONNX)
    assert declared.regime.entry == "sentence-embedding"
    assert dict(declared.claims) == {
        "languages": ("en", "no"),
        "max_input.advertised": 256,
        "max_input.trained": 128,
        "max_input.unit": "tokens",
        "output.dim": 384,
        "output.id": "007",
        "output.unit_norm": True,
        "parameters": 22713216,
    }
    assert [(one.risk, one.evidence) for one in declared.controls] == [
        (Risk.POISONING, "attestation.json"),
        (Risk.MISUSE, ""),
    ]
    assert declared.not_for == ("medical triage",)


def test_golden_vectors_and_metrics() -> None:
    declared = only(found("behavior.yaml", BEHAVIOR))
    (golden,) = declared.golden
    assert [one.file for one in (*golden.inputs, *golden.outputs)] == ["golden/in.jsonl", "golden/out.npy"]
    assert (golden.kind, golden.tolerance, golden.covers) == (Kind.VECTOR, Tolerance(1e-5), (("tokens", 412),))
    (metric,) = declared.metrics
    assert (metric.metric, metric.value, metric.where) == ("spearman", 0.789895, "/metrics/0")
    assert (metric.data.revision, metric.data.n, metric.gaps()) == ("4d8694f", 1186, ())
    assert metric.recipe is not None
    assert metric.recipe.arguments == (("max_input", 256), ("pooling", "mean"))


def test_the_same_stands_in_the_front_matter_of_a_card() -> None:
    declared, own = only(found("README.md", card())), only(found("behavior.yaml", BEHAVIOR))
    assert declared.source == "README.md"
    assert (declared.golden, declared.metrics, declared.claims) == (own.golden, own.metrics, own.claims)


@pytest.mark.parametrize("text", ["---\nlicense: mit\n---\n", "# behavior\n", "---\ntags: [behavior]\n---\n"])
def test_a_card_may_declare_none(text: str) -> None:
    assert found("README.md", text) == []


def test_the_other_spelling_is_read_as_what_others_write() -> None:
    text = BEHAVIOR.replace("behavior:", "behaviour:")
    assert only(found("behaviour.yaml", text)).dialect is Dialect.BEHAVIOUR
    assert only(found("README.md", card(text, "behaviour"))).dialect is Dialect.BEHAVIOUR
    assert complaint(text) == "it does not say `behavior: 1`, the version that is read here."


def test_claims_name_files_by_digest_and_the_rest_by_kind() -> None:
    files_ = snapshot(artifact("behavior.yaml", len(BEHAVIOR), "yaml"))
    claims = list(behavior.collect(files_, opener(behavior__yaml=BEHAVIOR.encode())))
    assert all(isinstance(one, Claim) for one in claims)
    told = [(one.kind, one.subject, one.evidence.pointer) for one in claims if isinstance(one, Claim)]
    assert told == [
        ("digest", "model.safetensors", "/subject/sha256"),
        ("golden", ".", "/golden/0"),
        ("digest", "golden/in.jsonl", "/golden/0"),
        ("digest", "golden/out.npy", "/golden/0"),
        ("metric", ".", "/metrics/0"),
        ("digest", "preds/sts16.npy", "/metrics/0"),
        ("control", ".", "/controls/0"),
        ("control", ".", "/controls/1"),
        ("not-for", ".", "/not_for/0"),
    ]
    assert list(behavior.collect(files_, opener(behavior__yaml=b"behavior: 2"))) == found(
        "behavior.yaml", "behavior: 2"
    )


GOLDEN = 'behavior: 1\ngolden: {id: g, inputs: {file: %s, sha256: "' + DIGEST + '"}, outputs: []}'
METRIC = "behavior: 1\nmetrics:\n- {id: a, metric: f1, data: {name: x%s}, value: %s}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is not a table of keys and values."),
        ("- 1", "it is not a table of keys and values."),
        ("behavior: 2", "it does not say `behavior: 1`, the version that is read here."),
        ("behavior: [1]", "it does not say `behavior: 1`, the version that is read here."),
        ("behavior: 1\nbehavior: 1", "line 1: the key 'behavior' of this table stands twice."),
        ("behavior: 1\n? [a]\n: b", "line 1: a key of this table is not text."),
        ("behavior: &a 1\nx: *a", "line 2: aliases are not followed."),
        ("behavior: 1\nx: !!python/name:os.system ''", "line 2: a tag is not of YAML's own."),
        ("behavior: [", "line 2: did not find expected node content."),
        (b"behavior: 1\nx: \xff", "byte 15 is not UTF-8."),
        ("behavior: 1\nx: \x00", "a character is not YAML's."),
        ("behavior: 1\nregime: f32", "/regime is not a table."),
        ("behavior: 1\nregime: {dtype: f64}", "/regime/dtype is not one of f32, f16, bf16, int8."),
        ("behavior: 1\nsubject: {sha256: {a: AB}}", "/subject/sha256/a is not a SHA-256 in lower-case hexadecimal."),
        ("behavior: 1\nsubject: {sha256: [a]}", "/subject/sha256 is not a table of at most 1000 entries."),
        ("behavior: 1\nclaims: [a]", "/claims is not a table of at most 1000 entries."),
        ("behavior: 1\nclaims: {a: [{b: 1}]}", "/claims/a/0 is not a value or a list of values."),
        (f"behavior: 1\nclaims: {{a: {'x' * 1001}}}", "/claims/a is not a text of at most 1000 characters."),
        (f"behavior: 1\nnot_for: [{'a, ' * 1001}]", "/not_for is not a list of at most 1000 items."),
        (f"behavior: 1\nclaims: {{a: [{'a, ' * 1001}]}}", "/claims/a is not a list of at most 1000 items."),
        ("behavior: 1\nnot_for: [[a]]", "/not_for/0 is not a text of at most 1000 characters."),
        ("behavior: 1\nnot_for: ['']", "/not_for/0 is not a text of at most 1000 characters."),
        ("behavior: 1\ngolden: {id: g}", "/golden/0 has no inputs."),
        (GOLDEN % "in.npy", "/golden/0: golden vectors have inputs and outputs."),
        (METRIC % ("", "much"), "/metrics/0/value is not a number."),
        (METRIC % ("", "1e999"), "/metrics/0/value is not a number."),
        (METRIC % (", n: 1.5", "1"), "/metrics/0/data/n is not a whole number."),
        (METRIC % (", n: -1", "1"), "/metrics/0/data: a number of items is not negative."),
        (
            (METRIC + "- {id: a, metric: f1, data: {name: x}, value: 1}") % ("", 1),
            "/: an id stands twice among metrics.",
        ),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(text: str | bytes, told: str) -> None:
    assert complaint(text) == told


@pytest.mark.parametrize(
    "path",
    [
        *("../in.npy", "a/../in.npy", "/in.npy", "a//in.npy", "./in.npy", "a/./in.npy", "C:in.npy", r"a\in.npy"),
        *('"a\\nb.npy"', "in.pkl", "in.npy/x", "in.pt", ".npy", "https://x/in.npy", "a/..", "in.npy.py"),
    ],
)
def test_no_path_leaves_the_model_or_names_what_a_loader_executes(path: str) -> None:
    told = "/golden/0/inputs/0/file is not the path of an .npy, .safetensors or .jsonl file inside the model."
    assert complaint(GOLDEN % path) == told


@pytest.mark.parametrize("path", ["in.npy", "a/b c/in.jsonl", "..a/in.safetensors", "a/.b/é.npy"])
def test_paths_inside_the_model(path: str) -> None:
    assert complaint(GOLDEN % path) == "/golden/0: golden vectors have inputs and outputs."


def test_limits_are_gaps_and_so_is_what_cannot_be_fetched() -> None:
    long = b"behavior: 1\n#" + b" " * MAX_BYTES
    for content, told in (
        (long, f"it has {len(long)} bytes, more than the {MAX_BYTES} that are read"),
        (b"behavior: 1\nx: " + b"[" * 50, "it is nested more than 40 deep"),
        (b"behavior: 1\nx: [" + b",".join([b"1"] * 200_000) + b"]", "it holds more than 200000 nodes"),
    ):
        (record,) = found("behavior.yaml", content)
        assert isinstance(record, Coverage)
        assert record.state is CoverageState.LIMIT
        assert record.reason == f"the declaration could not be read: {told}"

    def offline(path: str) -> Reader:
        raise SourceError("there is no network")

    (record,) = declarations(snapshot(artifact("behavior.yaml")), offline)
    assert isinstance(record, Coverage)
    assert record.state is CoverageState.NOT_FETCHED


def test_the_published_schema_is_current() -> None:
    published = files("verifier.claims") / "schemas" / "behavior-v1.json"
    assert published.read_text(encoding="utf-8") == _schema.text(), "python -m verifier.claims._declaration._schema"
    jsonschema.Draft202012Validator.check_schema(_schema.schema())
    VALIDATOR.validate(yaml.safe_load(BEHAVIOR))


KEYS = st.sampled_from(
    [
        *("subject", "sha256", "regime", "dtype", "claims", "golden", "metrics", "id", "data", "name", "value", "n"),
        *("metric", "inputs", "outputs", "file", "tolerance", "abs", "controls", "risk", "control", "not_for", "x"),
    ]
)
LEAVES = st.sampled_from([1, 0.5, "a", "f32", DIGEST, "in.npy", "poisoning", "", "a\nb", 10**6, None])
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)


@given(st.dictionaries(KEYS, DOCUMENTS, max_size=6))
def test_what_is_read_is_valid_by_the_schema(document: dict[str, object]) -> None:
    """Read from JSON, whose types are plain; null is the same as nothing there."""
    document["behavior"] = 1
    kept = json.loads(json.dumps(document))
    try:
        declaration(kept, "behavior.yaml", "behavior")
    except Malformed:
        return
    VALIDATOR.validate(_without_nulls(kept))


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


@given(st.text() | st.text(alphabet="abc:-[]{}&*!|>'\"\n #?%,").map(lambda text: f"behavior: 1\n{text}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Malformed, BudgetExceeded):
        tree(text)


@given(
    st.recursive(
        st.text(alphabet="abc 1.-~"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    )
)
def test_a_tree_is_what_yaml_says_with_every_scalar_a_text(value: object) -> None:
    assert tree(yaml.safe_dump(value, default_style='"')) == value

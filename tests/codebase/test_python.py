"""Models that Python names: what is found, what is not, and where a commit is written."""

from __future__ import annotations

import ast
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.codebase import Kind, Mention, pinned
from verifier.codebase.python import find

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEAD = "import os, torch, timm, open_clip, pickle, peft, vllm, transformers, argparse\nfrom transformers import *\n"


def hub(text: str) -> list[tuple[str, str | None]]:
    return [(one.name, one.revision) for one in find(HEAD + text) if one.kind is Kind.HUB]


def kinds(text: str) -> list[tuple[Kind, str]]:
    return [(one.kind, one.name) for one in find(HEAD + text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('AutoModel.from_pretrained("org/a")', ["org/a"]),
        ('AutoModel.from_pretrained("bert-base-uncased")', ["bert-base-uncased"]),
        ('Mine.from_pretrained(pretrained_model_name_or_path="org/a", torch_dtype="auto")', ["org/a"]),
        ('peft.PeftModel.from_pretrained(base, "org/adapter")', ["org/adapter"]),
        ('pipeline("ner", "org/a", tokenizer="org/t")', ["org/a", "org/t"]),
        ('from transformers import pipeline as p\np("ner", model="org/a")', ["org/a"]),
        ('from huggingface_hub import HfApi\nHfApi().snapshot_download("org/a")', ["org/a"]),
        (
            'from sentence_transformers import SentenceTransformer as S\nS("all-MiniLM-L6-v2")',
            ["sentence-transformers/all-MiniLM-L6-v2"],
        ),
        (
            'from sentence_transformers import CrossEncoder as C\nC("cross-encoder/ms")',
            ["cross-encoder/ms"],
        ),
        ('vllm.LLM(model="org/a")', ["org/a"]),
        ('timm.create_model("hf_hub:org/a@v1", pretrained=True)', ["org/a"]),
        ('open_clip.create_model_and_transforms("hf-hub:org/a")', ["org/a"]),
        ('keras_hub.models.X.from_preset("hf://org/a")', ["org/a"]),
        ('pipe.load_lora_weights("org/lora")', ["org/lora"]),
        ('M = "org/a"\nAutoModel.from_pretrained(M)', ["org/a"]),
        ('O = "org"\nAutoModel.from_pretrained(f"{O}/a")\nAutoModel.from_pretrained(O + "/b")', ["org/a", "org/b"]),
        ('def f(m="org/a"):\n return AutoModel.from_pretrained(m)', ["org/a"]),
        ('def f(m):\n return AutoModel.from_pretrained(m)\nf("org/a")\nf(m="org/b")', ["org/a", "org/b"]),
        ('class C:\n def __init__(self, m):\n  AutoModel.from_pretrained(m)\nC("org/a")', ["org/a"]),
        ('class C:\n name: str = field(default="org/a")\nAutoModel.from_pretrained(cfg.name)', ["org/a"]),
        ('p.add_argument("--model-x", default="org/a")\nAutoModel.from_pretrained(args.model_x)', ["org/a"]),
        ('for m in ["org/a", "org/b"]:\n AutoModel.from_pretrained(m)', ["org/a", "org/b"]),
        ('T = {"x": "org/a", "y": "org/b"}\nAutoModel.from_pretrained(T["x"])', ["org/a"]),
        ('T = {"x": "org/a", "y": "org/b"}\nAutoModel.from_pretrained(T[k])', ["org/a", "org/b"]),
        ('T = {"x": "org/a"}\nfor m in T.values():\n AutoModel.from_pretrained(m)', ["org/a"]),
        ('AutoModel.from_pretrained("org/a" if big else "org/b")', ["org/a", "org/b"]),
        ('AutoModel.from_pretrained(m or "org/a")', ["org/a"]),
        ('AutoModel.from_pretrained(os.environ.get("M", "org/a"))', ["org/a"]),
        ('open_url("https://huggingface.co/org/a/resolve/main/x.bin")', ["org/a"]),
        ('from langchain_huggingface import HuggingFaceEmbeddings as E\nE(model_name="org/a")', ["org/a"]),
        ('with open(m := "org/a"):\n AutoModel.from_pretrained(m)', ["org/a"]),
    ],
)
def test_models_are_found(text: str, names: list[str]) -> None:
    assert sorted(name for name, _ in hub(text)) == names


@pytest.mark.parametrize(
    "text",
    [
        'AutoModel.from_pretrained("./local")',
        'AutoModel.from_pretrained("/data/model")',
        'AutoModel.from_pretrained("a/b/c")',
        'AutoModel.from_pretrained("outputs/checkpoint-500")',
        'AutoModel.from_pretrained("model.pt")',
        'AutoModel.from_pretrained(Path("org/a"))',
        'AutoModel.from_pretrained(os.path.join("org", "a"))',
        'def test_x(tmp_path):\n AutoModel.from_pretrained(tmp_path)',
        'd = tempfile.mkdtemp()\nAutoModel.from_pretrained(d)',
        'p = snapshot_download("org/a", repo_type="dataset")\nAutoModel.from_pretrained(p)',
        '{}.get("a/b")',
        '"""AutoModel.from_pretrained("org/a")"""',
        '# AutoModel.from_pretrained("org/a")',
        'from mylib import pipeline\npipeline("x", "org/a")',
        'from modelscope import AutoModel\nAutoModel.from_pretrained("org/a")',
        'timm.create_model("resnet50")',
        'torch.hub.load("./x", "y", source="local")',
        'torch.hub.load(".", "y")',
        'AutoModel.from_pretrained(3)',
        'open_url("https://huggingface.co/datasets/org/a/resolve/main/x.bin")',
        'class T:\n @classmethod\n def from_pretrained(cls, name):\n  return super().from_pretrained(name)',
    ],
)  # fmt: skip
def test_other_texts_are_no_references(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AutoModel.from_pretrained(unknown)", (Kind.RUN_TIME, "unknown")),
        ('AutoModel.from_pretrained(f"org/{size}")', (Kind.RUN_TIME, "f'org/{size}'")),
        ('AutoModel.from_pretrained("org/%s" % size)', (Kind.RUN_TIME, "'org/%s' % size")),
        ("AutoModel.from_pretrained(make())", (Kind.RUN_TIME, "make()")),
        ("a = b\nb = a\nAutoModel.from_pretrained(a)", (Kind.RUN_TIME, "b")),
        ('AutoModel.from_pretrained("org/a", revision=r)', (Kind.RUN_TIME, "org/a")),
        ('AutoModel.from_pretrained("org/a", **more)', (Kind.RUN_TIME, "org/a")),
        ('pipeline("ner")', (Kind.ELSEWHERE, "transformers.pipeline")),
        ('torch.hub.load("org/code:v1", "net")', (Kind.ELSEWHERE, "org/code:v1")),
        ("torch.load(f, weights_only=False)", (Kind.UNSAFE, "weights_only=False")),
        ("pickle.load(f)", (Kind.UNSAFE, "pickle.load")),
        ("import joblib\njoblib.load(f)", (Kind.UNSAFE, "joblib.load")),
    ],
)
def test_what_cannot_be_told_is_said(text: str, expected: tuple[Kind, str]) -> None:
    assert expected in kinds(text)
    assert hub(text) == []


def test_code_of_the_repository_is_told() -> None:
    assert (Kind.UNSAFE, "trust_remote_code=True") in kinds('AutoModel.from_pretrained("o/a", trust_remote_code=True)')


def test_revisions_are_read() -> None:
    text = f'R = "{COMMIT}"\nAutoModel.from_pretrained("org/a", revision=R)\nAutoModel.from_pretrained("o/b@v1")'
    assert hub(text) == [("org/a", COMMIT), ("o/b", "v1")]
    text = 'from langchain_huggingface import HuggingFaceEmbeddings\nHuggingFaceEmbeddings(model_name="o/a", '
    assert hub(text + 'model_kwargs={"revision": "v1"})') == [("o/a", "v1")]
    assert hub('AutoModel.from_pretrained("org/a", revision=None)') == [("org/a", None)]


def fixed(text: str) -> str:
    edits = {one.edit: COMMIT for one in find(HEAD + text) if one.edit}
    return pinned(HEAD + text, edits).removeprefix(HEAD)


PIN = f'revision="{COMMIT}"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('AutoModel.from_pretrained("o/a")', f'AutoModel.from_pretrained("o/a", {PIN})'),
        ('AutoModel.from_pretrained("o/a",)', f'AutoModel.from_pretrained("o/a", {PIN})'),
        ('AutoModel.from_pretrained( ("o/a") )', f'AutoModel.from_pretrained( ("o/a"), {PIN} )'),
        (
            'é = AutoModel.from_pretrained("o/a", x="é")  # é',
            f'é = AutoModel.from_pretrained("o/a", x="é", {PIN})  # é',
        ),
        ('AutoModel.from_pretrained("o/a", revision="main")', f'AutoModel.from_pretrained("o/a", {PIN})'),
        (
            'AutoModel.from_pretrained(\n    "o/a",  # why\n    x=1,  # ) "\n)\n',
            f'AutoModel.from_pretrained(\n    "o/a",  # why\n    x=1,\n    {PIN},  # ) "\n)\n',
        ),
        (
            'AutoModel.from_pretrained(\r\n\t"o/a",\r\n)\r\n',
            f'AutoModel.from_pretrained(\r\n\t"o/a",\r\n\t{PIN},\r\n)\r\n',
        ),
        (
            'AutoModel.from_pretrained(\n    "o/a"  # why\n)',
            f'AutoModel.from_pretrained(\n    "o/a", {PIN}  # why\n)',
        ),
        ('M = "o/a"\nAutoModel.from_pretrained(M)', f'M = "o/a"\nAutoModel.from_pretrained(M, {PIN})'),
    ],
)
def test_a_commit_is_written_and_all_else_stays(before: str, after: str) -> None:
    assert fixed(before) == after


@pytest.mark.parametrize(
    "text",
    [
        'def f(m="o/a"):\n return AutoModel.from_pretrained(m)',
        'for m in ["o/a", "o/b"]:\n AutoModel.from_pretrained(m)',
        'AutoModel.from_pretrained("o/a", **more)',
        'R = "main"\nAutoModel.from_pretrained("o/a", revision=R)',
        'timm.create_model("hf_hub:o/a")',
        'AutoModel.from_pretrained("o/a" if x else "o/b")',
    ],
)
def test_where_one_commit_may_be_wrong_nothing_is_written(text: str) -> None:
    assert fixed(text) == text


BLANKS = st.sampled_from(["", " ", "\n", "\n    ", "  # note, (\n", "\r\n\t"])
ARGUMENTS = st.lists(
    st.sampled_from(['x="é"', "y=(1, 2)", "z=[f(1)]", "w='''a\n)'''", "q=(\n1)"]), max_size=3, unique=True
)


@given(st.lists(BLANKS, min_size=6, max_size=6), ARGUMENTS, st.booleans())
def test_any_call_stays_the_same_but_for_its_revision(blanks: list[str], more: list[str], comma: bool) -> None:
    inner = ",".join(blank + part for blank, part in zip(blanks, ['"org/a"', *more], strict=False))
    text = f"m = AutoModel.from_pretrained({inner}{blanks[4]}{',' if comma else ''}{blanks[5]})\nend = 1\n"
    before, after = ast.parse(text), ast.parse(fixed(text))
    call = next(
        node for node in ast.walk(after) if isinstance(node, ast.Call) and len(node.args) == 1 and node.keywords
    )
    assert ast.unparse(call.keywords.pop()) == f"revision='{COMMIT}'"
    assert ast.dump(before) == ast.dump(after)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert all(isinstance(one, Mention) for one in find("transformers" + text))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        list(find(HEAD + "(" * 5000 + ")" * 5000))


def test_following_names_ends() -> None:
    chain = "\n".join(f"a{number} = (a{number + 1} or a{number + 2})" for number in range(200))
    assert {kind for kind, _ in kinds(f"{chain}\nAutoModel.from_pretrained(a0)")} == {Kind.RUN_TIME}
    many = ", ".join(f'"o/m{number}"' for number in range(200))
    assert kinds(f"for m in [{many}]:\n AutoModel.from_pretrained(m)") == [(Kind.RUN_TIME, "m")]

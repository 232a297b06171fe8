from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.codebase import Kind
from verifier.codebase.shell import find


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hf download org/a --revision v1", [("org/a", "v1")]),
        ("huggingface-cli download gpt2 config.json", [("gpt2", None)]),
        ("CUDA_VISIBLE_DEVICES=0 vllm serve org/a --port 80 &", [("org/a", None)]),
        ('M="org/a"; R=v1\nvllm serve "$M" --revision ${R}', [("org/a", "v1")]),
        ("vllm serve ${M:-org/a}", [("org/a", None)]),
        ("python -m vllm.entrypoints.openai.api_server --model org/a", [("org/a", None)]),
        ("text-generation-launcher --model-id \\\n  org/a", [("org/a", None)]),
        ("llama-server -hf org/a:Q4_K_M", [("org/a", None)]),
        ("ollama run hf.co/org/a:Q4", [("org/a", None)]),
        ("cd x && git clone https://huggingface.co/org/a", [("org/a", None)]),
        ("curl -L https://huggingface.co/org/a/resolve/v1/x.bin", [("org/a", "v1")]),
        ("lm_eval --model hf --model_args pretrained=org/a,revision=v1", [("org/a", "v1")]),
        ("export MODEL_ID=org/a", [("org/a", None)]),
        ("""python -c 'from transformers import pipeline\npipeline("x", "org/a")'""", [("org/a", None)]),
        ("if x; then hf download org/a; fi", [("org/a", None)]),
    ],
)
def test_commands_name_models(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(one.name, one.revision) for one in find(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "# hf download org/a",
        "hf download org/a --repo-type dataset",
        "ollama run llama3",
        "git clone https://github.com/org/a",
        "aider --model anthropic/claude",
        "cp a/b c/d",
        "python train.py --model ./local --output_dir a/b",
        "vllm serve /models/a",
        "OUT=a/b",
    ],
)
def test_other_commands_name_none(text: str) -> None:
    assert list(find(text)) == []


@pytest.mark.parametrize("text", ["hf download $1", "vllm serve $MODEL", "hf download org/a --revision $R"])
def test_unknown_variables_are_made_at_run_time(text: str) -> None:
    assert [one.kind for one in find(text)] == [Kind.RUN_TIME]


def test_a_program_that_cannot_be_read_is_told() -> None:
    assert [one.kind for one in find("python -c 'import transformers('")] == [Kind.UNREAD]


@given(st.text(alphabet="hf download org/a\\\n'\"$;|&{}()=-:", max_size=80))
def test_any_text_is_read(text: str) -> None:
    list(find(text))

"""Numbers in the sentences of model cards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.dossiers import artifact, opener, snapshot
from verifier.claims import prose
from verifier.data.prose import number
from verifier.records import Claim, Coverage


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("- **Model size:** 22.7M params", "parameters", "22.7M"),
        ("| Parameters | 7.24B |", "parameters", "7.24B"),
        ("this model has approximately 7 billion parameters", "parameters", "7 billion"),
        ("input text longer than 256 word pieces is truncated.", "context-length", "256"),
        ("Context length: 128k", "context-length", "128k"),
        ("SentenceTransformer((0): Transformer({'max_seq_length': 384, ", "context-length", "384"),
        ("The sequence length was limited to 128 tokens.", "trained-length", "128"),
        ("It maps sentences & paragraphs to a 384 dimensional dense vector space", "output-dimension", "384"),
        ("Vocabulary size: 30,522", "vocabulary-size", "30,522"),
        ("All weights are only in safetensors.", "only-safetensors", "All weights are only in safetensors"),
        ("It runs without custom code needed", "no-remote-code", "without custom code needed"),
        ("`trust_remote_code` is not needed", "no-remote-code", "`trust_remote_code` is not needed"),
        ("Our model was safety-tuned; our model was safety-tuned", "safety", "Our model was safety-tuned"),
    ],
)
def test_statements_are_claims(text: str, kind: str, value: str) -> None:
    raw = f"---\nlicense: mit\n---\n# Köpfe\n{text}\n".encode()
    (found,) = prose.statements(raw)
    assert (found.kind, found.value, found.channel) == (kind, value, "card-prose")
    start = found.evidence.offset or 0
    assert raw[start:].startswith(found.evidence.what.encode())


@pytest.mark.parametrize(
    "text",
    [
        "We compared it with a 7B parameter teacher.",
        "```\nthis model has 7 billion parameters\n```",
        "the learning rate warm up of 500 with batch size 128",
        "Model size: 12 MB",
        "Parameters: 2.5.1",
        "All weights are stored as safetensors.",
    ],
)
def test_what_may_be_about_something_else_is_none(text: str) -> None:
    assert not list(prose.statements(text.encode()))


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    for found in prose.statements(raw):
        assert found.evidence.offset is not None
        assert found.evidence.offset < len(raw)


@given(st.integers(0, 10**12 - 1), st.sampled_from(["", "K", "M", " million", "B"]))
def test_a_number_covers_what_it_says(value: int, unit: str) -> None:
    read = number(f"{value}{unit}")
    assert read is not None
    assert read.covers(read.value)
    assert read.covers(read.value + read.unit - 1)
    assert not read.covers(read.value + read.unit)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_none(text: str) -> None:
    read = number(text)
    assert read is None or read.value >= 0


def test_a_card_that_cannot_be_read_is_a_gap() -> None:
    of = snapshot(artifact("README.md"))
    (gap,) = prose.collect(of, opener())
    assert isinstance(gap, Coverage)
    (found,) = prose.collect(of, opener(README__md=b"Context length: 512\n"))
    assert isinstance(found, Claim)
    assert not list(prose.collect(snapshot(artifact("x")), opener()))

"""Which files of their own repository configurations name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._config.files import named_files
from verifier.formats._json import Json

BERT = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]
"""As all-MiniLM-L6-v2 has it."""

DIFFUSION = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.35.0",
    "force_zeros_for_empty_prompt": True,
    "image_encoder": [None, None],
    "scheduler": ["diffusers", "PNDMScheduler"],
    "vae": ["diffusers", "AutoencoderKL"],
}

GENAI = {"model": {"decoder": {"filename": "model.onnx", "head_size": 64}, "vision": {"filename": "vision.onnx"}}}


@pytest.mark.parametrize(
    ("path", "document", "named"),
    [
        ("modules.json", BERT, ["1_Pooling"]),
        ("modules.json", [{"type": "x.Y"}, {"path": "z"}, 3], []),
        ("model_index.json", DIFFUSION, ["scheduler", "vae"]),
        ("sub/model_index.json", DIFFUSION, ["sub/scheduler", "sub/vae"]),
        ("genai_config.json", GENAI, ["model.onnx", "vision.onnx"]),
        ("config.json", {"vocab_file": "/home/somebody/vocab.txt"}, []),
    ],
)
def test_files_by_which_libraries_put_models_together(path: str, document: Json, named: list[str]) -> None:
    assert named_files(path, document) == named


@given(
    st.sampled_from(["modules.json", "model_index.json", "genai_config.json"]),
    st.recursive(st.none() | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
)
def test_any_document_will_do(path: str, document: Json) -> None:
    assert all(isinstance(name, str) for name in named_files(path, document))

"""Models so small that they run in no time, as their libraries write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.builders import onnxs
from tests.builders.protobufs import block, number

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "small", "model", "of", "words")


def tokenizer(folder: Path) -> None:
    """A tokenizer of the words, as BERT has."""
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    post = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
    whole: dict[str, object] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": post,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]"}
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "model_max_length": 16}))


def bert(folder: Path, *, classes: int = 0) -> Any:
    """A BERT with its tokenizer, as an encoder or a classifier."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    torch.manual_seed(7)
    sizes: dict[str, Any] = {
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
    }
    sizes |= {"num_labels": classes} if classes else {}
    config = BertConfig(vocab_size=len(WORDS), max_position_embeddings=16, **sizes)
    model: Any = (BertForSequenceClassification if classes else BertModel)(config)
    model.eval()
    model.save_pretrained(folder)
    tokenizer(folder)
    return model


def causal(folder: Path) -> Any:
    """A GPT-2 with its tokenizer."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(7)
    config = GPT2Config(vocab_size=len(WORDS), n_positions=16, n_embd=8, n_layer=1, n_head=2)
    model: Any = GPT2LMHeadModel(config)
    model.eval()
    model.save_pretrained(folder)
    tokenizer(folder)
    return model


def cnn(folder: Path) -> Any:
    """A classifier of 8x8 images as a bare state dict."""
    import torch
    from safetensors.torch import save_file
    from torch import nn

    torch.manual_seed(7)
    model = nn.Sequential(
        *(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10)),
    )
    save_file(model.state_dict(), folder / "model.safetensors")
    return model


def doubling(path: Path, factor: float = 2.0) -> None:
    """A graph that multiplies four numbers."""

    def value(name: str) -> bytes:
        return block(1, name) + block(2, block(1, number(1, onnxs.FLOAT), block(2, block(1, number(1, 4)))))

    path.write_bytes(
        onnxs.model(
            onnxs.node("Mul", "x", "W"),
            block(2, "g"),
            onnxs.weights(onnxs.tensor([1], onnxs.raw(factor))),
            block(11, value("x")),
            block(12, value("y")),
        )
    )


def numbers(*shape: int) -> Any:
    """The same random numbers every time."""
    return np.random.default_rng(7).random(shape, dtype=np.float32)

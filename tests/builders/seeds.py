"""One small genuine file of many formats, to be broken by tests that ask every inspector about everything."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib

from tests.builders.numpys import npy, npz
from tests.builders.opcodes import call, pickled
from tests.builders.safetensors import model_bytes
from tests.builders.tars import tar_bytes
from tests.builders.torches import torch_legacy, torch_tar, torch_zip
from tests.builders.zips import zip_bytes

TEXT = b"# A model\n\nIt does things.\n"

SEEDS: dict[str, bytes] = {
    "README.md": TEXT,
    "empty.bin": b"",
    "zeros.bin": bytes(64),
    "config.json": b'{"architectures": ["BertModel"], "auto_map": {"AutoModel": "modeling.Model"}}',
    "model.safetensors.index.json": b'{"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}',
    "model.safetensors": model_bytes(),
    "model.pkl": pickled(call("posix", "system", "true")),
    "model.bin": torch_zip(),
    "legacy.pt": torch_legacy(),
    "oldest.pt": torch_tar(),
    "array.npy": npy(),
    "arrays.npz": npz(a=npy()),
    "files.zip": zip_bytes((b"a.txt", TEXT), (b"b.json", b"{}")),
    "files.tar": tar_bytes(),
    "text.gz": gzip.compress(TEXT, mtime=0),
    "text.bz2": bz2.compress(TEXT),
    "text.xz": lzma.compress(TEXT),
    "text.zlib": zlib.compress(TEXT),
}
"""File name to content."""

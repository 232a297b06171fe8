"""The description of one array, in either version: its codecs, its shape, and the names of its chunks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Final

from verifier.errors import Malformed

PICKLES: Final = frozenset({"pickle", "numcodecs.pickle"})
"""Codecs that unpickle chunks."""

COMPRESSORS: Final = frozenset({"zstd", "gzip", "zlib", "bz2", "lzma"})
"""Codecs whose output is a file of its own format too."""

CODECS: Final = frozenset(
    {
        *COMPRESSORS,
        *("blosc", "lz4", "bytes", "transpose", "crc32c", "sharding_indexed", "endian", "cast_value", "scale_offset"),
        *("adler32", "crc32", "fletcher32", "jenkins_lookup3", "delta", "astype", "fixedscaleoffset", "quantize"),
        *("shuffle", "bitround", "packbits", "categorize", "base64", "pcodec", "zfpy"),
        *("vlen-utf8", "vlen-bytes", "vlen-array", "json2", "msgpack2"),
    }
)
"""Codecs that compute with bytes (numcodecs 0.16, zarr 3, TensorStore)."""

_MOST: Final = 1 << 48
"""Elements of an array, and of a chunk."""

_SIMPLE: Final = re.compile(r"[<>|=]?[biufcSUVmM](\d{1,6})(\[[\w/]{1,10}\])?")
_BITS: Final = re.compile(r"(?:bool|u?int|b?float|complex)(\d{0,3})(?:_\w{1,12})?")


@dataclass(frozen=True, slots=True)
class Array:
    """An array.

    Args:
        shape, chunks: dimensions.
        codecs: names, the last the compressor where there is one.
        separator: between the numbers in a chunk's name.
        prefix: what a chunk's name begins with.
        item: bytes of an element; None where it is not known.
    """

    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    codecs: tuple[str, ...]
    separator: str
    prefix: str
    item: int | None

    def count(self) -> int:
        """How many chunks the array is divided into."""
        return prod(-(-size // chunk) for size, chunk in zip(self.shape, self.chunks, strict=True))

    def chunk_names(self) -> Iterator[str]:
        """Their names below the array."""
        ranges = [range(-(-size // chunk)) for size, chunk in zip(self.shape, self.chunks, strict=True)]
        for indexes in product(*ranges):
            numbers = self.separator.join(map(str, indexes))
            yield f"{self.prefix}{numbers}" if numbers else self.prefix.rstrip("/.") or "0"

    def chunk_bytes(self) -> int | None:
        """Bytes of a chunk as it stands in its file; None where codecs decide."""
        plain = set(self.codecs) <= {"bytes", "endian", "transpose"}
        return prod(self.chunks) * self.item if plain and self.item is not None else None


def read(value: Mapping[str, Any]) -> Array:
    """An array from its description.

    Raises:
        Malformed: it is none.
    """
    version = value.get("zarr_format")
    if version not in (2, 3):
        raise Malformed("it is of no known version of the format")
    shape = _sizes(value.get("shape"), least=0)
    array = _second(value, shape) if version == 2 else _third(value, shape)
    if len(array.chunks) != len(shape):
        raise Malformed(f"chunks of {len(array.chunks)} dimensions divide an array of {len(shape)}")
    return array


def _second(value: Mapping[str, Any], shape: tuple[int, ...]) -> Array:
    dtype = value.get("dtype")
    simple = _SIMPLE.fullmatch(dtype) if isinstance(dtype, str) else None
    item = int(simple[1]) * (4 if "U" in dtype else 1) if simple and isinstance(dtype, str) else _item(dtype)
    if simple and simple[2]:
        item = 8
    filters = value.get("filters") or []
    compressor = value.get("compressor")
    names = _names([*filters, *([compressor] if compressor else [])] if isinstance(filters, list) else None, "id")
    separator = value.get("dimension_separator", ".")
    return Array(shape, _sizes(value.get("chunks")), names, _separator(separator), "", item)


def _third(value: Mapping[str, Any], shape: tuple[int, ...]) -> Array:
    grid, encoding = value.get("chunk_grid"), value.get("chunk_key_encoding")
    configuration = grid.get("configuration") if isinstance(grid, dict) and grid.get("name") == "regular" else None
    if not isinstance(configuration, dict) or not isinstance(encoding, dict):
        raise Malformed("it does not say how its chunks are divided and named")
    named = encoding.get("configuration") or {}
    default = encoding.get("name", "default") == "default"
    separator = _separator(named.get("separator", "/" if default else ".") if isinstance(named, dict) else None)
    chunks = _sizes(configuration.get("chunk_shape"))
    prefix = f"c{separator}" if default else ""
    return Array(shape, chunks, _codecs(value.get("codecs")), separator, prefix, _item(value.get("data_type")))


def _codecs(codecs: object) -> tuple[str, ...]:
    """Names of codecs, and of those within them."""
    names = list(_names(codecs, "name"))
    for codec in codecs if isinstance(codecs, list) else []:
        inner = codec.get("configuration") if isinstance(codec, dict) else None
        for key in ("codecs", "index_codecs"):
            if isinstance(inner, dict) and key in inner:
                names += _names(inner[key], "name")
    return tuple(names)


def _names(codecs: object, key: str) -> tuple[str, ...]:
    if not isinstance(codecs, list):
        raise Malformed("its codecs are no list")
    found = [codec.get(key) if isinstance(codec, dict) else codec for codec in codecs]
    if not all(isinstance(name, str) for name in found):
        raise Malformed("a codec has no name")
    return tuple(str(name) for name in found)


def _item(dtype: object) -> int | None:
    found = _BITS.fullmatch(dtype) if isinstance(dtype, str) else None
    bits = int(found[1] or 8) if found else 0
    return max(1, bits // 8) if found else None


def _separator(value: object) -> str:
    if value not in ("/", "."):
        raise Malformed("the numbers in names of chunks are divided by something else than a point or slash")
    return str(value)


def _sizes(value: object, least: int = 1) -> tuple[int, ...]:
    sizes = value if isinstance(value, list) else None
    if sizes is None or not all(type(size) is int and least <= size for size in sizes) or prod(sizes) > _MOST:
        raise Malformed("a shape is no list of sizes")
    return tuple(sizes)

"""The header reader accepts what numpy writes, and agrees with numpy on what it accepts."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from tests.builders.numpys import npy, npy_with_header
from verifier.errors import Malformed
from verifier.formats._numpy.dtypes import from_descr, from_text
from verifier.formats._numpy.header import read_header
from verifier.formats._readers import BytesReader

numpy = pytest.importorskip("numpy")

DTYPES = st.one_of(
    numpy_strategies.scalar_dtypes(),
    numpy_strategies.nested_dtypes(),
    numpy_strategies.nested_dtypes(subtype_strategy=st.just(numpy.dtype("O")) | numpy_strategies.scalar_dtypes()),
)


VERSIONS = [None, (1, 0), (2, 0), (3, 0)]


@given(dtype=DTYPES, shape=numpy_strategies.array_shapes(min_dims=0, max_side=3), version=st.sampled_from(VERSIONS))
@example(dtype=numpy.dtype([(("title", "name"), "<i2", (2,))]), shape=(), version=(3, 0))
def test_reads_every_header_numpy_writes(dtype: Any, shape: tuple[int, ...], version: tuple[int, int] | None) -> None:
    array = numpy.zeros(shape, dtype)
    file = io.BytesIO()
    try:
        with warnings.catch_warnings(action="ignore"):
            numpy.lib.format.write_array(file, array, version)
    except UnicodeEncodeError:
        return
    found = read_header(BytesReader(file.getvalue()))
    assert (found.shape, found.count, found.dtype.has_object) == (array.shape, array.size, array.dtype.hasobject)
    if not found.dtype.has_object:
        assert found.body + found.count * found.dtype.itemsize == file.tell()


@given(header=st.text(alphabet="'\"\\{}[]():, \ndescrhapfotnTu|<O4L019-+#", max_size=60))
@example(header="{'descr': '<f4', 'fortran_order': False, 'shape': (3L,), }")
@example(header="{'descr': '<f4', 'fortran_order': False, 'shape': (3), }")
@example(header="{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'shape': (4,)}")
@example(header="{'descr': [('\\x61', '|O')], 'fortran_order': False, 'shape': ()}")
def test_never_accepts_what_numpy_refuses_or_reads_differently(header: str) -> None:
    content = npy_with_header(header)
    try:
        found = read_header(BytesReader(content))
    except Malformed:
        return
    file = io.BytesIO(content)
    numpy.lib.format.read_magic(file)
    with warnings.catch_warnings(action="ignore"):
        shape, _, dtype = numpy.lib.format.read_array_header_1_0(file)
    assert (found.shape, found.dtype.itemsize, found.dtype.has_object) == (shape, dtype.itemsize, dtype.hasobject)


@pytest.mark.parametrize(
    "content",
    [
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\x05",
        npy(version=(4, 0)),
        npy_with_header("{}", length=9000),
        npy_with_header("{}", length=1 << 20, version=(2, 0)),
        b"\x93NUMPY\x03\x00" + (4).to_bytes(4, "little") + b"\xff\xfe\xfd\n",
        npy_with_header("{'descr': '<f4', 'fortran_order': False}"),
        npy_with_header("{'descr': '<f4', 'fortran_order': 1, 'shape': ()}"),
        npy_with_header("[]"),
        npy(shape="(True,)"),
        npy(shape="[1]"),
        npy(shape="(-1,)"),
        npy(shape="(0x10,)"),
        npy(shape="(1_0,)"),
        npy(shape=f"({'1,' * 65})"),
        npy(descr="'\\N{DIGIT ONE}'"),
        npy(descr="'\\U7fffffff'"),
        npy(descr="b'<f4'"),
        npy(descr="'<f' '4'"),
        npy(descr="(" * 100 + "'<f4'" + ")" * 100),
        npy(descr="{1, 2}"),
        npy(descr="{1: 2}"),
        npy(descr="__import__"),
    ],
)
def test_refuses(content: bytes) -> None:
    with pytest.raises(Malformed):
        read_header(BytesReader(content))


@pytest.mark.parametrize(
    "descr",
    [
        *("f8,O", "2i4", "(2,)O", "object", "<f", "<f3", "<M4", "<i4[s]", ""),
        *(None, 3, {"names": ("a",)}, ("<f4", -1), ("<f4", (-1,))),
        *([("a",)], [("a", "<f4", (True,))], [(3, "<f4")], [(("a", 1), "<f4")], ["<f4"]),
    ],
)
def test_refuses_dtypes_numpy_never_writes(descr: object) -> None:
    with pytest.raises(Malformed):
        from_descr(descr)  # type: ignore[arg-type]


def test_refuses_endless_nesting() -> None:
    descr: object = "<f4"
    for _ in range(40):
        descr = [("a", descr)]
    with pytest.raises(Malformed):
        from_descr(descr)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "itemsize"), [("<U5", 20), ("|S", 0), ("<M8[ns]", 8), ("<m8[25us]", 8), ("?", 1), ("|O", 8)]
)
def test_item_sizes(text: str, itemsize: int) -> None:
    assert from_text(text).itemsize == itemsize

"""What all formats that are one compressed stream have in common."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import context, inspected, members_of, only, rules_of, states_of
from tests.builders.zips import zip_bytes
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, Limits, Member, bzip2, xz
from verifier.formats import gzip as gzip_stream
from verifier.formats import lzma as lzma_alone
from verifier.formats import zlib as zlib_stream
from verifier.formats._codecs import GZIP, LZMA, ZLIB
from verifier.formats._compressed import BROKEN_STREAM, TRAILING
from verifier.formats._compressed.streams import decodes, inner_name
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Finding

CONTENT = b"A model card.\n" * 500


@dataclass(frozen=True)
class Kind:
    """A format, and Python's own writer and reader of it."""

    module: FormatModule
    compress: Callable[[bytes], bytes]
    decompress: Callable[[bytes], bytes]


def _alone(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE)


def _from_alone(data: bytes) -> bytes:
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(data)


KINDS = {
    "bzip2": Kind(bzip2, bz2.compress, bz2.decompress),
    "gzip": Kind(gzip_stream, gzip.compress, gzip.decompress),
    "lzma": Kind(lzma_alone, _alone, _from_alone),
    "xz": Kind(xz, lzma.compress, lzma.decompress),
    "zlib": Kind(zlib_stream, zlib.compress, zlib.decompress),
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@every_kind
@pytest.mark.parametrize("content", [b"", b"x", CONTENT, bytes(300_000)], ids=["empty", "short", "text", "zeros"])
def test_a_whole_stream_is_quiet_and_handed_back(kind: Kind, content: bytes) -> None:
    records = inspected(kind.module, kind.compress(content), "model.bin")
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED]
    assert members_of(records) == {"model.bin": content}


@every_kind
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_cut_stream_is_broken_and_its_beginning_handed_back(kind: Kind, kept: float) -> None:
    packed = kind.compress(CONTENT)
    cut = packed[: int(len(packed) * kept)]
    records = inspected(kind.module, cut, "notes.txt")
    (finding,) = only(records, Finding)
    assert finding.rule == BROKEN_STREAM
    assert "cut short" in finding.message
    assert finding.evidence[0].offset == len(cut)
    assert states_of(records) == [CoverageState.PARTIAL]
    assert CONTENT.startswith(members_of(records)["notes.txt"])


@pytest.mark.parametrize("kind", [KINDS[name] for name in ("bzip2", "gzip", "xz", "zlib")])
def test_a_wrong_checksum_is_a_broken_stream(kind: Kind) -> None:
    packed = bytearray(kind.compress(CONTENT))
    place = packed.index(b"1AY&SY") + 6 if kind.module is bzip2 else len(packed) - 5
    packed[place] ^= 1
    records = inspected(kind.module, bytes(packed))
    assert rules_of(records) == [BROKEN_STREAM]
    assert states_of(records) == [CoverageState.PARTIAL]


@every_kind
@pytest.mark.parametrize("behind", [zip_bytes((b"a", b"b")), b"\0\0\0x", b"\x80\x04N."], ids=["zip", "zeros", "pickle"])
def test_bytes_behind_the_stream_are_not_clean(kind: Kind, behind: bytes) -> None:
    packed = kind.compress(CONTENT)
    records = inspected(kind.module, packed + behind)
    (finding,) = only(records, Finding)
    assert finding.rule == TRAILING
    assert finding.evidence[0].offset == len(packed)
    whole, rest = only(records, Coverage)
    assert whole.state is CoverageState.INSPECTED
    assert (rest.state, rest.offset, rest.length) == (CoverageState.PARTIAL, len(packed), len(behind))
    assert members_of(records) == {"file": CONTENT}


@every_kind
def test_zeros_behind_the_stream_are_padding(kind: Kind) -> None:
    records = inspected(kind.module, kind.compress(CONTENT) + bytes(512))
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED]


@every_kind
def test_a_bomb_is_a_limit(kind: Kind) -> None:
    packed = kind.compress(bytes(2 << 20))
    limits = Limits(expanded=1 << 20)
    with pytest.raises(BudgetExceeded, match="decompresses"):
        list(kind.module.inspect(Artifact("a", len(packed)), BytesReader(packed), context(limits=limits)))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_stream_is_reported_or_read_as_python_reads_it(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    whole = bytearray(kind.compress(b"one two three " * 20))
    for _ in range(data.draw(st.integers(1, 2))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    whole += data.draw(st.sampled_from([b"", bytes(3), b"more"]))
    records = inspected(kind.module, bytes(whole))
    if all(state.clean for state in states_of(records)):
        assert rules_of(records) == []
        assert members_of(records)["file"] == kind.decompress(bytes(whole))


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("model.tgz", "model.tar"),
        ("model.tar.gz", "model.tar"),
        ("folder/Model.TBZ2", "Model.tar"),
        ("model.txz", "model.tar"),
        ("vectors.txt.bz2", "vectors.txt"),
        ("a.xz", "a"),
        ("a.lzma", "a"),
        ("model.pkl.z", "model.pkl"),
        ("a.zst", "a"),
        ("model.joblib", "model.joblib"),
        (".gz", ".gz"),
    ],
)
def test_the_content_is_named_without_the_ending(outer: str, inner: str) -> None:
    assert inner_name(Artifact(outer, 1)) == inner
    assert inner_name(Artifact("a.zip", 1, members=("x", outer))) == inner


def test_streams_inside_streams_are_handed_back_one_by_one() -> None:
    packed = gzip.compress(bz2.compress(CONTENT))
    (outer,) = only(inspected(gzip_stream, packed, "a.txt.bz2.gz"), Member)
    records = list(bzip2.inspect(outer.artifact, outer.reader, context()))
    assert outer.artifact.name == "a.txt.bz2.gz!a.txt.bz2"
    assert members_of(records) == {"a.txt": CONTENT}


def test_a_beginning_decodes_when_more_may_follow() -> None:
    packed = zlib.compress(CONTENT)
    assert decodes(packed, len(packed), ZLIB)
    assert decodes(packed[:20], len(packed), ZLIB)
    assert not decodes(packed[:20], 20, ZLIB)
    assert not decodes(b"\x78\x9c\xff\xff\xff", 900, ZLIB)
    assert not decodes(b"", 0, GZIP)
    endless = _alone(bytes(1 << 20))
    assert decodes(endless, len(endless), LZMA)

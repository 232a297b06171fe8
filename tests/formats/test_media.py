"""Pictures and their like are data where they are named so, and nowhere else."""

from __future__ import annotations

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import inspected, members_of, only, probe, rules_of, states_of
from tests.builders.opcodes import call, pickled
from tests.builders.seeds import png
from tests.builders.zips import zip_bytes
from verifier.formats import Budget, FormatModule, candidates, media
from verifier.formats._media import end_of
from verifier.formats._readers import BytesReader
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = media


def _wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", "none"))
        file.writeframes(bytes(100))
    return out.getvalue()


FILES = {
    "picture.png": png(),
    "picture.PNG": png(),
    "picture.jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(20),
    "picture.gif": b"GIF89a\1\0\1\0" + bytes(10),
    "old.gif": b"GIF87a\1\0\1\0" + bytes(10),
    "picture.webp": b"RIFF\x20\0\0\0WEBPVP8 " + bytes(20),
    "sound.wav": _wav(),
    "sound.mp3": b"ID3\4\0\0" + bytes(20),
    "frames.mp3": b"\xff\xf3\x40\xc0" + bytes(20),
    "sound.flac": b"fLaC\0\0\0\x22" + bytes(20),
    "sound.ogg": b"OggS\0\2" + bytes(20),
    "film.mp4": b"\0\0\0\x20ftypisom" + bytes(20),
    "film.webm": b"\x1aE\xdf\xa3" + bytes(20),
    "paper.pdf": b"%PDF-1.7\n" + bytes(20),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_named_as_what_it_is_counts_as_data(name: str) -> None:
    assert MODULE in candidates(probe(FILES[name], name.lower()))
    records = inspected(MODULE, FILES[name], f"assets/{name}")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.DATA])


@pytest.mark.parametrize("name", ["logo.png", "logo.jpg", "logo.gif"])
def test_a_picture_of_another_kind_than_its_name_says_is_still_one(name: str) -> None:
    assert states_of(inspected(MODULE, FILES["picture.webp"], name)) == [CoverageState.DATA]


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pkl", "weights", "model.safetensors", "x.png.pt"])
def test_a_picture_in_the_place_of_a_model_is_not_understood(name: str) -> None:
    assert states_of(inspected(MODULE, png(), name)) == [CoverageState.UNKNOWN]


@pytest.mark.parametrize("data", [b"", b"\x80\x04N.", zip_bytes((b"a", b"b")), b"PNG"])
def test_a_name_alone_makes_no_picture(data: bytes) -> None:
    assert MODULE not in candidates(probe(data, "logo.png"))
    assert states_of(inspected(MODULE, data, "logo.png")) == [CoverageState.UNKNOWN]


def test_an_archive_behind_a_picture_is_looked_at_too() -> None:
    found = [module.FORMAT.id for module in candidates(probe(png() + zip_bytes((b"a", b"b")), "logo.png"))]
    assert found == ["media", "zip"]


def gif(*, animated: int = 1) -> bytes:
    """White squares."""
    square = b"\x21\xf9\4\0\0\0\0\0\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + square * animated + b";"


def jpeg() -> bytes:
    """Every kind of segment there is, with stuffed bytes and a restart in the scan."""
    scan = b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"a\xff\0b\xff\xd0c"
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + scan + b"\xff\x01\xff\xff\xc4\0\3\0" + scan + b"\xff\xd9"


def mp4() -> bytes:
    """A movie box, and data behind a size of 64 bits."""
    return b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\1mdat" + (20).to_bytes(8, "big") + b"\x80\2c."


WHOLE = {
    "a.png": png(),
    "a.gif": gif(),
    "b.gif": gif(animated=3),
    "a.jpg": jpeg(),
    "a.webp": b"RIFF\x0c\0\0\0WEBPVP8 \0\0\0\0",
    "a.wav": _wav(),
    "a.mp4": mp4(),
    "two.jpg": jpeg() + jpeg(),
    "motion.jpg": jpeg() + mp4(),
}
PICKLE = pickled(call("posix", "system", "true"))


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("padding", [b"", bytes(5)])
def test_what_stands_behind_is_handed_back(name: str, padding: bytes) -> None:
    data = WHOLE[name] + padding
    assert members_of(inspected(MODULE, data, name)) == {}
    assert members_of(inspected(MODULE, data + PICKLE, name)) == {f"bytes from {len(data)}": PICKLE}


@pytest.mark.parametrize("behind", [b"\0\0\1\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFH", b"\xa5" * 500, png()])
@pytest.mark.parametrize("name", WHOLE)
def test_what_cameras_and_editors_leave_behind_is_no_alarm(name: str, behind: bytes) -> None:
    assert members_of(inspected(MODULE, WHOLE[name] + behind, name)) == {}


@pytest.mark.parametrize("name", WHOLE)
def test_a_broken_picture_ends_where_it_makes_no_sense(name: str) -> None:
    for end in range(1, len(WHOLE[name])):
        assert states_of(inspected(MODULE, WHOLE[name][:end], name)) in ([CoverageState.DATA], [CoverageState.UNKNOWN])


def test_the_end_of_a_large_picture_is_not_fetched() -> None:
    data = jpeg()[:-2] + b"a" * 70_000 + b"\xff\xd9" + PICKLE
    (covered,) = only(inspected(MODULE, data, "a.jpg", remote=True), Coverage)
    assert covered.unchecked == ("media-end",)
    assert list(members_of(inspected(MODULE, data, "a.jpg"))) == [f"bytes from {len(data) - len(PICKLE)}"]


@given(st.sampled_from(sorted(WHOLE)), st.binary(max_size=60), st.integers(0, 60))
def test_the_end_lies_within_any_bytes(name: str, patch: bytes, at: int) -> None:
    data = WHOLE[name][:at] + patch + WHOLE[name][at:]
    reader = BytesReader(data)
    assert 0 < end_of(reader, Budget()) <= len(data)

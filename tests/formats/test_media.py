"""Pictures and their like are data where they are named so, and nowhere else."""

from __future__ import annotations

import io
import wave

import pytest

from tests.builders.inspections import inspected, probe, rules_of, states_of
from tests.builders.seeds import png
from tests.builders.zips import zip_bytes
from verifier.formats import FormatModule, candidates, media
from verifier.records import CoverageState

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

"""What is read is what is listed, and the list is what is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.data import registries
from verifier.errors import InternalError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of two registries, listed as they are."""
    monkeypatch.setattr(registries, "FOLDER", tmp_path)
    monkeypatch.setattr(registries, "SUMS", tmp_path / "SHA256SUMS")
    (tmp_path / "globals").mkdir()
    for name in ("globals/os.toml", "shapes.toml"):
        (tmp_path / name).write_text("closed = true\n", encoding="utf-8")
    registries.refresh()
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    registries.read.cache_clear()
    registries._listed.cache_clear()


def test_the_list_is_up_to_date() -> None:
    assert registries.SUMS.read_text(encoding="ascii") == registries.sums(), "run: make registries"


def test_a_registry_is_read_as_it_is_listed(folder: Path) -> None:
    assert registries.is_listed("globals/os.toml")
    assert registries.read("globals/os.toml") == {"closed": True}


def test_a_registry_that_was_added_is_none(folder: Path) -> None:
    (folder / "globals" / "evil.toml").write_text("closed = true\n", encoding="utf-8")
    assert not registries.is_listed("globals/evil.toml")
    with pytest.raises(InternalError, match="not the one that is listed"):
        registries.read("globals/evil.toml")


@pytest.mark.parametrize("content", [None, "closed = false\n"])
def test_a_registry_that_was_changed_or_taken_away_is_not_read(folder: Path, content: str | None) -> None:
    path = folder / "globals" / "os.toml"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InternalError, match=r"the registry globals/os\.toml is not the one that is listed"):
        registries.read("globals/os.toml")


def test_another_list_has_another_digest(folder: Path) -> None:
    before = registries.digest()
    (folder / "shapes.toml").write_text("", encoding="utf-8")
    assert registries.digest() == before
    registries.refresh()
    assert registries.digest() != before

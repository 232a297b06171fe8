from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import UnsupportedSourceError, UsageError
from verifier.records import Reference, SourceKind
from verifier.sources import parse
from verifier.sources.reference import is_hub_id, is_loopback

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "location", "revision"),
    [
        ("org/name", "org/name", None),
        ("org/name@main", "org/name", "main"),
        ("org/name@refs/pr/1", "org/name", "refs/pr/1"),
        (f"org/name@{COMMIT}", "org/name", COMMIT),
        ("gpt2", "gpt2", None),
        ("gpt2@v1.0", "gpt2", "v1.0"),
        ("hf://org/name", "org/name", None),
        ("hf://org/name/", "org/name", None),
        ("HF://org/name@v1", "org/name", "v1"),
        ("hf://gpt2", "gpt2", None),
    ],
)
def test_hub_references(text: str, location: str, revision: str | None) -> None:
    assert parse(text) == Reference(text, SourceKind.HUB, location, revision)


def test_revision_beside_the_reference() -> None:
    assert parse("org/name", revision="refs/pr/1").revision == "refs/pr/1"
    assert parse("org/name@v1", revision="v1").revision == "v1"
    with pytest.raises(UsageError, match="Two revisions"):
        parse("org/name@v1", revision="v2")


@pytest.mark.parametrize(
    "revision", ["", " ", "a b", "é", "x" * 300, "a\n", "../../x", "/x", "a/../b", "a/", "C:x", "a\\b", ".a"]
)
def test_impossible_revisions(revision: str) -> None:
    with pytest.raises(UsageError, match="revision"):
        parse("org/name", revision=revision)
    with pytest.raises(UsageError):
        parse(f"org/name@{revision}")


@pytest.mark.parametrize(
    "text", ["s3://bucket/key", "oci://registry/model:tag", "ollama://llama3", "file:///etc/passwd", "gs://a/b", "x://"]
)
def test_other_schemes_are_unsupported(text: str) -> None:
    with pytest.raises(UnsupportedSourceError, match="not a supported source") as raised:
        parse(text)
    assert "hub ids" in raised.value.next_step


@pytest.mark.parametrize("text", ["hf://datasets/org/name", "hf://spaces/org/name@main"])
def test_other_repositories_are_unsupported(text: str) -> None:
    with pytest.raises(UnsupportedSourceError, match="not a model repository"):
        parse(text)


def test_a_file_of_a_repository_names_the_repository() -> None:
    with pytest.raises(UsageError, match=r"hf://org/name$"):
        parse("hf://org/name/model.safetensors")


@pytest.mark.parametrize(
    "text", ["", "a\0b", "a\nb", "\x1b[31m", "a/b/c", "org/na me", "-x/y", "ollama:llama3", "a/b.git"]
)
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert raised.value.next_step
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("text", ["hf://", "hf://a/b/c/..", "hf://a--b/c", "hf://-/x"])
def test_what_is_no_hub_id(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


def test_folders_and_files(tmp_path: Path) -> None:
    (tmp_path / "m@x").mkdir()
    (tmp_path / "weights.bin").write_bytes(b"x")
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    assert parse("./m@x") == Reference("./m@x", SourceKind.FOLDER, str(tmp_path / "m@x"))
    assert parse("m@x").kind is SourceKind.FOLDER
    assert parse("weights.bin") == Reference("weights.bin", SourceKind.FILE, str(tmp_path / "weights.bin"))
    assert parse(str(tmp_path)).location == str(tmp_path)
    assert parse("a/b/c").location == str(tmp_path / "a" / "b" / "c")
    assert parse("a/../a/b/").location == str(tmp_path / "a" / "b")
    assert parse(".").location == str(tmp_path)
    with pytest.raises(UsageError, match="no revisions"):
        parse("./m@x", revision="main")


def test_a_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "model").mkdir()
    assert parse("~/model").location == str(tmp_path / "model")
    with pytest.raises(UsageError, match="no file or folder"):
        parse("~no-such-user-here/model")


@pytest.mark.parametrize("name", ["org/name", "gpt2"])
def test_a_folder_that_may_be_a_repository_names_both_spellings(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(UsageError) as raised:
        parse(name)
    assert f"./{name}" in raised.value.next_step
    assert f"hf://{name}" in raised.value.next_step
    assert parse(f"./{name}").kind is SourceKind.FOLDER
    assert parse(f"hf://{name}").kind is SourceKind.HUB
    assert parse(f"{name}@main").kind is SourceKind.HUB


def test_cache_folders(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--org--name" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (tmp_path / "datasets--org--name" / "snapshots").mkdir(parents=True)
    (tmp_path / "models--not--cache").mkdir()
    assert parse(str(snapshot)).kind is SourceKind.CACHE
    assert parse("models--org--name") == Reference(
        "models--org--name", SourceKind.CACHE, str(tmp_path / "models--org--name")
    )
    assert parse("./models--org--name", revision="v1").revision == "v1"
    assert parse("./models--not--cache").kind is SourceKind.FOLDER
    assert parse(str(snapshot.parent)).kind is SourceKind.FOLDER
    with pytest.raises(UnsupportedSourceError, match="dataset"):
        parse("./datasets--org--name")
    with pytest.raises(UsageError, match="no revisions"):
        parse(str(snapshot), revision="v1")


def test_urls() -> None:
    digest = "AB" * 32
    assert parse("https://h.test/a/b.bin") == Reference(
        "https://h.test/a/b.bin", SourceKind.URL, "https://h.test/a/b.bin"
    )
    assert parse(f"https://h.test/x?y=1#sha256={digest}") == Reference(
        f"https://h.test/x?y=1#sha256={digest}", SourceKind.URL, "https://h.test/x?y=1", None, "ab" * 32
    )
    assert parse("http://127.0.0.1:8000/x").kind is SourceKind.URL
    assert parse("http://[::1]/x").kind is SourceKind.URL
    assert parse("http://localhost/x").kind is SourceKind.URL
    assert parse("https://huggingface.co/org/name/resolve/main/x.bin").kind is SourceKind.URL


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://h.test/x", "not encrypted"),
        ("http://127.0.0.1.evil.test/x", "not encrypted"),
        ("https://user:secret@h.test/x", "user name"),
        ("https://h.test/x#md5=00", "not a digest"),
        ("https://h.test/x#sha256=00", "not a digest"),
        ("https://h.test/x#", "not a digest"),
        ("https:///x", "not a URL"),
        ("https://h.test:99999/x", "not a URL"),
        ("https://[::1/x", "not a URL"),
        ("https://h.test/a b", "not a URL"),
        ("https://h.tést/a", "not a URL"),
        ("https://huggingface.co/org/name", "page of the hub"),
        ("https://huggingface.co/", "page of the hub"),
    ],
)
def test_urls_that_are_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        parse(text)
    assert "secret" not in str(raised.value)


def test_a_url_has_no_revision() -> None:
    with pytest.raises(UsageError, match="no revisions"):
        parse("https://h.test/x", revision="main")


def test_a_page_of_the_hub_names_the_repository() -> None:
    with pytest.raises(UsageError, match="hf://org/name"):
        parse("https://huggingface.co/org/name/tree/main")


def test_loopback() -> None:
    assert is_loopback("127.9.9.9")
    assert is_loopback("LOCALHOST")
    assert not is_loopback("10.0.0.1")
    assert not is_loopback("h.test")


@pytest.mark.parametrize("text", ["a", "a/b", "A.b_c-d/e.f", "x" * 96, "0/1"])
def test_hub_ids(text: str) -> None:
    assert is_hub_id(text)


@given(st.text(max_size=60))
def test_any_text_is_a_reference_or_one_sentence(text: str) -> None:
    local = (SourceKind.FOLDER, SourceKind.FILE, SourceKind.CACHE)
    said = ""
    try:
        reference = parse(text)
    except (UsageError, UnsupportedSourceError) as error:
        said = str(error)
    else:
        assert reference.kind not in local or os.path.lexists(reference.location)
    assert said == "" or (said.isprintable() and len(said) < 400)

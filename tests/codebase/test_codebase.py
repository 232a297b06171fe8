"""Source trees against a lock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.test_lock import MODEL
from verifier.codebase import Edit, Judged, Kind, Standing, fix, judged, modules, pinned, scan
from verifier.errors import InternalError, UsageError
from verifier.store.lock import Lock

ROOT = Path(__file__).resolve().parents[2]
COMMIT = "c" * 40
LOCK = Lock({"org/a": replace(MODEL, id="org/a", commit=COMMIT)})
LOAD = "from transformers import AutoModel\n"


def test_every_language_has_its_mirrored_test() -> None:
    ids = [module.LANGUAGE.id for module in modules()]
    assert ids == ["docker", "json", "notebook", "python", "shell", "toml", "yaml"]
    for name in ids:
        assert (ROOT / "tests" / "codebase" / f"test_{name}.py").is_file()


def tree(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return folder


def call(arguments: str) -> str:
    return f"{LOAD}AutoModel.from_pretrained({arguments})\n"


def test_trees_are_walked_in_order_and_others_code_is_passed_over(tmp_path: Path) -> None:
    files = (
        "b.py",
        "a/x.py",
        ".venv/x.py",
        "mine/pyvenv.cfg",
        "mine/lib/x.py",
        "node_modules/x.py",
        "x.md",
        "big.json",
    )
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(call('"org/a"'))
    (tmp_path / "link.py").symlink_to(tmp_path / "b.py")
    (tmp_path / "latin.py").write_bytes(b"# \xff from_pretrained")
    (tmp_path / "big.json").write_bytes(b'{"model_id": "org/a"}' + b" " * (5 << 20))
    (tmp_path / "other.py").write_bytes(b"# \xff")
    (tmp_path / "big.py").write_bytes(b" " * (5 << 20))
    places = [(place.file.relative_to(tmp_path).as_posix(), place.mention.kind) for place in scan([tmp_path])]
    hub, unread = Kind.HUB, Kind.UNREAD
    assert places == [("a/x.py", hub), ("b.py", hub), ("big.py", unread), ("latin.py", unread)]
    assert [place.mention.line for place in scan([tmp_path / "b.py", tmp_path / "x.md"])] == [2]


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        list(scan([tmp_path / "none"]))


@pytest.mark.parametrize(
    ("text", "standing", "step"),
    [
        (call(f'"org/a", revision="{COMMIT}"'), Standing.LOCKED, ""),
        (call('"org/a"'), Standing.UNPINNED, "verify code --fix"),
        (call('"org/a", revision="main"'), Standing.UNPINNED, "verify code --fix"),
        (call('"org/a", revision=R').replace("\n", '\nR = "main"\n', 1), Standing.UNPINNED, f"name commit {COMMIT}"),
        (call('"org/b", revision="v1"'), Standing.UNPINNED, "verify lock add org/b@v1"),
        (call(f'"org/b", revision="{COMMIT}"'), Standing.NOT_LOCKED, f"verify lock add org/b@{COMMIT}"),
        (call(f'"org/a", revision="{"d" * 40}"'), Standing.OTHER_COMMIT, f"locked is {COMMIT}: "),
        (call("name"), Standing.RUN_TIME, "verify run -- "),
        ("import torch\ntorch.hub.load('a/b', 'c')", Standing.ELSEWHERE, ""),
        ("import torch\ntorch.load(f, weights_only=False)", Standing.UNSAFE, ""),
        ("from_pretrained(", Standing.UNREAD, ""),
    ],
)
def test_standing(tmp_path: Path, text: str, standing: Standing, step: str) -> None:
    (place,) = scan([tree(tmp_path, **{"x.py": text})])
    one = judged(place, LOCK)
    assert one.standing is standing
    assert one.next_step().startswith(step)
    assert bool(one.next_step()) is bool(step)


def found(folder: Path) -> list[Judged]:
    return [judged(place, LOCK) for place in scan([folder])]


def test_fixing_pins_what_is_locked_and_leaves_the_rest(tmp_path: Path) -> None:
    text = "\ufeff" + call('"org/a"') + "AutoModel.from_pretrained('org/b')\r\n"
    tree(tmp_path, **{"x.py": text, "y.py": call('"org/b"')})
    assert fix(found(tmp_path)) == {tmp_path / "x.py": 1}
    expected = text.replace('("org/a")', f'("org/a", revision="{COMMIT}")')
    assert (tmp_path / "x.py").read_bytes() == expected.encode()
    assert fix(found(tmp_path)) == {}


def test_fixing_writes_through_a_link(tmp_path: Path) -> None:
    tree(tmp_path, **{"x.py": call('"org/a"')})
    (tmp_path / "link.py").symlink_to("x.py")
    assert fix([judged(place, LOCK) for place in scan([tmp_path / "link.py"])])
    assert (tmp_path / "link.py").is_symlink()
    assert COMMIT in (tmp_path / "x.py").read_text()


def test_a_change_that_breaks_the_source_is_a_bug_and_not_written() -> None:
    with pytest.raises(InternalError, match="break line 1"):
        pinned("f(1)", {Edit(1, 1, "(", ""): COMMIT})

"""The action on a pull request, whose base decides."""

from __future__ import annotations

import json
from pathlib import Path

from tests.builders.gits import committed, git
from tests.test_surfaces import act, models

__all__ = ["models"]


def test_a_pull_request_that_waives_itself_fails(models: Path, tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    allowed = b'version = 1\n[rules]\npickle-dangerous-symbol = "allow"\npickle-unsafe-call = "allow"\n'
    files = {path.relative_to(models).as_posix(): path.read_bytes() for path in models.rglob("*") if path.is_file()}
    base = committed(origin, {"verify.toml": b"version = 1\n"})
    committed(origin, {"verify.toml": allowed, **files})
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{origin}", str(shallow))
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    relaxed = act(shallow, tmp_path, models="./poisoned")
    assert (relaxed.code, relaxed.outputs["verdict"]) == (0, "accepted")
    held = act(shallow, tmp_path, **{"models": "./poisoned", "policy-from": base})
    assert (held.code, held.outputs["verdict"]) == (1, "rejected")
    assert json.loads(held.outputs["counts"])["rejected"] == 1
    assert relaxed.summary.count("edits policies") == 0
    told = held.summary.partition("Those of its base count:\n\n")[2].splitlines()
    assert '    +pickle-unsafe-call = "allow"' in told
    assert all(line.startswith("    ") for line in told)
    both = act(shallow, tmp_path, **{"models": "./poisoned", "from-code": "notes.md", "policy-from": base})
    assert both.summary.count('+pickle-unsafe-call = "allow"') == 1
    assert act(shallow, tmp_path, **{"models": "./poisoned", "policy-from": "--output=x"}).code == 2

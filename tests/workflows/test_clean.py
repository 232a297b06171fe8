from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]  # exported lazily

from verifier.store import memory
from verifier.workflows.clean import clean
from verifier.workflows.transfer import MACHINERY, lock_of


def test_what_may_be_lost_is_removed_and_what_is_in_use_stays(hub_cache: Path) -> None:
    assert list(clean()) == []
    memory.Memory(memory.place()).put("/a", (1,), 1, {"sha256": "a"})
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    machinery = hub_cache / MACHINERY
    names = ("abandoned", "used", f"run-{os.getpid()}-x", f"run-{ended.pid}-y", "run-1-z")
    for name in names:
        (machinery / name / "inner").mkdir(parents=True)
        (machinery / name / "inner" / "file").write_bytes(b"12345")
    (machinery / f"run-{ended.pid}-y" / "inner").chmod(0o500)
    (machinery / "some.lock").write_text("")
    with WeakFileLock(lock_of(machinery / "used")):
        removed = dict(clean())
    assert {path.name for path in removed} == {"digests.sqlite", "abandoned", f"run-{ended.pid}-y"}
    assert removed[machinery / "abandoned"] == 5
    left = {path.name for path in machinery.iterdir() if path.is_dir()}
    assert left == {"used", f"run-{os.getpid()}-x", "run-1-z"}

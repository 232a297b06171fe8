"""Scanners' words beside a served model."""

from __future__ import annotations

from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoFile

from tests.builders.hub import Hub

API = "/api/models/org/name"


def test_recorded_scans_are_told_as_the_hub_tells_them(own_hub: Hub) -> None:
    record = own_hub.root / ".scans" / "org" / "name.json"
    record.parent.mkdir(parents=True)
    record.write_text(
        '{"scansDone": true, "author": {"isVerified": true}, "files": {"weights.bin": {"status": "unsafe"}}}'
    )
    info = own_hub.ask(f"{API}?securityStatus=true").json
    assert info["securityRepoStatus"] == {
        "scansDone": True,
        "filesWithIssues": [{"path": "weights.bin", "level": "unsafe"}],
    }
    assert info["authorData"] == {"isVerified": True}
    statuses = {
        entry["path"]: entry.get("securityFileStatus") for entry in own_hub.ask(f"{API}/tree/main?expand=1").json
    }
    assert statuses["weights.bin"]["status"] == "unsafe"
    assert statuses["config.json"] is None
    (file,) = HfApi(own_hub.url).get_paths_info("org/name", ["weights.bin"], expand=True)
    assert isinstance(file, RepoFile)
    assert file.security is not None
    assert file.security.status == "unsafe"
    record.write_text('{"files": ["weights.bin"]}')
    assert own_hub.ask(API).status == 500

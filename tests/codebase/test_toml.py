from __future__ import annotations

import pytest

from verifier.codebase.toml import find


def test_keys_name_models() -> None:
    text = (
        '[train]\nmodel_name_or_path = "gpt2"\nmodel_revision = "v1"\n[x]\nname = "a/b"\nscript = "hf download org/a"\n'
    )
    assert [(one.line, one.name, one.revision) for one in find(text)] == [(2, "gpt2", "v1"), (6, "org/a", None)]


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        list(find("model_id = "))
    assert list(find("other = ")) == []

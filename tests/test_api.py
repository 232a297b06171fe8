"""The Python API: few names, cheap to import."""

from __future__ import annotations

import subprocess
import sys

import pytest

import verifier

HEAVY = ("typer", "pydantic", "rich", "cryptography", "huggingface_hub", "yaml", "fickling")


def test_public_names_are_few_and_all_there() -> None:
    assert len(verifier.__all__) <= 15
    for name in verifier.__all__:
        assert getattr(verifier, name) is not None


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'verify_everything'"):
        _ = verifier.verify_everything


@pytest.mark.parametrize("module", ["verifier", "verifier.records", "verifier.pipeline"])
def test_imports_load_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

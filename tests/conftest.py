"""An environment in which nothing of the developer's machine shows through."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

AMBIENT = (
    *("CI", "COLUMNS", "FORCE_COLOR", "GITHUB_", "HF_", "HUGGING_FACE_", "NO_COLOR", "PYTHONUNBUFFERED"),
    *("RUNNER_", "TERM", "VERIFY_"),
)
"""Variables that change what is printed or fetched, by prefix."""


def pytest_configure() -> None:
    """Clears them before any test module is imported: huggingface_hub reads its environment once, at import."""
    for name in list(os.environ):
        if name.startswith(AMBIENT):
            del os.environ[name]
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    home = os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="model-verify-tests-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)


def pytest_report_header() -> str:
    """Says where the escape tests of a confinement are left out."""
    from tests.behavior.sandbox.modes import BUBBLEWRAP_RUNS, REQUIRED

    told = (
        "with" if BUBBLEWRAP_RUNS else f"WITHOUT bubblewrap, which does not work here ({REQUIRED}=1 demands it), only"
    )
    return f"sandboxes: {told} self-confinement"


@pytest.fixture(autouse=True)
def _private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the hub cache, token or configuration of the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))

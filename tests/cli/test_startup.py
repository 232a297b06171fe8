"""What starting the program costs."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

HEAVY = ("cryptography", "huggingface_hub", "pydantic", "rich", "typer", "yaml")

BARE = """
import typer
app = typer.Typer()
@app.command()
def greet(name: str = "x"): ...
app()
"""


def loaded(code: str) -> set[str]:
    code = f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split()) & set(HEAVY)


def test_the_package_loads_nothing_heavy() -> None:
    assert loaded("import verifier") == set()


@pytest.mark.parametrize("arguments", ["--help", "--version"])
def test_help_loads_nothing_but_typer(arguments: str) -> None:
    assert loaded(f"from verifier.cli import main\nmain({arguments.split()})") == {"typer"}


@pytest.mark.parametrize("arguments", ["model --help", "rules", "explain npy-malformed"])
def test_commands_load_what_they_need(arguments: str) -> None:
    assert loaded(f"from verifier.cli import main\nmain({arguments.split()})") <= {"typer", "pydantic"}  # typer's own


def test_help_starts_as_fast_as_a_bare_program() -> None:
    """At most 1.5 times a typer program of one command; the best of some runs, taken in turns."""
    measured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    programs = (("-m", "verifier"), ("-c", BARE))
    best = [float("inf")] * 2
    for _ in range(7):
        for number, program in enumerate(programs):
            start = time.perf_counter()
            subprocess.run([sys.executable, *program, "--help"], env=measured, stdout=subprocess.DEVNULL, check=True)
            best[number] = min(best[number], time.perf_counter() - start)
    assert best[0] <= 1.5 * best[1]

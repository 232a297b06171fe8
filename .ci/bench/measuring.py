"""Whole processes and calls, timed in turns; environments to run them in."""

from __future__ import annotations

import os
import subprocess
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / ".bench"
RUNS = int(os.environ.get("BENCH_RUNS", "5"))


class Cost(NamedTuple):
    """What something took: wall seconds, and megabytes of memory at the peak (0 within this process)."""

    seconds: float
    megabytes: float


class Row(NamedTuple):
    """What is compared, the measured ratio, the bar it must not pass."""

    name: str
    ratio: float
    bar: float


def environment(name: str, *packages: str) -> Path:
    """The Python of an environment that has these packages; without any, as it is."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENTS / name, with_pip=True)
    if packages:
        subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *packages], check=True)
    return python


def best(*commands: Callable[[], object], runs: int = RUNS) -> list[Cost]:
    """Least cost of each, taken in turns: what else runs on the machine can only add."""
    costs: list[list[Cost]] = [[] for _ in commands]
    for _ in range(runs):
        for taken, command in zip(costs, commands, strict=True):
            start = time.perf_counter()
            told = command()
            taken.append(told if isinstance(told, Cost) else Cost(time.perf_counter() - start, 0))
    return [Cost(min(cost.seconds for cost in taken), min(cost.megabytes for cost in taken)) for taken in costs]


def process(*argv: str | Path, status: tuple[int, ...] = (0,), told: bool = False) -> Callable[[], Cost]:
    """A whole process, its output dropped.

    Args:
        argv: the command.
        status: exit codes it may have.
        told: its last line of output is the seconds to count instead of all that it took.
    """

    def run() -> Cost:
        start = time.perf_counter()
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert child.stdout is not None
        output = child.stdout.read()
        _, wait_status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(wait_status)
        if child.returncode not in status:
            raise SystemExit(f"{argv} ended with {child.returncode}")
        return Cost(float(output.split()[-1]) if told else seconds, usage.ru_maxrss / 1000)

    return run


def tell(what: str, costs: dict[str, Cost]) -> None:
    """Prints what each took."""
    parts = (
        f"{name} {cost.seconds:.3f} s" + (f" {cost.megabytes:.0f} MB" if cost.megabytes else "")
        for name, cost in costs.items()
    )
    print(f"{what}: {', '.join(parts)}", flush=True)

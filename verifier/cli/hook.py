"""`verify code` as the pre-commit hooks run it: four options, as reading all commands takes longer than the work."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from verifier.cli import guarded


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `verify code` and returns its exit code.

    Args:
        arguments: those after the program's name; None takes the process's.
    """
    parser = argparse.ArgumentParser("model-verify code", description="See `verify code --help`.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    parser.add_argument("--fix", action="store_true")
    parser.add_argument("--allow-run-time", action="store_true")
    parser.add_argument("--lock", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    return guarded(lambda: _run(given))


def _run(given: argparse.Namespace) -> int:
    from verifier.cli import code

    return code.run(given.paths, code.Request(given.fix, given.allow_run_time, "plain", 0), given.lock)


if __name__ == "__main__":
    sys.exit(main())

"""`verify code` and `verify audit`: the commands on source trees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifier.cli._options import LockFile, Quiet, TextOrJson, Verbose, examples

app = typer.Typer()

Paths = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; here if left out.")]
AllowRunTime = Annotated[
    bool, typer.Option("--allow-run-time", help="Names made at run time, and models found elsewhere, decide nothing.")
]


@app.command(epilog=examples("verify code", "verify code train.py --fix", "verify code src --format json"))
def code(
    paths: Paths = None,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Write the locked commits where revisions are missing.")] = False,
    allow_run_time: AllowRunTime = False,
    text_or_json: TextOrJson = "plain",
    quiet: Quiet = False,
    verbose: Verbose = False,
    lock: LockFile = None,
) -> int:
    """Find the models that source code names, and hold each against models.lock. Uses no network."""
    from verifier.cli import code as command

    request = command.Request(fix, allow_run_time, text_or_json, -1 if quiet else int(verbose))
    return command.run(paths or [Path()], request, lock)

"""`verify code` and `verify audit`: the commands on source trees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifier.cli import _configuration
from verifier.cli._options import Isolated, LockFile, Output, Policy, PolicyFrom, Quiet, TextOrJson, Verbose, examples

app = typer.Typer()

Paths = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; here if left out.")]
AllowRunTime = Annotated[
    bool, typer.Option("--allow-run-time", help="Names made at run time, and models found elsewhere, decide nothing.")
]


@app.command(epilog=examples("verify code", "verify code train.py --fix", "verify code src -o sarif=code.sarif"))
def code(
    paths: Paths = None,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Write the locked commits where revisions are missing.")] = False,
    allow_run_time: AllowRunTime = False,
    policy_from: PolicyFrom = None,
    report_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="plain, json, github, markdown or sarif.")
    ] = "plain",
    output: Output = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    lock: LockFile = None,
) -> int:
    """Find the models that source code names, and hold each against models.lock. Uses no network."""
    from verifier.cli import code as command

    request = command.Request(fix, allow_run_time, report_format, -1 if quiet else int(verbose), output or [])
    with _configuration.base(policy_from) as base:
        return command.run(paths or [Path()], request, lock if base is None else base.counterpart(lock or base.lock))


@app.command(epilog=examples("verify", "verify audit src --policy strict", "verify audit --format json"))
def audit(
    paths: Paths = None,
    *,
    policy: Policy = None,
    policy_from: PolicyFrom = None,
    isolated: Isolated = False,
    allow_run_time: AllowRunTime = False,
    text_or_json: TextOrJson = "plain",
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Tell of every model that a source tree names or holds whether it is pinned, locked and accepted.

    Uses no network. This is what `verify` alone does, here.
    """
    from verifier.cli import audit as command
    from verifier.cli.model import Request

    with _configuration.base(policy_from) as base:
        chosen = _configuration.policies(policy, isolated=isolated, base=base)
        counts = lock if base is None else base.counterpart(lock or base.lock)
        request = Request(chosen, None, offline=True, quiet=quiet, memory=True, pinned=True, lock=counts)
        return command.run(paths or [Path()], request, counts, text_or_json, allow_run_time=allow_run_time)

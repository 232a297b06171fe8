"""`verify lock …`: the commands on `models.lock`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifier.cli import _configuration, _terminal
from verifier.cli._options import REFERENCE, Isolated, LockFile, Offline, Policy, Quiet, SamePolicy, examples
from verifier.errors import UsageError

app = typer.Typer(
    help="Pin models by commit and digest in models.lock, and hold files against it.",
    epilog=examples("verify lock add org/name", "verify lock check", "verify lock update org/name"),
    no_args_is_help=True,
    rich_markup_mode=None,
)

AuditPolicy = Annotated[str | None, typer.Option("--policy", metavar="POLICY", help="Policy that names the records.")]
Models = Annotated[
    list[str] | None, typer.Argument(metavar="[MODEL]...", help="Ids of locked models; all if left out.")
]


@app.command(
    epilog=examples(
        "verify lock add org/name", "verify lock add org/name@v1.0 --policy strict", "verify lock add --from-code ."
    )
)
def add(
    references: Annotated[list[str] | None, typer.Argument(metavar="[REF]...", help=REFERENCE)] = None,
    *,
    from_code: Annotated[
        list[Path] | None, typer.Option("--from-code", metavar="PATH", help="Also every model that code there names.")
    ] = None,
    policy: Policy = None,
    isolated: Isolated = False,
    offline: Offline = False,
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Pin models at the commits they have now, if the policy accepts them."""
    from verifier.cli import lock as command
    from verifier.cli.model import Request

    wanted = references or []
    if from_code:
        from verifier.cli import code

        wanted = list(dict.fromkeys([*wanted, *code.references(from_code)]))
        if not wanted:
            _terminal.note("The code names no models of the hub: nothing was locked.")
    elif not wanted:
        raise UsageError("No model is named.", "Name models, or with --from-code what holds code that does.")
    chosen = _configuration.policies(policy, wanted, isolated=isolated)
    return command.add(wanted, Request(chosen, None, offline, quiet, pinning=True), lock)


@app.command(epilog=examples("verify lock check", "verify lock check org/name --dir ./models/name"))
def check(
    models: Models = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Folder of the one model; else the hub's cache.")
    ] = None,
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Hash the files on this machine and hold them against the lock; needs no network."""
    from verifier.cli import lock as command

    return command.check(models or [], folder, lock, quiet=quiet)


@app.command(epilog=examples("verify lock diff", "verify lock diff org/name"))
def diff(models: Models = None, policy: SamePolicy = None, quiet: Quiet = False, lock: LockFile = None) -> int:
    """Show what an update would change: files, rules and claims. Changes nothing."""
    from verifier.cli import lock as command

    return command.update(models or [], policy, lock, quiet=quiet, write=False)


@app.command(epilog=examples("verify lock update", "verify lock update org/name --allow-rollback"))
def update(
    models: Models = None,
    policy: SamePolicy = None,
    allow_rollback: Annotated[
        bool, typer.Option("--allow-rollback", help="Also take a commit that does not build on the locked one.")
    ] = False,
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Pin models at their newest commits, if the policy accepts them, and show what changed."""
    from verifier.cli import lock as command

    return command.update(models or [], policy, lock, quiet=quiet, rollback=allow_rollback)


@app.command(epilog=examples("verify lock audit", "verify lock audit --policy strict.toml"))
def audit(
    models: Models = None,
    policy: AuditPolicy = None,
    isolated: Isolated = False,
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Hold commits and digests against signed records of known-bad models, as [advisories] of the policy names them."""
    from verifier.cli import lock as command

    return command.audit(models or [], policy, lock, isolated=isolated, quiet=quiet)


@app.command(epilog=examples("verify lock remove org/name"))
def remove(models: Annotated[list[str], typer.Argument(metavar="MODEL")], lock: LockFile = None) -> int:
    """Take models out of the lock, and what only they load."""
    from verifier.cli import lock as command

    return command.remove(models, lock)

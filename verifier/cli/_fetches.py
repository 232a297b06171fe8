"""The commands that bring models of the hub to this machine, and run programs with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifier.cli import _configuration
from verifier.cli._options import (
    Isolated,
    LockFile,
    MaxBytes,
    Policy,
    Quiet,
    Reference,
    Revision,
    SamePolicy,
    examples,
)

app = typer.Typer()


@app.command(
    epilog=examples(
        "verify fetch org/name", "verify fetch org/name@v1.0 --to ./model", "verify fetch org/name --policy strict"
    )
)
def fetch(
    reference: Reference,
    *,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="New folder for the files; else the hub's cache.")
    ] = None,
    policy: Policy = None,
    isolated: Isolated = False,
    revision: Revision = None,
    max_bytes: MaxBytes = 16 << 30,
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Download a model if it is accepted, verify the bytes that arrived, and only then put them in place."""
    from verifier.cli import fetch as command
    from verifier.cli import model as shared

    chosen = _configuration.policies(policy, [reference], isolated=isolated)
    return command.fetch(reference, shared.Request(chosen, revision, offline=False, quiet=quiet), to, lock, max_bytes)


@app.command(epilog=examples("verify add org/name", "verify add org/name@v1.0 --policy strict"))
def add(
    reference: Reference,
    *,
    policy: Policy = None,
    isolated: Isolated = False,
    revision: Revision = None,
    max_bytes: MaxBytes = 16 << 30,
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Fetch a model if it is accepted, pin it in models.lock, and print how to name it in code."""
    from verifier.cli import fetch as command
    from verifier.cli import model as shared

    chosen = _configuration.policies(policy, [reference], isolated=isolated)
    return command.add(reference, shared.Request(chosen, revision, offline=False, quiet=quiet), lock, max_bytes)


@app.command(epilog=examples("verify sync", "verify sync --check"))
def sync(
    policy: SamePolicy = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; tell what differs.")] = False,
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Bring here exactly what models.lock says; what is here already is hashed and needs no network."""
    from verifier.cli import fetch as command
    from verifier.cli import lock as locks

    return locks.check([], None, lock, quiet=quiet) if check else command.sync(lock, policy, quiet=quiet)


@app.command(
    epilog=examples(
        "verify run -- python train.py",
        "verify run --policy strict --resolve -- python train.py --model org/name",
        "verify run --attest ./out -- python train.py --output ./out",
        "verify run --confine --read /data/corpus --write /mnt/out -- python train.py",
    )
)
def run(
    program: Annotated[list[str], typer.Argument(metavar="-- PROGRAM [ARGUMENT]...", help="What to run.")],
    *,
    policy: Policy = None,
    isolated: Isolated = False,
    resolve: Annotated[
        bool, typer.Option("--resolve", help="Also serve models that are not locked, each once it is accepted.")
    ] = False,
    attest: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Folder the program writes to: link its files to the models, as provenance."),
    ] = None,
    sign_key: Annotated[
        Path | None, typer.Option("--sign-key", metavar="PEM", help="Private key that signs the provenance.")
    ] = None,
    confine: Annotated[
        bool,
        typer.Option("--confine", help="Run it in a sandbox: no network but the gateway, no home, no other models."),
    ] = False,
    read: Annotated[
        list[Path] | None, typer.Option("--read", metavar="DIR", help="With --confine: a folder it may read.")
    ] = None,
    write: Annotated[
        list[Path] | None, typer.Option("--write", metavar="DIR", help="With --confine: a folder it may write.")
    ] = None,
    quiet: Quiet = False,
    lock: LockFile = None,
) -> int:
    """Run a program that gets the locked models, just verified, and nothing else from the hub.

    The exit code is the program's own, or 1 if a model it asked for was refused. With --confine it runs in bubblewrap,
    or else under Landlock and seccomp, where no data loader has workers; it finds the working folder, Python and its
    packages, the system's programs, and a home and scratch that are gone afterwards.
    """
    from verifier.cli import run as command

    chosen = _configuration.policies(policy, isolated=isolated)
    attested = command.attested(attest, sign_key)
    wish = command.wish(confine, read or (), write or ())
    return command.run(program, chosen, lock, resolve=resolve, quiet=quiet, attested=attested, wish=wish)


@app.command(epilog=examples("verify clean"))
def clean() -> None:
    """Remove remembered digests, and what fetches that did not end left in quarantine."""
    from verifier.cli import fetch as command

    command.clean()

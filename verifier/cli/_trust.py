"""`verify trust …`: whom a policy trusts to sign."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from verifier.cli import _configuration
from verifier.cli._options import Policy, examples

app = typer.Typer(
    help="Write down in a policy whom to trust to sign models, and what no longer counts.",
    epilog=examples(
        'verify trust add ana --key ana.pub --models "org/*" --policy ours.toml',
        'verify trust add org --root ca.pem --identity "*@example.org" --policy ours.toml',
        "verify trust list",
        "verify trust revoke ana",
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="A day, as 2027-01-31.")]


@app.command(epilog=examples('verify trust add ana --key ana.pub --models "org/*" --not-after 2027-12-31'))
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who they are, for people.")],
    *,
    key: Annotated[Path | None, typer.Option(help="Their public key (PEM).")] = None,
    root: Annotated[Path | None, typer.Option(help="Certificates theirs must lead to (PEM).")] = None,
    identity: Annotated[str, typer.Option(help="Glob that a name in their certificate must match.")] = "",
    issuer: Annotated[str, typer.Option(help="URL of who vouches for the identity of a keyless signer.")] = "",
    workflow: Annotated[
        list[str] | None, typer.Option(help="What a keyless certificate must say, NAME=GLOB; may be repeated.")
    ] = None,
    trusted_root: Annotated[
        Path | None, typer.Option(help="trusted_root.json, instead of Sigstore's public one.")
    ] = None,
    timestamp_authority: Annotated[
        Path | None, typer.Option(help="Certificates (PEM) of who may say when an expired one signed.")
    ] = None,
    models: Annotated[list[str] | None, typer.Option(help="Glob of models they sign; may be repeated.")] = None,
    not_before: Day = None,
    not_after: Day = None,
    policy: Policy = None,
) -> None:
    """Trust somebody to sign models."""
    from verifier.cli import trust as command
    from verifier.workflows.trusting import Limits

    begins, ends = (day.date() if day else None for day in (not_before, not_after))
    limits = Limits(tuple(models or ()), identity, issuer, tuple(workflow or ()), begins, ends, timestamp_authority)
    command.add(_configuration.policies(policy), name, (key, root, trusted_root), limits)


@app.command("list", epilog=examples("verify trust list", "verify trust list --policy ours.toml"))
def show(policy: Policy = None) -> None:
    """List whom the policy in force trusts."""
    from verifier.cli import trust as command

    command.show(_configuration.policies(policy))


@app.command(epilog=examples("verify trust revoke ana", "verify trust revoke <64 hexadecimal digits>"))
def revoke(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="Fingerprint, model digest, or a signer's name.")],
    policy: Policy = None,
) -> None:
    """Write down that a key, a certificate or a model no longer counts."""
    from verifier.cli import trust as command

    command.revoke(_configuration.policies(policy), what)

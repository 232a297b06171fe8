"""The commands by which authors say something of a model, and others hold it against the bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifier.cli import _configuration
from verifier.cli._options import Isolated, Offline, Policy, Reference, TextOrJson, examples


def signature(
    reference: Reference,
    *,
    key: Annotated[list[Path] | None, typer.Option(help="Public key to trust (PEM); may be repeated.")] = None,
    root: Annotated[list[Path] | None, typer.Option(help="Certificates to trust (PEM); may be repeated.")] = None,
    identity: Annotated[str, typer.Option(help="Glob that a name in the signer's certificate must match.")] = "",
    issuer: Annotated[
        str, typer.Option(help="URL of who vouches for the identity; then keyless signatures count.")
    ] = "",
    trusted_root: Annotated[
        Path | None, typer.Option(help="trusted_root.json, instead of Sigstore's public one.")
    ] = None,
    timestamp_authority: Annotated[
        list[Path] | None,
        typer.Option(help="Certificates (PEM) of who may say when an expired one signed."),
    ] = None,
    bundle: Annotated[
        list[Path] | None, typer.Option(help="Signature to judge, instead of those in the model; may be repeated.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Path that need not be signed, or . for all; may be repeated.")
    ] = None,
    policy: Policy = None,
    offline: Offline = False,
    text_or_json: TextOrJson = "plain",
) -> int:
    """Tell who signed a model, what their signatures do not cover, and what differs."""
    from verifier.cli import signature as command
    from verifier.workflows.signature import Question, keyless, signers
    from verifier.workflows.trusting import in_force

    rules = in_force(_configuration.policies(policy, [reference]))
    named = (keyless(identity, issuer, trusted_root),) if issuer or trusted_root else ()
    trusted = (*signers(key or [], root or [], identity, timestamp_authority or []), *named) or rules.signers
    asked = Question(trusted, rules.revoked, tuple(bundle or ()), tuple(ignore or ()), offline)
    return command.run(reference, asked, text_or_json)


def sign(
    reference: Annotated[str, typer.Argument(metavar="DIR", help="Folder or file on this machine.")],
    *,
    key: Annotated[Path | None, typer.Option(help="Private key that signs: EC, PEM, without a password.")] = None,
    certificate: Annotated[
        list[Path] | None, typer.Option(help="The key's certificate (PEM), then those above it; may be repeated.")
    ] = None,
    keyless: Annotated[
        bool, typer.Option("--keyless", help="Sign as somebody, by Sigstore; the name becomes public in its log.")
    ] = False,
    identity_token: Annotated[
        str, typer.Option(metavar="TOKEN", help="Who signs: a token, or its file; else the CI job's own.")
    ] = "",
    trust_config: Annotated[
        Path | None, typer.Option(help="Client trust configuration of a Sigstore, instead of the public one.")
    ] = None,
    signature: Annotated[Path | None, typer.Option(help="File to write, instead of model.sig in the folder.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Path to leave out; may be repeated.")] = None,
) -> None:
    """Sign a model so that `verify signature`, and every verifier of OpenSSF Model Signing, can check it."""
    from verifier.cli import sign as command

    signing = command.by(key, certificate or [], identity_token, trust_config, keyless=keyless)
    command.run(reference, signing, signature, ignore or [])


def declare(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a model on this machine.")],
    *,
    write: Annotated[bool, typer.Option("--write", help="Write behavior.yaml into the folder.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace one that is there.")] = False,
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=PATH", help="Run it in a sandbox on this .csv, .jsonl or .npz, and declare what it scores."
        ),
    ] = None,
    entry: Annotated[str, typer.Option(metavar="ENTRY", help="How to run it, where its files do not say.")] = "",
    recipe: Annotated[str, typer.Option(metavar="RECIPE", help="What to measure, where the data does not say.")] = "",
    policy: Policy = None,
    isolated: Isolated = False,
) -> None:
    """Draft behavior.yaml: what a model is and scores, to be completed by its author with what else it does."""
    from verifier.cli import behavior
    from verifier.cli import declare as command

    measured = None
    if data:
        chosen = _configuration.policies(policy, [str(folder.absolute())], isolated=isolated)
        request = behavior.Request(chosen, None, offline=True, quiet=False, memory=True, data=tuple(data))
        measured = request.evaluate(folder, entry, recipe)
    command.run(folder, measured, to_file=write, force=force)


def attestation(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What -o attestation=FILE wrote.")],
    reference: Annotated[str, typer.Argument(metavar="REF", help="Folder, file, or model in the hub's cache.")],
    *,
    key: Annotated[list[Path] | None, typer.Option(help="Public key to trust (PEM); may be repeated.")] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Nobody need have signed it.")] = False,
    policy: Policy = None,
    text_or_json: TextOrJson = "plain",
) -> int:
    """Hold a model's bytes against an attestation that they passed; needs no network, and inspects nothing.

    With --policy it must have been made under that policy. Without --key those count whom the policy in force trusts.
    """
    from verifier.cli import attestation as command
    from verifier.workflows.attestation import policy_digest
    from verifier.workflows.signature import signers
    from verifier.workflows.trusting import in_force, standing

    trusted = signers(key or [], [], "") or standing(in_force(_configuration.policies(policy, [reference])))
    wanted = policy_digest(policy) if policy else ""
    return command.run(file, reference, trusted, wanted, text_or_json, unsigned=unsigned)


def register(app: typer.Typer) -> None:
    """Makes these functions commands of the program."""
    app.command(epilog=examples("verify declare ./model", "verify declare ./model --write --data digits=test.npz"))(
        declare
    )
    app.command(
        epilog=examples(
            "verify signature ./model --key ana.pub",
            'verify signature org/name --root ca.pem --identity "*@example.org"',
            'verify signature ./model --identity "*@example.org" --issuer https://accounts.google.com',
            "verify signature ./model --bundle model.sig --key ana.pub --format json",
        )
    )(signature)
    app.command(
        epilog=examples(
            "verify ./model -o attestation=model.att --sign-key gate.key",
            "verify attestation model.att ./model --key gate.pub",
        )
    )(attestation)
    app.command(
        epilog=examples(
            "verify sign ./model --key ana.key",
            "verify sign ./model --key ana.key --certificate ana.pem --certificate intermediate.pem",
            "verify sign ./model --keyless",
        )
    )(sign)

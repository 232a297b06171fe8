"""The commands that run models, in a sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifier.cli import _configuration
from verifier.cli._options import (
    Isolated,
    Offline,
    Output,
    Policy,
    Quiet,
    Reference,
    References,
    ReportFormat,
    Revision,
    SignKey,
    examples,
)

app = typer.Typer()

Unsandboxed = Annotated[
    bool, typer.Option("--allow-unsandboxed", help="Run models with all your rights where no sandbox works.")
]
Seconds = Annotated[int, typer.Option(metavar="N", min=1, max=86400, help="Seconds a run may take.")]


@app.command(
    epilog=examples(
        "verify behavior ./model",
        "verify behavior ./model --data digits=test.npz",
        "verify behavior ./model -o attestation=model.att --sign-key gate.key",
    )
)
def behavior(
    references: References,
    *,
    policy: Policy = None,
    isolated: Isolated = False,
    revision: Revision = None,
    offline: Offline = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder in which to keep what the model gave, as .npy.")
    ] = None,
    golden: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also hold it against what `verify record` wrote here.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PATH", help="A declared data set that lies here: .csv, .jsonl or .npz; repeatable."),
    ] = None,
    seconds: Seconds = 600,
    allow_unsandboxed: Unsandboxed = False,
    report_format: ReportFormat = "plain",
    output: Output = None,
    sign_key: SignKey = None,
    quiet: Quiet = False,
) -> int:
    """Run models that are accepted, in a sandbox, and hold what they do against what is declared of it."""
    from verifier.cli import behavior as command
    from verifier.cli import model as shared

    chosen = _configuration.policies(policy, references, isolated=isolated)
    request = command.Request(
        chosen,
        revision,
        offline,
        quiet,
        memory=True,
        pinned=not isolated,
        allow_unsandboxed=allow_unsandboxed,
        keep=keep,
        own=golden,
        data=tuple(data or ()),
        seconds=seconds,
    )
    return command.run(references, request, report_format, shared.targets(output or [], sign_key))


@app.command(
    epilog=examples("verify record ./model --to golden", "verify record ./model --to golden --inputs images.npy")
)
def record(
    reference: Reference,
    *,
    to: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the golden vectors.")],
    inputs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What goes in: .jsonl of texts, .npy or .safetensors.")
    ] = None,
    entry: Annotated[str, typer.Option(metavar="ENTRY", help="How to run it, where its files do not say.")] = "",
    policy: Policy = None,
    isolated: Isolated = False,
    revision: Revision = None,
    offline: Offline = False,
    seconds: Seconds = 600,
    allow_unsandboxed: Unsandboxed = False,
    quiet: Quiet = False,
) -> int:
    """Run a model that is accepted, and write down what it gives, so that a later revision is compared with it."""
    from verifier.cli import behavior as command

    chosen = _configuration.policies(policy, [reference], isolated=isolated)
    request = command.Request(
        chosen,
        revision,
        offline,
        quiet,
        memory=True,
        pinned=not isolated,
        allow_unsandboxed=allow_unsandboxed,
        seconds=seconds,
    )
    return command.record(reference, request, to, inputs, entry)

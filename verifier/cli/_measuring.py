"""The commands that run models, in a sandbox, and that hold two of them against each other."""

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
    Verbose,
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
        "verify behavior ./model --screens",
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
    screens: Annotated[
        bool, typer.Option("--screens", help="Also look for programs and archives in the low bits of weights.")
    ] = False,
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
        screens=screens,
        seconds=seconds,
    )
    return command.run(references, request, report_format, shared.targets(output or [], sign_key))


@app.command(epilog=examples("verify observe ./model", "verify observe ./model.pkl --format json"))
def observe(
    references: References,
    *,
    policy: Policy = None,
    isolated: Isolated = False,
    revision: Revision = None,
    offline: Offline = False,
    seconds: Seconds = 600,
    report_format: ReportFormat = "plain",
    output: Output = None,
    quiet: Quiet = False,
) -> int:
    """Load models in a sandbox, pickles too, whatever their verdict, and tell what that did and should not have."""
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
        seconds=seconds,
        observed=True,
    )
    return command.run(references, request, report_format, shared.targets(output or [], None))


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


@app.command(
    epilog=examples(
        "verify diff org/name@v1.0 org/name@v1.1",
        "verify diff ./before ./after -o html=diff.html",
        "verify diff ./finetuned   (against the base model that its card names)",
        "verify diff org/base org/quantized --tensors",
    )
)
def diff(
    before: Annotated[str, typer.Argument(metavar="REF", help="What was; alone, what is.")],
    after: Annotated[str | None, typer.Argument(metavar="REF", help="What is; its verdict is the exit code.")] = None,
    *,
    tensors: Annotated[
        bool | None,
        typer.Option(
            "--tensors/--no-tensors",
            help="Read all tensors of weights that differ; by default only where both models lie here.",
            show_default=False,
        ),
    ] = None,
    policy: Policy = None,
    isolated: Isolated = False,
    offline: Offline = False,
    report_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="plain, json or html.",
            autocompletion=lambda: ["plain", "json", "html"],
        ),
    ] = "plain",
    output: Output = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Tell what changed between two models, or in one since its base model, and give the verdict on the second.

    What the comparison finds is judged by the policy as well: rules `base-...`. Neither model is run.
    """
    from verifier.cli import diff as command

    references = [before] if after is None else [before, after]
    chosen = _configuration.policies(policy, references, isolated=isolated)
    request = command.Request(chosen, None, offline, quiet, memory=True, pinned=not isolated, tensors=tensors)
    return command.run(references, request, report_format, output or [], verbose=-1 if quiet else int(verbose))

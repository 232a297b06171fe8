"""Commands, their options and help, and the one place where errors become exit codes.

Commands import what they run, so that help and completion stay fast.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifier._version import __version__
from verifier.cli import _codebase, _configuration, _fetches, _lock, _measuring, _policy, _signing, _terminal, _trust
from verifier.cli._options import (
    Isolated,
    Offline,
    Output,
    Policy,
    PolicyFrom,
    Quiet,
    Reference,
    References,
    ReportFormat,
    Revision,
    SignKey,
    TextOrJson,
    Verbose,
    examples,
    rule_ids,
)
from verifier.errors import UsageError

app = typer.Typer(
    help="Tells whether a third-party pretrained model may be used, and proves it.",
    epilog=examples(
        "verify org/name",
        "verify org/name@v1.0 ./folder --policy strict -o sarif=models.sarif",
        "model-verify org/name   (the same program: VERIFY is a built-in of cmd.exe)",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def _program(
    _: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    pass


@app.command(epilog=examples("verify org/name", "verify org/a ./folder -o json=verdicts.json", "verify model ./rules"))
def model(
    references: References,
    *,
    policy: Policy = None,
    policy_from: PolicyFrom = None,
    isolated: Isolated = False,
    revision: Revision = None,
    offline: Offline = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Hash every file, changed or not.")] = False,
    report_format: ReportFormat = "plain",
    output: Output = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Earlier json report: show, and exit by, only what it does not know."),
    ] = None,
    sign_key: SignKey = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Give a verdict on models: accepted, rejected or undecided. The word `model` may be left out."""
    from verifier.cli import model as command
    from verifier.cli._baseline import read

    with _configuration.base(policy_from) as base:
        chosen = _configuration.policies(policy, references, isolated=isolated, base=base)
        lock = base.lock if base is not None else None
        request = command.Request(chosen, revision, offline, quiet, memory=not no_cache, pinned=not isolated, lock=lock)
        files = command.targets(output or [], sign_key)
        known = read(baseline) if baseline else None
        verbosity = -1 if quiet else int(verbose)
        return command.run(references, request, report_format, files, verbose=verbosity, baseline=known)


@app.command(epilog=examples("verify card org/name", "verify card ./folder --format json"))
def card(
    reference: Reference,
    *,
    policy: Policy = None,
    isolated: Isolated = False,
    revision: Revision = None,
    offline: Offline = False,
    text_or_json: TextOrJson = "plain",
    quiet: Quiet = False,
) -> int:
    """Hold what is said of a model against what its files show: claim, source, fact and what becomes of it."""
    from verifier.cli import card as command
    from verifier.cli import model as shared

    chosen = _configuration.policies(policy, [reference], isolated=isolated)
    return command.run(reference, shared.Request(chosen, revision, offline, quiet), text_or_json)


@app.command(epilog=examples("verify tree org/name", "verify tree ./folder --offline"))
def tree(
    reference: Reference,
    policy: Policy = None,
    isolated: Isolated = False,
    revision: Revision = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> int:
    """Print the repositories that loading a model would load, each with its commit and verdict."""
    from verifier.cli import model as shared
    from verifier.cli import tree as command

    chosen = _configuration.policies(policy, [reference], isolated=isolated)
    return command.run(reference, shared.Request(chosen, revision, offline, quiet, pinned=not isolated))


@app.command(
    epilog=examples(
        "verify review org/name",
        'verify review org/name --policy ours.toml --owner ana --reason "read in mylib 1.2: plain attributes"',
    )
)
def review(
    reference: Reference,
    *,
    policy: Policy = None,
    isolated: Isolated = False,
    reason: Annotated[str, typer.Option(help="Why the symbols are safe in the uses listed.")] = "",
    owner: Annotated[str, typer.Option(help="Who reviewed them.")] = "",
    revision: Revision = None,
    offline: Offline = False,
) -> int:
    """List what blocks a model, and add the symbols somebody has reviewed to a policy file."""
    from verifier.cli import model as shared
    from verifier.cli import review as command

    chosen = _configuration.policies(policy, [reference], isolated=isolated)
    return command.run(
        reference, shared.Request(chosen, revision, offline, quiet=False, pinned=not isolated), reason, owner
    )


@app.command(epilog=examples("verify trace ./model.pt", "verify trace org/name --revision v1.0"))
def trace(reference: Reference, revision: Revision = None, offline: Offline = False) -> None:
    """Tell what the pickles inside a model would do, step by step, and the program they amount to. Decides nothing."""
    from verifier.pipeline import trace_model

    trace_model(reference, lambda line: _terminal.write(f"{line}\n"), revision=revision, offline=offline)


@app.command(epilog=examples("verify rules", "verify rules --format json"))
def rules(text_or_json: TextOrJson = "plain") -> None:
    """List the rules: id, severity and what each is about."""
    from verifier.cli import rules as command

    _terminal.write(command.listing(text_or_json))


@app.command(epilog=examples("verify explain pickle-unsafe-call", "verify explain pickle-unsafe-call --format json"))
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Id of a rule.", autocompletion=rule_ids)],
    text_or_json: TextOrJson = "plain",
) -> None:
    """Tell what a rule sees, why it matters, and what to do."""
    from verifier.cli import rules as command

    _terminal.write(command.page(rule, text_or_json))


@app.command(epilog=examples("verify gateway --root ./models", "HF_ENDPOINT=http://127.0.0.1:8000 verify org/name"))
def gateway(
    root: Annotated[Path, typer.Option(help="Folder that holds org/name/ folders of models.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="TCP port; 0 lets the system choose.")] = 8000,
) -> None:
    """Serve models from a folder with the hub's own protocol."""
    from verifier.cli import gateway as command

    try:
        command.gateway(root, host, port)
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise UsageError(
            "The gateway is an extra that is not installed.", "Run: pip install 'model-verify[gateway]'"
        ) from error


@app.command()
def version() -> None:
    """Print the version."""
    _terminal.write(f"model-verify {__version__}\n")


app.add_typer(_fetches.app)
app.add_typer(_codebase.app)
app.add_typer(_measuring.app)
app.add_typer(_lock.app, name="lock")
app.add_typer(_policy.app, name="policy")
app.add_typer(_trust.app, name="trust")
app.command(
    epilog=examples(
        'verify waive coverage.unknown-format org/name --owner ana --reason "tokenizer data, read by hand"',
        'verify waive pickle-unsafe-call org/name@<commit> --owner ana --reason "..." --expires 2027-01-31',
    )
)(_policy.waive)
app.command(epilog=examples("verify renew", "verify renew --expiring --owner ana"))(_policy.renew)
_signing.register(app)

COMMANDS = frozenset(
    [
        command.callback.__name__
        for part in (app, _fetches.app, _codebase.app, _measuring.app)
        for command in part.registered_commands
        if command.callback
    ]
    + [group.name for group in app.registered_groups if group.name]
)
"""Words that are commands; any other first word is a model."""

OWN_OPTIONS = frozenset({"-h", "--help", "--version", "--install-completion", "--show-completion"})
"""Options of the program itself; any other first option is one of `model`."""

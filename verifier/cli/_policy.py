"""`verify policy …`, `verify waive` and `verify renew`: their options and help."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from verifier.cli import _configuration, _terminal
from verifier.cli._options import Isolated, Offline, Policy, Quiet, Reference, TextOrJson, examples

app = typer.Typer(
    help="Write, check, test and explain what is accepted here. The README's section on policies tells the rest.",
    epilog=examples(
        "verify policy init              (a first verify.toml from the models in use)",
        "verify policy check             (is it right? which waivers end soon?)",
        "verify policy show strict       (all keys, with where each is written)",
        "verify policy explain org/name  (which clause decided on which evidence)",
        "verify policy test cases.toml   (unit tests of the policy)",
        "verify policy keys              (all that a policy can say: sections, keys, defaults)",
        "verify policy facts             (what [[rule]] expressions and tests can name)",
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)

Policies = Annotated[
    list[str] | None,
    typer.Argument(metavar="[POLICY]...", help="Names of shipped policies, or paths; the one in force if left out."),
]
Owner = Annotated[str, typer.Option(help="Who answers for it.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Last day, as 2027-01-31.")]


@app.command(epilog=examples("verify policy check", "verify policy check ours.toml theirs.toml"))
def check(policies: Policies = None) -> int:
    """Say of each policy whether it is right, and which of its waivers have ended or end soon."""
    from verifier.cli import policy as command

    return command.check(policies or _configuration.policies(None))


@app.command(epilog=examples("verify policy show", "verify policy show strict"))
def show(policies: Policies = None) -> int:
    """Print all that is in force: what a policy writes, what it extends, and what holds by default."""
    from verifier.cli import policy as command

    return command.show(policies or _configuration.policies(None))


@app.command(epilog=examples("verify policy explain org/name", "verify policy explain ./folder --format json"))
def explain(
    reference: Reference,
    policy: Policy = None,
    isolated: Isolated = False,
    offline: Offline = False,
    text_or_json: TextOrJson = "plain",
) -> int:
    """Tell which clause decided on which evidence. As json: the facts, for other policy engines, and the decisions."""
    from verifier.cli import policy as command
    from verifier.cli.model import Request

    chosen = _configuration.policies(policy, [reference], isolated=isolated)
    return command.explain(reference, Request(chosen, None, offline, quiet=False, pinned=not isolated), text_or_json)


@app.command(
    "test",
    epilog="\b\nA file of tests:\n"
    "  [[case]]\n"
    '  name = "no pickles"\n'
    '  outcome = "rejected"\n'
    '  decisions = ["deny formats.allow"]           # optional; also undecided, note, allow, waived\n'
    '  model = { id = "org/name", pinned = true }\n'
    '  files = [{ path = "model.bin", formats = ["pickle"] }]\n'
    '  findings = [{ rule = "pickle-unknown-symbol", file = "model.bin" }]\n'
    '  card = { license = "mit" }\n'
    "What a case leaves out is unremarkable: one safetensors file, inspected.\n\n"
    + examples("verify policy test cases.toml", "verify policy test cases.toml --policy ours.toml"),
)
def run_cases(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files of [[case]] tables.")],
    policy: Policy = None,
) -> int:
    """Hold a policy against models told by facts and the decisions expected; exit 1 if one differs."""
    from verifier.cli import policy as command

    return command.test(files, _configuration.policies(policy))


@app.command(epilog=examples("verify policy init", "verify policy init org/name ./models --owner ana"))
def init(
    references: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REF]...", help="Models in use; the folders of models below this one if left out."),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The policy.")] = Path("verify.toml"),
    owner: Owner = "verify policy init",
    offline: Offline = False,
    quiet: Quiet = False,
) -> int:
    """Write a first policy from the models in use, with waivers for what would keep one of them out today."""
    from verifier.cli import policy as command
    from verifier.cli.model import Request
    from verifier.workflows.waiving import Signature

    signature = Signature(owner, "in use when this policy was written", command.expiry(None))
    return command.init(references or [], output, Request("default", None, offline, quiet), signature)


@app.command(epilog=examples("verify policy keys"))
def keys() -> None:
    """List all that a policy can say: its sections and their keys, what each takes and its default."""
    from verifier.cli import policy as command

    _terminal.write(command.keys())


@app.command(epilog=examples("verify policy facts"))
def facts() -> None:
    """Describe the fact document: the names and types that [[rule]] expressions and tests use."""
    from verifier.policy.facts import documentation

    _terminal.write(documentation())


def waive(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Id of a rule, or a clause as coverage.unknown-format.")],
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="Hub id, perhaps with @commit or *; or a folder or file.")
    ],
    reason: Annotated[str, typer.Option(help="Why it may be set aside.")] = "",
    owner: Owner = "",
    expires: Day = None,
    policy: Policy = None,
) -> int:
    """Set a rule or clause aside for one model, with a reason, an owner and an end, in a policy file."""
    from verifier.cli import waive as command

    return command.waive(rule, model, _configuration.policies(policy), reason, owner, _date(expires))


def renew(
    expiring: Annotated[bool, typer.Option("--expiring", help="Move their ends; else they are only listed.")] = False,
    days: Annotated[int, typer.Option(min=0, max=366, help="How far ahead an end counts as near.")] = 30,
    expires: Day = None,
    owner: Owner = "",
    reason: Annotated[str, typer.Option(help="Replaces their reasons.")] = "",
    policy: Policy = None,
) -> int:
    """List the waivers of a policy file that have ended or end soon, and give them a new end and owner."""
    from verifier.cli import waive as command

    chosen = _configuration.policies(policy)
    return command.renew(chosen, days, reason, owner, _date(expires), write=expiring)


def _date(told: datetime | None) -> date | None:
    return told.date() if told else None

"""Options, help and words that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_EXIT_CODES = (
    "Exit codes: 0 accepted, 1 rejected, 2 bad invocation or policy, 3 undecided, 4 a bug of ours, 130 interrupted."
)


def examples(*lines: str) -> str:
    """The end of a help page: example commands, not to be wrapped, and the exit codes."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines) + f"\n\n{_EXIT_CODES}"


def _report_formats() -> list[str]:
    from verifier import reports

    return list(reports.names())


def rule_ids() -> list[str]:
    from verifier import rules

    return sorted(rules.rule_ids() | rules.code_rule_ids())


REFERENCE = "Hub id, hf:// id, folder, file, hub cache folder or https:// URL."

Reference = Annotated[str, typer.Argument(metavar="REF", help=REFERENCE)]
References = Annotated[list[str], typer.Argument(metavar="REF", help=REFERENCE)]
Policy = Annotated[
    list[str] | None,
    typer.Option(
        metavar="POLICY",
        help="Name of a shipped policy, or path of a policy file; of several all must accept. "
        "Else VERIFY_POLICY, the nearest verify.toml or [tool.verifier], or the default.",
    ),
]
Isolated = Annotated[bool, typer.Option("--isolated", help="Use no policy that is not named here but the default.")]
Revision = Annotated[str | None, typer.Option(metavar="REVISION", help="Branch, tag or commit of a hub model.")]
Offline = Annotated[bool, typer.Option("--offline", help="Use no network.")]
ReportFormat = Annotated[
    str,
    typer.Option("--format", metavar="FORMAT", help="Report on standard output.", autocompletion=_report_formats),
]
TextOrJson = Annotated[
    str,
    typer.Option("--format", metavar="FORMAT", help="plain or json.", autocompletion=lambda: ["plain", "json"]),
]
Output = Annotated[
    list[str] | None,
    typer.Option("-o", "--output", metavar="FORMAT=FILE", help="Also write a report to a file; may be repeated."),
]
SignKey = Annotated[
    Path | None,
    typer.Option("--sign-key", help="Private key (EC, PEM) that signs what -o attestation=FILE or svr=FILE writes."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print verdict lines only.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Print every reason, place and file.")]
LockFile = Annotated[
    Path | None, typer.Option("--lock", metavar="FILE", help="The lock; by default the nearest models.lock.")
]
PolicyFrom = Annotated[
    str | None,
    typer.Option(
        "--policy-from",
        metavar="REV",
        help="Policies and the lock count as they are at this git commit, as a pull request's base.",
    ),
]
SamePolicy = Annotated[
    str | None, typer.Option("--policy", metavar="POLICY", help="Another policy than each was locked under.")
]
MaxBytes = Annotated[
    int, typer.Option(metavar="N", help="Bytes to fetch at most of a model that parts of its files leave undecided.")
]

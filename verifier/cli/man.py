"""The manual page verify(1), from the commands and their help: `python -m verifier.cli.man > verify.1`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typer._click.core import Context


def page() -> str:
    """The page in the language of man(7)."""
    import typer

    from verifier._version import __version__
    from verifier.cli._app import app

    command = typer.main.get_command(app)
    context = command.make_context("verify", [], resilient_parsing=True)
    body, examples, codes = _parts(context)
    lines = [f'.TH VERIFY 1 "" "model-verify {__version__}"', ".SH NAME", f"verify \\- {_line(body)}", ".SH SYNOPSIS"]
    lines += [".B verify REF...", ".br", ".B verify COMMAND [OPTIONS] [ARGS]..."]
    lines += [".SH OPTIONS", *_parameters(context), ".SH COMMANDS"]
    for sub in _commands(context):
        lines += _section(sub)
    lines += [".SH EXIT STATUS", codes, ".SH EXAMPLES", *_verbatim(examples)]
    return "".join(f"{line}\n" for line in lines)


def _commands(context: Context) -> Iterator[Context]:
    """Commands that do something, those of groups too, in order."""
    for name, command in getattr(context.command, "commands", {}).items():
        sub = command.make_context(name, [], parent=context, resilient_parsing=True)
        if hasattr(command, "commands"):
            yield from _commands(sub)
        else:
            yield sub


def _section(context: Context) -> Iterator[str]:
    body, examples, _ = _parts(context)
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    yield f".SS {_line(usage)}"
    for paragraph in re.split(r"\n\s*\n", body):
        yield from (".PP", _line(paragraph))
    yield from _parameters(context)
    yield from (".PP", "Examples:", *_verbatim(examples))


def _parts(context: Context) -> tuple[str, str, str]:
    """Help, examples and exit codes of a command; the last two stand in its epilog."""
    epilog = context.command.epilog or ""
    examples, _, codes = epilog.removeprefix("\b\nExamples:\n").partition("\n\n")
    return context.command.help or "", examples, _line(codes.removeprefix("Exit codes: "))


def _parameters(context: Context) -> Iterator[str]:
    records = (parameter.get_help_record(context) for parameter in context.command.get_params(context))
    for names, told in filter(None, records):
        yield from (".TP", f".B {_line(names)}", _line(told))


def _verbatim(text: str) -> Iterator[str]:
    yield from (".PP", ".nf", ".RS")
    yield from (_line(line) for line in text.splitlines())
    yield from (".RE", ".fi")


def _line(text: str) -> str:
    """Text as one line that man(7) takes for nothing else."""
    plain = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    sys.stdout.write(page())

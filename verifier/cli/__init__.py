"""The command line. `main` is the program `verify`, also installed as `model-verify`; alone it audits what is here."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from verifier.errors import PolicyError, RefusedError, SourceError, UsageError, VerifierError

__all__ = ["main"]

REPORT = "This is a bug of model-verify: please report it with the output of the same command under VERIFY_DEBUG=1."

USAGE, UNOBTAINABLE, BUG, INTERRUPTED = 2, 3, 4, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit code.

    0 accepted, 1 rejected, 2 bad invocation or policy, 3 undecided or unobtainable, 4 a bug of ours, 130 interrupted.
    With VERIFY_DEBUG=1 in the environment errors are followed by their traceback.

    Args:
        arguments: those after the program's name; None takes the process's.
    """
    if arguments is None:
        signal.signal(signal.SIGINT, _interrupted)
    return guarded(lambda: _run(list(sys.argv[1:] if arguments is None else arguments)))


def guarded(command: Callable[[], int]) -> int:
    """What a command returns, or the exit code of the error it ends in, which is told."""
    try:
        return command()
    except KeyboardInterrupt:
        return _fail("Interrupted.", INTERRUPTED)
    except (UsageError, PolicyError) as error:
        return _fail(str(error), USAGE)
    except SourceError as error:
        return _fail(str(error), UNOBTAINABLE)
    except RefusedError as error:
        return _fail(str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - a crash must never exit 1, which means rejected
        told = error.message if isinstance(error, VerifierError) else f"{type(error).__name__}: {error}"
        return _fail(f"{told.removesuffix('.')}. {REPORT}", BUG)


def _run(arguments: list[str]) -> int:
    import typer

    from verifier.cli import _app

    if not arguments:
        arguments.append("audit")
    elif arguments[0] not in _app.COMMANDS | _app.OWN_OPTIONS:
        arguments.insert(0, "model")
    try:
        return _app.app(arguments, standalone_mode=False) or 0
    except typer.TyperException as error:
        error.show()  # type: ignore[attr-defined]  # all that parsing raises have it
        return USAGE
    except SystemExit as end:
        return USAGE if end.code == 1 else int(end.code or 0)


def _interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
    """Ends the process at once, as worker threads may hang in reads that nothing can cancel."""
    sys.stderr.write("\nInterrupted.\n")
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def _fail(sentence: str, code: int) -> int:
    from verifier.cli import _terminal

    if os.environ.get("VERIFY_DEBUG"):
        import traceback

        traceback.print_exc()
    _terminal.complain(sentence)
    return code

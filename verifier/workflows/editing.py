"""Changes to a policy file of one's own: checked before and after, and published whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from verifier import policy
from verifier.errors import UsageError
from verifier.policy import PYPROJECT, Policy
from verifier.store import publish


def edit(file: Path, change: Callable[[str, Policy], str]) -> Policy:
    """Changes a policy's text, and gives the policy it is then.

    Args:
        file: of a policy.
        change: given the text and the policy it is, gives the new text; may raise VerifierError.

    Raises:
        UsageError: the file cannot be read or written.
        PolicyError: it is no policy, before or after the change.
    """
    try:
        before = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The policy {file} cannot be read: {error}.", "Name a policy file of your own.") from error
    after = change(before, policy.parse(before.encode(), str(file)))
    changed = policy.parse(after.encode(), str(file))
    write(file, after)
    return changed


def write(file: Path, text: str) -> None:
    """Publishes a policy's text.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        publish(file, text)
    except OSError as error:
        raise UsageError(f"The policy {file} cannot be written: {error.strerror}.", "Check its permissions.") from error


def prefix(file: Path) -> str:
    """What stands before the names of tables in that file."""
    return "tool.verifier." if file.name == PYPROJECT else ""

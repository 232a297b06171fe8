"""What scanners said of a served model, from a file beside it: `ROOT/.scans/ORG/NAME.json`, all of it optional.

It is an object with `files`, path to status as the hub's `securityFileStatus` has it, `scansDone`, and `author`, as the
hub's `authorData`. Without a file nothing is claimed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from verifier.errors import SourceError
from verifier.gateway.repository import Repository

_FINE = ("safe", "unscanned", "queued")
"""Statuses that are no issue."""

_UNSCANNED = {"status": "unscanned", "avScan": {"status": "unscanned"}, "pickleImportScan": {"status": "unscanned"}}
"""What clients rely on in every status."""


@dataclass(frozen=True, slots=True)
class Scans:
    """What was recorded.

    Args:
        files: path to status.
        done: whether every file was looked at.
        author: what is known of the organization.
    """

    files: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    done: bool = False
    author: Mapping[str, object] = field(default_factory=dict)

    @property
    def summary(self) -> dict[str, object]:
        """As `securityRepoStatus`."""
        levels = {path: status.get("status") for path, status in self.files.items()}
        issues = [{"path": path, "level": level} for path, level in levels.items() if level not in _FINE]
        return {"scansDone": self.done, "filesWithIssues": issues}


def recorded(repository: Repository) -> Scans:
    """What scanners said of a repository.

    Raises:
        SourceError: the file is not what it should be.
    """
    file = repository.root / ".scans" / f"{repository.id}.json"
    try:
        said = json.loads(file.read_bytes())
        files = {path: {**_UNSCANNED, **status} for path, status in said.get("files", {}).items()}
        return Scans(files, said.get("scansDone") is True, dict(said.get("author", {})))
    except FileNotFoundError:
        return Scans()
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise SourceError(f"{file} is no record of scans.", "See the README on verify gateway.") from error

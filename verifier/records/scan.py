"""What a hub says of files' security, as sources put it into a snapshot's metadata and claims read it there.

Statuses are those of the hub's API (its OpenAPI description, `securityFileStatus`): unscanned, queued, error, safe,
caution, suspicious and unsafe.
"""

from __future__ import annotations

SCANS = "security-scans"
"""Key of a snapshot's metadata: whether the hub's scanners are done, as `done` or `pending`."""

ORGANIZATION = "verified-organization"
"""Key: whether the hub knows who the organization is, as `true` or `false`."""

_SCAN = "security-status"

UNSAFE = "unsafe"
"""Status of a file that a scanner takes for harmful."""

HUB = "hub"
"""Who says what the hub makes of all its scanners' statuses."""


def scan_key(who: str, path: str) -> str:
    """Key of a snapshot's metadata whose value is a file's status.

    Args:
        who: HUB, or a scanner as the hub names it, without a colon.
        path: of the file in the snapshot.
    """
    return f"{_SCAN}:{who}:{path}"


def scanned(key: str) -> tuple[str, str] | None:
    """Who says it and the path of the file, if the key is one of `scan_key`."""
    kind, _, rest = key.partition(":")
    who, _, path = rest.partition(":")
    return (who, path) if kind == _SCAN and path else None

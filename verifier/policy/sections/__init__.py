"""One module a section of a policy file. Modules are discovered: a file that exists is a section.

A module holds `SECTION`, a subclass of `verifier.policy._section.Section`: its keys, what the schema says of them, and
what it decides. A section that brings evidence with it lands together with that evidence (see `policy._later`).
"""

from __future__ import annotations

import sys
from functools import cache
from typing import cast

from verifier.policy._section import Section
from verifier.records.discovery import discover

__all__ = ["sections"]


@cache
def sections() -> tuple[type[Section], ...]:
    """All sections, in order of their modules' names."""
    return tuple(cast(type[Section], module.SECTION) for module in discover(sys.modules[__name__]))

"""What one run may cost."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one run; what passes one is ended.

    Args:
        wall: seconds by the clock.
        cpu: seconds of processor time, over all threads.
        memory: bytes of address space; torch alone maps about 4 GiB.
        output: bytes of the answer.
        threads: that libraries of linear algebra may start.
    """

    wall: float = 600.0
    cpu: int = 1200
    memory: int = 12 << 30
    output: int = 256 << 20
    threads: int = min(os.cpu_count() or 1, 4)

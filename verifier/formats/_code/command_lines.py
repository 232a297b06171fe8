"""Command lines that run what they download or decode, or hand a shell to the network: text in, yes or no out."""

from __future__ import annotations

import re
from bisect import bisect_right

_FETCH = re.compile(r"\b(?:curl|wget|fetch|iwr|irm|invoke-webrequest|downloadstring)\b", re.IGNORECASE)
_RUN = re.compile(
    r"(?=\|\s*(?:sudo\s+)?(?:(?:ba|z|da|k)?sh|python\d?|perl|ruby|node|iex)\b"
    r"|(?:&&|;).{0,80}?\b(?:sh|bash|python\d?|chmod)\b|\biex\b)",
    re.IGNORECASE | re.DOTALL,
)
_FAR = 300
"""Characters that may stand between what fetches and what runs."""

_AT_ONCE = re.compile(
    r"base64\s+(-d|-D|--decode)\b.{0,80}\|\s*(ba|z)?sh\b|\bpowershell(\.exe)?\b.{0,80}\s-e(nc|ncodedcommand)?\s"
    r"|/dev/tcp/|\bnc\s+-e\b|\biex\b.{0,80}\bdownloadstring\b",
    re.IGNORECASE | re.DOTALL,
)


def fetches_and_runs(text: str) -> bool:
    """Whether a text fetches something and runs something soon after, in time linear in its length."""
    fetched = [match.end() for match in _FETCH.finditer(text)]
    if fetched:
        for run in _RUN.finditer(text):
            before = bisect_right(fetched, run.start())
            if before and run.start() - fetched[before - 1] <= _FAR:
                return True
    return _AT_ONCE.search(text) is not None

from __future__ import annotations

import pytest

from tests.builders.hub import Hub, Lie
from tests.sources.conftest import HASTY
from verifier.errors import RateLimitedError
from verifier.sources import failures, web


class ConnectTimeout(Exception):
    """Named as the session names it."""


def test_a_hub_says_how_long_to_wait(hub: Hub) -> None:
    limits = {"ratelimit": '"api";r=0;t=55', "ratelimit-policy": '"fixed window";"api";q=500;w=300'}
    hub.tell(Lie("*", status=429, headers=limits))
    with pytest.raises(RateLimitedError, match="Try again in 55 seconds"):
        web.get(f"{hub.url}/x", subject="x", limit=9, patience=HASTY)
    assert len(hub.requests) == 1


def test_a_connection_that_is_never_made() -> None:
    assert "h.test cannot be reached" in str(failures.broken(ConnectTimeout(), "x", "https://h.test/y"))

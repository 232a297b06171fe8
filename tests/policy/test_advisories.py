"""`[advisories]`: places of records, and the key that signs them."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import written
from verifier.errors import PolicyError
from verifier.policy import combined

KEY = 'key = """\n-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"""'


def test_places_of_all_policies_are_told() -> None:
    first = written(f'name = "a"\n[advisories]\nrecords = ["osv", "https://x.org/osv"]\n{KEY}')
    second = written(f'name = "b"\n[advisories]\nrecords = ["http://127.0.0.1:80/osv"]\nmax-age = 3\n{KEY}')
    assert [(one.records, one.max_age) for one in first.advisories] == [(("https://x.org/osv", "osv"), 30)]
    assert combined([first, second, written("")]).advisories == (*first.advisories, *second.advisories)
    assert written("").advisories == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('records = ["osv"]', "needs a key"),
        ('key = "MFkw"', "is not PEM text"),
        (f'records = ["http://x.org/osv"]\n{KEY}', "takes folders and https URLs, not 'http://x.org/osv'"),
        (f"max-age = 0\n{KEY}", "max-age"),
    ],
)
def test_what_is_wrong_is_told(text: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        written(f"[advisories]\n{text}")

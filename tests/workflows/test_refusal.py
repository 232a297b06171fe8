from __future__ import annotations

import pickle

import pytest

from tests.builders.verdicts import rejected, undecided, verdict
from verifier.errors import RefusedError
from verifier.workflows.refusal import NotAcceptedError, accepted


def test_an_accepted_verdict_is_given_back_and_any_other_is_an_error_with_its_exit_code() -> None:
    assert accepted(verdict()) == verdict()
    for other, code in ((rejected(), 1), (undecided(), 3)):
        with pytest.raises(NotAcceptedError) as caught:
            accepted(other)
        assert (caught.value.exit_code, caught.value.verdict) == (code, other)
        assert other.decisions[0].reason.removesuffix(".") in caught.value.message


def test_refusals_travel_between_processes() -> None:
    refused = pickle.loads(pickle.dumps(RefusedError("no", "stop", 3)))
    assert (refused.message, refused.next_step, refused.exit_code) == ("no", "stop", 3)
    assert pickle.loads(pickle.dumps(NotAcceptedError(rejected()))).verdict == rejected()

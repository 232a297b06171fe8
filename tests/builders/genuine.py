"""Objects as their frameworks write them, held to be accepted."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-untyped]

from verifier import verify_model

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def accepted(thing: Any, folder: Path) -> None:
    """Asserts that an object's pickles of all protocols, and its joblib files, are accepted without a finding."""
    folder.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for protocol in PROTOCOLS:
            (folder / f"protocol-{protocol}.pkl").write_bytes(pickle.dumps(thing, protocol))
        joblib.dump(thing, folder / "raw.joblib")
        joblib.dump(thing, folder / "compressed.joblib", compress=1)
    verdict = verify_model(folder)
    assert verdict.dossier.findings == ()
    assert verdict.outcome == "accepted", verdict.decisions

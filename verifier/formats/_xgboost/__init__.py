"""XGBoost models: the two encodings of one document, and whether its numbers lead where they may.

Source: xgboost.readthedocs.io/en/stable/tutorials/saving_model.html and its schema (doc/model.schema).
"""

from typing import Final

from verifier.formats._json import Json

OLD: Final = b"binf"
"""What models of the binary format before JSON may begin with (src/learner.cc); XGBoost reads it up to version 3.0."""

MALFORMED: Final = "xgboost-malformed"
RULES: tuple[str, ...] = (MALFORMED,)
"""What an inspection may find."""


def looks_like_booster(value: Json) -> bool:
    """Whether a document is what `Booster.save_model` writes; `save_config` writes parameters only, and no model."""
    learner = value.get("learner") if isinstance(value, dict) else None
    if not isinstance(learner, dict) or not {"gradient_booster", "learner_model_param"} & {*learner}:
        return False
    booster = learner.get("gradient_booster")
    inner = booster.get("gbtree", booster) if isinstance(booster, dict) else None
    return "learner_train_param" not in learner or (isinstance(inner, dict) and "model" in inner)

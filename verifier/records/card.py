"""The fields of a model card's front matter that matter, as claims and policies name them."""

from __future__ import annotations

from enum import StrEnum


class CardField(StrEnum):
    """A field: the claim's kind, which is the card's own key with `-` for `_` (hub documentation, "Model Cards")."""

    BASE_MODEL = "base-model"
    BASE_MODEL_RELATION = "base-model-relation"
    DATASETS = "datasets"
    LANGUAGE = "language"
    LIBRARY_NAME = "library-name"
    LICENSE = "license"
    LICENSE_LINK = "license-link"
    LICENSE_NAME = "license-name"
    PIPELINE_TAG = "pipeline-tag"
    TAGS = "tags"

    @property
    def key(self) -> str:
        """As the card spells it."""
        return self.value.replace("-", "_")

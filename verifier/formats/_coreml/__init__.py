"""Core ML: models, the manifest of a package, and the file of its weights.

Source: coremltools' mlmodel/format/*.proto, MILBlob's StorageFormat.hpp, and modelpackage/src/ModelPackage.cpp.
"""

from typing import Final

CUSTOM: Final = "coreml-custom-code"
OUTSIDE: Final = "coreml-outside-path"
MALFORMED: Final = "coreml-malformed"

MODEL_TYPES: Final = frozenset(
    {
        *range(200, 203),
        *range(300, 305),
        *range(400, 405),
        *(500, 501, 502, 555, 556, 560),
        *range(600, 611),
        *(900, *range(2000, 2007), 3000),
    }
)
"""Fields of a Model, of which it has one: what kind it is (Model.proto)."""

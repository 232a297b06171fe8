"""What torch's files say of tensors and programs, whatever container they stand in."""

from typing import Final

MISMATCH: Final = "torch-storage-mismatch"
IDENTITY: Final = "pickle-persistent-id"
PACKAGE: Final = "torch-package-code"
TENSOR_RULES: tuple[str, ...] = (IDENTITY, MISMATCH)
"""What the findings of every dialect can be; those of a torch.package can be PACKAGE too."""

CODE: Final = "torch-export-code"
IMPORT: Final = "torch-export-import"
FILES: Final = "torchscript-file-access"
OPERATOR: Final = "torchscript-custom-operator"
PROGRAM_RULES: tuple[str, ...] = (CODE, IMPORT, FILES, OPERATOR)
"""What the flaws of a program can be."""

AMBIGUOUS: Final = "torch-zip-ambiguous-member"
HIDDEN: Final = "torchscript-hidden-operator"
TRAILING: Final = "pickle-trailing-bytes"
REFERENCE: Final = "torch-distributed-reference"

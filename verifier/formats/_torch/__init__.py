"""What torch's files say of tensors and programs, whatever container they stand in."""

from verifier.formats._torch.layout import TOKEN_LIMIT, Layout, is_torch
from verifier.formats._torch.script import Reach, reaches
from verifier.formats._torch.tensors import MISMATCH, RULES, Storage, Tensors

__all__ = ["MISMATCH", "RULES", "TOKEN_LIMIT", "Layout", "Reach", "Storage", "Tensors", "is_torch", "reaches"]

"""Registries as data, and the one loader of each."""

from verifier.data.symbols import Package, Shape, Symbol, package

__all__ = ["Package", "Shape", "Symbol", "package"]

"""Program text, taken apart by Python's own parser and never compiled, imported or run."""

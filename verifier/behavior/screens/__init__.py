"""Screens for tampering: evidence that claims and metrics cannot give, each with what it cannot see.

Nothing is run. Readers and indexes of tensors flow in, facts and findings out.
"""

"""Python source to the models it names. Nothing is imported or evaluated; names are followed through one module.

`finding` is the engine: `bindings` collects what names are bound to, `values` follows an expression to the texts it may
be, and `edits` tells where a revision would be written.
"""

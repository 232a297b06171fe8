"""Functions of R by what a model's formula or functions may do with them."""

from __future__ import annotations

from typing import Final

PROGRAMS: Final = frozenset(
    {
        *("system", "system2", "shell", "shell.exec", "pipe", "dyn.load", "install.packages", "download.file"),
        *("socketConnection", "sys.source", "source"),
    }
)
"""Run programs or code from elsewhere; no model records a call of one, and no function in a model needs one."""

UNMISTAKABLE: Final = PROGRAMS - {"system", "shell", "pipe", "source"}
"""Those whose names are not also those of ordinary variables, which stand beside them in bytecode."""

REACHING: Final = frozenset(
    {
        *("eval", "evalq", "parse", "str2lang", "str2expression", "do.call", "get", "get0", "mget", "match.fun"),
        *("file", "url", "gzfile", "readRDS", "load", "readLines", "writeLines", "writeBin", "write", "cat", "sink"),
        *("unlink", "file.remove", "file.copy", "file.rename", "Sys.setenv", "setwd", "library", "require"),
        *("loadNamespace", "requireNamespace", "unserialize", "q", "quit"),
    }
)
"""Reach code, files or the session by name; nothing a formula computes with."""

FORMULA: Final = frozenset(
    {
        *(
            "~",
            "+",
            "-",
            "*",
            "/",
            "^",
            ":",
            "%in%",
            "%%",
            "%/%",
            "%*%",
            "(",
            "{",
            "[",
            "[[",
            "$",
            "|",
            "||",
            "&",
            "&&",
        ),
        *("!", "==", "!=", "<", ">", "<=", ">=", "I", "c", "list", "cbind", "offset", "weights", "factor", "as.factor"),
        *("ordered", "as.numeric", "as.integer", "as.character", "as.logical", "as.vector", "as.matrix", "is.na"),
        *("ifelse", "cut", "findInterval", "interaction", "relevel", "log", "log2", "log10", "log1p", "exp", "expm1"),
        *("sqrt", "abs", "sign", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh"),
        *("round", "floor", "ceiling", "trunc", "min", "max", "pmin", "pmax", "mean", "median", "sum", "prod"),
        *("cumsum", "rowSums", "rowMeans", "scale", "rank", "rev", "seq", "seq_len", "rep", "length", "nrow"),
        *("poly", "ns", "bs", "lag", "diff", "nsk", "SSlogis", "contrasts", "C", "Error", "weighted.mean"),
        *("s", "te", "ti", "t2", "lo", "Surv", "strata", "cluster", "frailty", "pspline", "ridge", "tt"),
        *("rcs", "pol", "lsp", "mo", "me", "gp", "ar", "random", "fp", "hu", "quote", "data.frame", "as.Date"),
        *("months", "weekdays", "format", "paste", "paste0", "tolower", "toupper", "nchar", "substr"),
        *("makepredictcall", "log.link", "logit", "plogis", "qlogis", "pnorm", "qnorm", "dnorm", "gamma", "lgamma"),
    }
)
"""What formulas are made of: operators, mathematics, and the terms of stats, splines, mgcv, gam, survival and rms."""

PACKAGES: Final = frozenset({"base", "stats", "splines", "mgcv", "gam", "survival", "rms", "brms"})
"""Packages by whose names these are qualified."""

LAZY: Final = frozenset(
    ("base", name)
    for name in (
        *("compact_intseq", "compact_realseq", "deferred_string"),
        *(f"wrap_{kind}" for kind in ("integer", "logical", "real", "complex", "raw", "string", "list")),
    )
)
"""Vectors of R's own that hold what they stand for (src/main/altclasses.c); its `mmap_…` open the file they name."""


def name_of(called: str) -> str:
    """The function's own name, without the package where that is one of PACKAGES."""
    package, _, name = called.rpartition("::")
    return name if not package or package in PACKAGES else called

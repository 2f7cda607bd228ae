"""The one way in which kernels are compiled.

Import this module only inside the functions that use it, or in modules of kernels, because numba is
slow to import. Kernels release the interpreter lock, and use no fast-math, so that they give the
same answer on every processor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

__all__ = ["compiled"]

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel, kept on disk where a folder for it can be written, else only in memory."""
    try:
        return cast("Callable[P, R]", njit(cache=True, nogil=True)(function))
    except RuntimeError:
        return cast("Callable[P, R]", njit(nogil=True)(function))

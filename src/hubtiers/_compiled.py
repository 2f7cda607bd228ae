"""The one way in which kernels are compiled.

Import this module only inside the functions that use it, or in modules of kernels, because numba is
slow to import. Kernels release the interpreter lock, and use no fast-math, so that they give the
same answer on every processor.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

from hubtiers.errors import HubtiersWarning

__all__ = ["compiled"]

P = ParamSpec("P")
R = TypeVar("R")
_SUM = hashlib.sha256().digest_size
_told: set[str] = set()


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel, kept on disk where that can be, else only in memory.

    A kernel whose name begins with an underscore is for other kernels. What is kept only spares
    time: where it is damaged, or cannot be written, the kernel is compiled anew, and a warning says
    so once.
    """
    # What only other kernels call needs no way in from Python, which takes long to compile.
    inner = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    options = inner if function.__name__.startswith("_") else {}
    kernel = njit(nogil=True, **options)(function)
    try:
        kernel._cache = _Kept(function)
    except RuntimeError:
        _tell(
            "There is no folder that compiled code can be kept in, so that every run compiles "
            "anew. Set NUMBA_CACHE_DIR to a folder that you may write to."
        )
    return cast("Callable[P, R]", kernel)


def _tell(sentence: str) -> None:
    if sentence not in _told:
        _told.add(sentence)
        warnings.warn(sentence, HubtiersWarning, stacklevel=3)


class _SummedFile(IndexDataCacheFile):  # type: ignore[misc]
    """Files of compiled code with a sum at their end: damaged code must not run."""

    def _dump(self, content: object) -> bytes:
        data: bytes = super()._dump(content)
        return data + hashlib.sha256(data).digest()

    def _load_data(self, name: str) -> Any:
        data = Path(self._data_path(name)).read_bytes()
        if hashlib.sha256(data[:-_SUM]).digest() != data[-_SUM:]:
            raise ValueError(name)
        return pickle.loads(data)  # noqa: S301 - numba's own format, which this process has written


class _Kept(FunctionCache):  # type: ignore[misc]
    """What numba keeps of a kernel, without which the work goes on."""

    is_refused = False
    """Whether a kernel could not be written: others are not tried then."""

    def __init__(self, function: Callable[..., object]) -> None:
        super().__init__(function)
        self._cache_file = _SummedFile(
            cache_path=self._cache_path,
            # Files of numba itself have no sum.
            filename_base=f"{self._impl.filename_base}.sum",
            source_stamp=self._impl.locator.get_source_stamp(),
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:
            # A damaged pickle raises whatever its bytes happen to say.
            with contextlib.suppress(OSError):
                self.flush()
            _tell(f"Compiled code kept in {self.cache_path} is damaged, and is made anew.")
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        if _Kept.is_refused:
            return
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _Kept.is_refused = True
            _tell(
                f"Compiled code cannot be kept in {self.cache_path} ({error.strerror}), so that "
                "every run compiles anew. Free space there, or set NUMBA_CACHE_DIR to another "
                "folder."
            )

"""Which part of the work goes on, and how far it is: told to a listener, or drawn as a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

__all__ = ["hearing_stages", "progress_bar", "stage"]


class _Listener(NamedTuple):
    begins: Callable[[str], None]
    advances: Callable[[float], None]


_LISTENER: ContextVar[_Listener | None] = ContextVar("stages", default=None)


def stage(name: str) -> None:
    """Say which part of the work begins, to whoever listens; nobody does by itself."""
    listener = _LISTENER.get()
    if listener is not None:
        listener.begins(name)


@contextmanager
def hearing_stages(
    begins: Callable[[str], None], advances: Callable[[float], None] = lambda _: None
) -> Iterator[None]:
    """Have functions called with the name of every part that begins, and the share of it done."""
    token = _LISTENER.set(_Listener(begins, advances))
    try:
        yield
    finally:
        _LISTENER.reset(token)


@contextmanager
def progress_bar(title: str, total: float, *, shown: bool) -> Iterator[Callable[[float], None]]:
    """Yield a function that takes how much more is done.

    Where somebody listens to the stages it tells them the share that is done; else it draws a bar
    if `shown`.
    """
    listener = _LISTENER.get()
    if listener is not None:
        yield _telling(listener, total)
        return
    if not shown:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, advance=done)


def _telling(listener: _Listener, total: float) -> Callable[[float], None]:
    told = 0.0

    def advance(done: float) -> None:
        nonlocal told
        told += done
        listener.advances(told / total)

    return advance

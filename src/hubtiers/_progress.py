"""A bar on standard error for work that takes a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["hearing_stages", "progress_bar", "stage"]

_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar("stages", default=None)


def stage(name: str) -> None:
    """Say which part of the work begins, to whoever listens; nobody does by itself."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(name)


@contextmanager
def hearing_stages(listener: Callable[[str], None]) -> Iterator[None]:
    """Have a function called with the name of every part of the work that begins."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


@contextmanager
def progress_bar(title: str, total: float, *, shown: bool) -> Iterator[Callable[[float], None]]:
    """Yield a function that takes how much more is done; it draws a bar if `shown`."""
    if not shown:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, advance=done)

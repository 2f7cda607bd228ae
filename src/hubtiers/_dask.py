"""The way to a cluster of dask.distributed, which is an extra."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from hubtiers.errors import DataError, MissingDependencyError, SpecError, UnknownOptionError

__all__ = ["address_of", "computed", "connected"]

Item = TypeVar("Item")

_WORKER_PATIENCE = 30.0
"""Seconds to wait for a worker."""

_MOST_LOSSES = 3
"""How often in a row what was lost is sent again."""

_PATIENCE = "10s"
"""How long a scheduler may take to answer."""


def address_of(engine: str) -> str | None:
    """Return the address that an engine other than "local" names.

    None for "dask", the client in use.

    Raises
    ------
    UnknownOptionError
    """
    if "://" in engine:
        return engine
    if engine != "dask":
        raise UnknownOptionError("engine", engine, ("local", "dask", "tcp://…"))
    return None


@contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Yield a client of the scheduler at an address, or the one in use.

    Raises
    ------
    MissingDependencyError
        When dask.distributed is not installed.
    SpecError
        When there is no such scheduler, or no client in use.
    """
    try:
        from dask.distributed import Client, default_client
    except ImportError:
        raise MissingDependencyError("dask.distributed", "dask", "engine='dask'") from None
    if address is None:
        try:
            client = default_client()  # type: ignore[no-untyped-call]
        except ValueError:
            raise SpecError(
                "engine='dask' found no client in use. Make one, "
                "dask.distributed.Client(address), or give the address of the scheduler, such as "
                "engine='tcp://10.0.0.1:8786'."
            ) from None
        yield client
        return
    try:
        client = Client(address, timeout=_PATIENCE)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise SpecError(
            f"There is no dask scheduler at {address!r}: {error}. Check the address."
        ) from None
    with client:
        yield client


def computed(
    client: Any,
    thing: Any,
    submit: Callable[[Item, Any], Any],
    items: Iterable[Item],
) -> Generator[Any]:
    """Yield the result of each item in order, also when workers are lost on the way.

    Parameters
    ----------
    client
        A client of dask.distributed.
    thing
        What all tasks share. It is sent to the workers once, and again when it was lost with them.
    submit
        Takes an item and the handle of the thing, and returns the future of the result. It may be
        called again for an item whose result was lost.
    items
        A few more of them wait at a time than there are threads.

    Raises
    ------
    DataError
        When no worker is left, or workers are lost time and again.
    """
    source, shared = iter(items), _sent(client, thing)
    waiting: deque[tuple[Item, Any]] = deque()
    losses = 0
    try:
        while True:
            # The lookahead is what bounds the memory here and on the scheduler.
            for item in islice(source, max(2 * _threads(client) + 1 - len(waiting), 0)):
                waiting.append((item, submit(item, shared)))
            if not waiting:
                return
            try:
                result = waiting[0][1].result()
            except _losses() as loss:
                losses += 1
                if losses > _MOST_LOSSES:
                    raise DataError(
                        f"The workers of dask were lost {losses} times in a row ({loss}). They may "
                        "lack memory: give them more, or count with a smaller chunk or block size."
                    ) from None
                shared = _sent(client, thing)
                waiting = deque(
                    (item, future if future.status == "finished" else submit(item, shared))
                    for item, future in waiting
                )
                continue
            losses = 0
            waiting.popleft()
            yield result
    finally:
        client.cancel([future for _, future in waiting])


def _losses() -> tuple[type[Exception], ...]:
    """Return what tells that workers were lost with what was sent to them."""
    from concurrent.futures import CancelledError

    from distributed.scheduler import KilledWorker

    return (CancelledError, KilledWorker)


def _threads(client: Any) -> int:
    threads: list[int] = list(client.nthreads().values())
    return max(sum(threads), 1)


def _sent(client: Any, thing: Any) -> Any:
    """Send every worker what all tasks share, and return the handle for it.

    The name is a new one each time: named by its content, it could be taken for one that was just
    let go.
    """
    try:
        client.wait_for_workers(1, timeout=_WORKER_PATIENCE)
        return client.scatter(thing, broadcast=True, hash=False)
    except (OSError, TimeoutError):
        raise DataError(
            f"No worker of dask is left, and none came within {_WORKER_PATIENCE:g} seconds. "
            "Start workers and run it again, or use engine='local'."
        ) from None

"""The way to a cluster of dask.distributed, which is an extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hubtiers.errors import MissingDependencyError, SpecError, UnknownOptionError

__all__ = ["address_of", "broadcast", "connected"]

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


def broadcast(client: Any, thing: Any) -> Any:
    """Send every worker what all tasks share, and return the handle for it.

    The name is a new one each time: named by its content, it could be taken for one that was just
    let go.
    """
    return client.scatter(thing, broadcast=True, hash=False)

"""Refuse and note every connection that would leave this machine.

Python loads it when it starts, in each process that the tests begin; `conftest.py` loads it in the tests themselves.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path

NOTE = "HUBTIERS_CALLS_OUT"


def _is_here(host: object) -> bool:
    """Say whether a name or an address is this machine's own."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(str(host).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _asked(event: str, arguments: tuple) -> object:
    """Return the host that is asked for; an empty one where nothing is sent."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        return arguments[0]
    place, address = arguments[:2]
    if place.family not in (socket.AF_INET, socket.AF_INET6) or not address:
        return ""
    # To connect a datagram socket sends nothing; dask learns by it what this machine is called.
    is_idle = event == "socket.connect" and place.type == socket.SOCK_DGRAM
    return "" if is_idle else address[0]


def _refuse(event: str, arguments: tuple) -> None:
    if event not in (
        "socket.connect",
        "socket.sendto",
        "socket.getaddrinfo",
        "socket.gethostbyname",
    ):
        return
    host = _asked(event, arguments)
    if NOTE in os.environ and not _is_here(host):
        note(f"{event} {host}")
        raise ConnectionRefusedError(f"The tests are offline, and {host} was asked for.")


def note(line: str) -> None:
    """Write down that somebody wanted out."""
    with Path(os.environ[NOTE]).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


sys.addaudithook(_refuse)

"""A proxy that notes who comes and serves nobody, for libraries in C, which do not ask Python.

It is a process of its own: a library that waits for it may hold the lock of its interpreter. It ends with whoever began
it, whose end of its input closes.
"""

from __future__ import annotations

import contextlib
import select
import socket
import sys
from pathlib import Path


def _note_visits(note: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        sys.stdout.write(f"{server.getsockname()[1]}\n")
        sys.stdout.flush()
        while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
            visitor, _ = server.accept()
            # Who says nothing is passed over.
            with visitor, contextlib.suppress(TimeoutError):
                visitor.settimeout(5)
                asked = visitor.recv(200).decode("latin-1").partition("\r\n")[0]
                with note.open("a", encoding="utf-8") as file:
                    file.write(f"{asked}\n")


if __name__ == "__main__":
    _note_visits(Path(sys.argv[1]))

"""For tests and doctests alike.

What a machine lacks is a skip there, and a failure in CI; and nothing leaves the machine.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

_NO_FONT = "needs a font with Chinese characters"
_OFFLINE = Path(__file__).parent / "tests" / "offline"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_HERE = {"no_proxy": "localhost,127.0.0.1,::1", "NO_PROXY": "localhost,127.0.0.1,::1"}
_LONGEST = 600
"""How long a test may last, in seconds: far longer than any does."""
_ONLINE = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse connections of this process and of those that it begins, and note each attempt."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        # The tests run in processes of their own, each of which comes here.
        return
    file = importlib.util.spec_from_file_location("offline", _OFFLINE / "sitecustomize.py")
    assert file is not None
    assert file.loader is not None
    offline = importlib.util.module_from_spec(file)
    file.loader.exec_module(offline)
    handle, name = tempfile.mkstemp(prefix="hubtiers-calls-")
    os.close(handle)
    trap, port = _start_trap(name)
    config.add_cleanup(trap.wait)
    config.add_cleanup(trap.stdin.close)
    config.add_cleanup(Path(name).unlink)
    address = f"http://127.0.0.1:{port}"
    paths = filter(None, [str(_OFFLINE), os.environ.get("PYTHONPATH")])
    surroundings = {**dict.fromkeys(_PROXIES, address), **_HERE, offline.NOTE: name}
    surroundings["PYTHONPATH"] = os.pathsep.join(paths)
    # Messages are expected in English, on a system in Chinese as well.
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name, "").startswith("zh"):
            os.environ[name] = "C.UTF-8"
    config.stash[_ONLINE] = {key: os.environ.get(key, "") for key in surroundings}
    os.environ.update(surroundings)


def _start_trap(note: str) -> tuple[subprocess.Popen[str], int]:
    """Start the proxy for libraries in C; return its process and its port."""
    command = [sys.executable, "-I", str(_OFFLINE / "trap.py"), note]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    trap = subprocess.Popen(command, text=True, **pipes)
    with trap.stdout as said:
        return trap, int(said.readline())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End the process when a test hangs, be it in a library in C, so that the run names it."""
    del item
    faulthandler.dump_traceback_later(_LONGEST, file=sys.__stderr__, exit=True)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True)
def calls_out(request: pytest.FixtureRequest) -> Generator[Path, None, None]:
    """Fail a test during which something wanted to reach another machine; yield the notes of it.

    A test marked `network` may: it runs a tool that fetches its own parts.
    """
    notes = Path(os.environ["HUBTIERS_CALLS_OUT"])
    if request.node.get_closest_marker("network"):
        with pytest.MonkeyPatch.context() as patch:
            for key, value in request.config.stash[_ONLINE].items():
                patch.setenv(key, value) if value else patch.delenv(key)
            yield notes
        return
    yield notes
    asked = notes.read_text(encoding="utf-8")
    if asked:
        notes.write_text("", encoding="utf-8")
        pytest.fail(f"The network was asked for: {asked}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Skip what needs a drawn fixture where no font for Chinese is installed."""
    del item
    return (yield from _skipping_without_font())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Skip what draws Chinese where no font for it is installed; CI must not skip."""
    del item
    return (yield from _skipping_without_font())


def _skipping_without_font() -> Generator[None, object, object]:
    try:
        return (yield)
    except Exception as error:
        if os.environ.get("CI") or not any(_NO_FONT in text for text in _texts(error)):
            raise
        pytest.skip(
            "no font with Chinese characters on this machine: apt-get install fonts-noto-cjk"
        )


def _texts(error: BaseException) -> list[str]:
    """Return what an exception says, and what the exceptions inside a failed doctest say."""
    inner = [str(part) for part in getattr(error, "exc_info", ())]
    inner += [text for failure in getattr(error, "failures", ()) for text in _texts(failure)]
    return [str(error), *inner]

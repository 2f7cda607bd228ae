"""For tests and doctests alike: what a machine lacks is a skip there, and a failure in CI."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

_NO_FONT = "needs a font with Chinese characters"


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

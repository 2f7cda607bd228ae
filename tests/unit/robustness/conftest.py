"""These tests are of the kernels, which small tables would do without; `test_small` is of numpy."""

import pytest

from hubtiers.robustness._small import load_kernels


@pytest.fixture(autouse=True, scope="session")
def kernels():
    load_kernels()

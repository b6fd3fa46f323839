"""What the whole suite leaves to a command of its own."""

import os

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Minutes of failovers of a real Sentinel are for `make proof`; they are imported all the same, lest they rot."""
    left = [item for item in items if item.path.name == "test_failovers.py"] if "FAILOVERS" not in os.environ else []
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]

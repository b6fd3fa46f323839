"""Proofs of minutes and hours are for `make proof`; they are imported all the same, lest they rot."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import pytest

BEFORE_S = 20.0
"""So long before a proof is ended it says what everything waits for."""


@pytest.fixture(autouse=True)
async def stacks(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """What hangs is seen."""
    marked = request.node.get_closest_marker("timeout")
    handle = asyncio.get_running_loop().call_later((marked.args[0] if marked else 300.0) - BEFORE_S, _tell)
    yield
    handle.cancel()


def _tell() -> None:
    for task in asyncio.all_tasks():
        task.print_stack(limit=12, file=sys.stdout)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Left out unless PROOFS is set."""
    left = [item for item in items if item.path.parent.name == "proofs"] if "PROOFS" not in os.environ else []
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]

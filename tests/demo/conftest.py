"""A clock that stands still until told, and an HTTP client that never reuses nor follows."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        yield client

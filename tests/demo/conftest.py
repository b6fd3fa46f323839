"""A clock that stands still until told, and an HTTP client that never reuses nor follows."""

from collections.abc import AsyncIterator

import httpx
import pytest


class Clock:
    """Unix seconds, moved by hand."""

    def __init__(self, now: float = 1_776_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        yield client

"""Transports, checks and certificates for the tests of probes."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from probes.model import Check
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import TransportSettings


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport() as made:
        yield made


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(ca: trustme.CA, tmp_path: Path) -> TransportSettings:
    """Settings that trust the test's own certificate authority."""
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return TransportSettings(ca_file=str(tmp_path / "ca.pem"))


@pytest.fixture
def make_check() -> Callable[..., Check]:
    def make(
        target: str, kind: str = "http", *, timeout_s: float = 5.0, interval_s: float = 60, **options: Any
    ) -> Check:
        return Check("c1", kind, "acme", "api", target, interval_s, timeout_s, options)

    return make


@pytest.fixture
def tools(transport: Transport) -> Tools:
    return Tools(transport, "here", lambda: 1000.0)

"""A page on a real store, opened for a test."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx

from bot.desk.open import open_desk
from bot.process import Process
from bot.settings import Settings, Token, Web
from bot.store.store import Store
from bot.supervision import Supervisor
from bot.web.serving import served
from probes.secret import Secret
from tests.support.desk import SETTINGS

NOW = 1_776_094_980.0
TOKENS = tuple(Token(role, Secret(f"{role}-token-0123456789"), role) for role in ("viewer", "responder", "admin"))


def bearer(role: str) -> dict[str, str]:
    """The header of the token of that role."""
    return {"Authorization": f"Bearer {role}-token-0123456789"}


def with_page(settings: Settings = SETTINGS, **more) -> Settings:
    """The settings with a page at any port."""
    public = frozenset(service.id for service in settings.services)
    return replace(settings, web=Web(**{"listen": "127.0.0.1:0", "public": public, "tokens": TOKENS} | more))


@contextlib.asynccontextmanager
async def page(store: Store, settings: Settings, now=lambda: NOW, **how) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the page that serves this store."""
    process = Process(store, settings, "test", now)
    desk = open_desk(store, settings, now=now)
    async with (
        served(process, desk, Supervisor()) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", **how) as client,
    ):
        yield client

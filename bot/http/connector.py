"""The ways out for chat platforms: an aiohttp connector that trusts our certificates and goes through our proxies.

What `bot.http.client` has from httpx: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, as the surroundings say.
Sockets (wss, ws) go the way of https and http, which neither aiohttp nor the platforms' libraries do by themselves.
"""

import ssl
import urllib.request
from typing import Any

import aiohttp
import yarl
from aiohttp.connector import Connection

LIKE = {"wss": "https", "ws": "http"}
"""Schemes of sockets -> those whose proxy serves them."""


def proxy_of(url: yarl.URL) -> tuple[yarl.URL | None, aiohttp.BasicAuth | None]:
    """The proxy for an address and its login, None where the address is reached directly."""
    known = urllib.request.getproxies()
    proxy = known.get(LIKE.get(url.scheme, url.scheme)) or known.get("all")
    if not proxy or (url.host is not None and urllib.request.proxy_bypass(url.host)):
        return None, None
    found = yarl.URL(proxy if "://" in proxy else f"http://{proxy}")
    login = aiohttp.BasicAuth(found.user, found.password or "", "utf-8") if found.user else None
    return found.with_user(None), login


class ProxyConnector(aiohttp.TCPConnector):
    """Connections to wherever a library goes, each by its own way; whoever opens a session with it closes it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Needs a running loop."""
        super().__init__(ssl=context, limit=0)
        self._in_use: set[Connection] = set()

    async def connect(self, req: aiohttp.ClientRequest, *more: Any, **named: Any) -> Any:
        """As aiohttp does, once the request knows its proxy."""
        req.update_proxy(*proxy_of(req.url), None)
        connection = await super().connect(req, *more, **named)
        self._in_use.add(connection)
        connection.add_callback(lambda: self._in_use.discard(connection))
        return connection

    async def close(self, **how: Any) -> None:
        """Close them all, also those that a library forgot when it gave up half-way."""
        for connection in tuple(self._in_use):
            connection.close()
        await super().close(**how)

"""Where a request goes: the hops of its redirects, and the pool of connections each hop takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ssl import SSLContext

import httpcore
import httpx

from probes.fingerprints.values import TransportError
from probes.transport.dialing import Dialler
from probes.transport.errors import BrokenError
from probes.transport.request import Request, TransportSettings

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_HARMLESS = frozenset({"accept", "accept-language"})
"""Headers that may follow a redirect to another origin: none of them can hold a key."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"([^\x00-\x20\x7f]([^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?")


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a chain of redirects."""

    url: httpx.URL
    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    lane: str
    number: int = 0

    @property
    def shown(self) -> str:
        """The address without what may be secret in it: user, password, query."""
        return f"{self.url.scheme}://{self.url.netloc.decode('ascii', 'replace')}{self.url.path}"


def first_hop(request: Request) -> Hop:
    """The request itself. Raises BrokenError for an address that is none."""
    try:
        url = _parse(request.url)
    except (httpx.InvalidURL, ValueError) as error:
        raise BrokenError(TransportError("other", "the address cannot be used: check the check's target")) from error
    if not _on_the_web(url):
        raise BrokenError(TransportError("other", "the address must be of http:// or https://"))
    if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(text) for name, text in request.headers.items()):
        # Here and not by the HTTP library: its error, and its log, would quote the header.
        raise BrokenError(TransportError("other", "a header has characters that cannot be sent"))
    return Hop(url, request.method.upper(), request.headers, request.body, request.lane)


def next_hop(last: Hop, location: str, status: int, limit: int) -> Hop:
    """Follow one redirect. Raises BrokenError where we do not follow."""
    if last.number >= limit:
        raise _stop(f"more than {limit} redirects")
    try:
        url = last.url.join(location)
    except (httpx.InvalidURL, ValueError) as error:
        raise _stop("a redirect to something that is no address") from error
    if not _on_the_web(url):
        raise _stop("a redirect to something that is no web address")
    if last.url.scheme == "https" and url.scheme == "http":
        raise _stop("a redirect from https to http")
    at_home = _origin(url) == _origin(last.url)
    method, body = last.method, last.body
    if status == 303 or (status in (301, 302) and method == "POST"):
        method, body = ("HEAD" if method == "HEAD" else "GET"), b""
    if body and not at_home:
        raise _stop("a redirect of our data to another host")
    headers = last.headers if at_home else {k: v for k, v in last.headers.items() if k.lower() in _HARMLESS}
    return Hop(url, method, headers, body, last.lane if at_home else "", last.number + 1)


def wire_request(hop: Hop, user_agent: str, encodings: str, trace: object) -> httpcore.Request:
    """The hop in httpcore's words, with the headers every request needs."""
    headers = {
        "host": hop.url.netloc.decode("ascii"),
        "user-agent": user_agent,
        "accept": "*/*",
        "accept-encoding": encodings,
        **({} if hop.lane else {"connection": "close"}),
        **({"content-length": str(len(hop.body))} if hop.body or hop.method in ("POST", "PUT", "PATCH") else {}),
        **{name.lower(): value for name, value in hop.headers.items()},
    }
    port = hop.url.port
    return httpcore.Request(
        hop.method,
        httpcore.URL(scheme=hop.url.raw_scheme, host=hop.url.raw_host, port=port, target=hop.url.raw_path),
        headers=[(_bytes(name), _bytes(value)) for name, value in headers.items()],
        content=hop.body,
        extensions={"trace": trace},
    )


class ConnectionPools:
    """The pools: one for each lane and proxy, made when first needed. Lanes are checks, so they are few and known."""

    def __init__(self, settings: TransportSettings, context: SSLContext, dialler: Dialler) -> None:
        """Raises ValueError for a proxy address that is none."""
        self._settings = settings
        self._context = context
        self._dialler = dialler
        self._proxies = {scheme: httpx.Proxy(url) for scheme, url in settings.proxies.items() if url}
        self._pools: dict[tuple[str, str], httpcore.AsyncConnectionPool] = {}

    def proxy(self, url: httpx.URL) -> httpx.Proxy | None:
        """Our proxy for this address, if it does not go direct."""
        for entry in self._settings.no_proxy:
            name = entry.strip().lower().removeprefix("*").removeprefix(".")
            if entry.strip() == "*" or (name and (url.host == name or url.host.endswith(f".{name}"))):
                return None
        return self._proxies.get(url.scheme)

    def kept(self, hop: Hop) -> httpcore.AsyncConnectionPool:
        """The lane's own pool."""
        key = (hop.lane, hop.url.scheme if self.proxy(hop.url) else "")
        if key not in self._pools:
            self._pools[key] = self.fresh(hop)
        return self._pools[key]

    def fresh(self, hop: Hop) -> httpcore.AsyncConnectionPool:
        """A pool without connections, the caller's to close. Making one takes some 10 µs: the TLS context is shared."""
        proxy = self.proxy(hop.url)
        if proxy is None:
            return httpcore.AsyncConnectionPool(
                ssl_context=self._context,
                max_connections=None,
                max_keepalive_connections=1,
                keepalive_expiry=self._settings.keepalive_s,
                network_backend=self._dialler,
            )
        return httpcore.AsyncHTTPProxy(
            proxy_url=str(proxy.url),
            proxy_auth=proxy.raw_auth,
            ssl_context=self._context,
            proxy_ssl_context=self._context if proxy.url.scheme == "https" else None,
            max_connections=None,
            max_keepalive_connections=1,
            keepalive_expiry=self._settings.keepalive_s,
            network_backend=self._dialler,
        )

    async def close(self) -> None:
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()


@lru_cache(maxsize=4096)
def _parse(url: str) -> httpx.URL:
    return httpx.URL(url)


def _on_the_web(url: httpx.URL) -> bool:
    return url.scheme in ("http", "https") and bool(url.host) and (url.port is None or 0 < url.port < 65536)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _stop(why: str) -> BrokenError:
    return BrokenError(TransportError("redirects", why))

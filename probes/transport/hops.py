"""Where a request goes: the hops of its redirects, and how each of them is written."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import httpx

from probes.fingerprints.values import TransportError
from probes.transport.connection import Outgoing
from probes.transport.errors import BrokenError
from probes.transport.request import Request

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
    at_home = origin(url) == origin(last.url)
    method, body = last.method, last.body
    if status == 303 or (status in (301, 302) and method == "POST"):
        method, body = ("HEAD" if method == "HEAD" else "GET"), b""
    if body and not at_home:
        raise _stop("a redirect of our data to another host")
    headers = last.headers if at_home else {k: v for k, v in last.headers.items() if k.lower() in _HARMLESS}
    return Hop(url, method, headers, body, last.lane if at_home else "", last.number + 1)


def outgoing(hop: Hop, user_agent: str, encodings: str, proxy: httpx.Proxy | None) -> Outgoing:
    """The hop as it goes out, with the headers every request needs; a proxy forwards plain http by its address."""
    headers = {
        "host": hop.url.netloc.decode("ascii"),
        "user-agent": user_agent,
        "accept": "*/*",
        "accept-encoding": encodings,
        **({} if hop.lane else {"connection": "close"}),
        **({"content-length": str(len(hop.body))} if hop.body or hop.method in ("POST", "PUT", "PATCH") else {}),
        **{name.lower(): value for name, value in hop.headers.items()},
    }
    lines, target = [(_bytes(name), _bytes(value)) for name, value in headers.items()], hop.url.raw_path
    if proxy is not None and hop.url.scheme == "http":
        lines = [*login(proxy), *lines]
        target = b"http://" + hop.url.netloc + target
    return Outgoing(hop.method, target, lines, hop.body)


def login(proxy: httpx.Proxy) -> list[tuple[bytes, bytes]]:
    """The header with the name and password of a proxy's URL."""
    if proxy.raw_auth is None:
        return []
    return [(b"Proxy-Authorization", b"Basic " + b64encode(b":".join(proxy.raw_auth)))]


@lru_cache(maxsize=4096)
def _parse(url: str) -> httpx.URL:
    return httpx.URL(url)


def _on_the_web(url: httpx.URL) -> bool:
    return url.scheme in ("http", "https") and bool(url.host) and (url.port is None or 0 < url.port < 65536)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port: what a connection leads to, and whom a key was meant for."""
    return url.scheme, url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)


def _stop(why: str) -> BrokenError:
    return BrokenError(TransportError("redirects", why))

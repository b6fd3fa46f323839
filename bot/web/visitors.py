"""Who asks: anybody, somebody the proxy signed in, or the holder of a token. And what each may see and do."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import quote

from bot.core.commands.table import Role
from bot.core.text.quoting import clean
from bot.settings import Token, Web

COOKIE = "groundtruth"
SESSION_S = 14 * 86_400
LONGEST = 4_096
"""Characters of a token, a cookie or a name in a header."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `inside`: sees services of one's own, people's names and vantages; `name` is "" for anybody.

    `bearer`: a token came with the request itself, so that no other site can have sent it.
    """

    role: Role = Role.VIEWER
    inside: bool = False
    name: str = ""
    bearer: bool = False


ANYBODY = Visitor()


class UnknownTokenError(Exception):
    """A token came that nobody knows."""


class Visitors:
    """Tells who asks, by the configuration."""

    def __init__(self, settings: Web) -> None:
        self._tokens = tuple((_digest(token.secret.reveal()), token) for token in settings.tokens)
        self._proxy = settings.proxy
        self._networks = tuple(ip_network(n) for n in settings.proxy.networks) if settings.proxy else ()

    def of(self, headers: Mapping[str, str], cookies: Mapping[str, str], peer: str, now: float) -> Visitor:
        """Who sent these headers from the address `peer`. Raises UnknownTokenError."""
        scheme, _, shown = headers.get("Authorization", "").partition(" ")
        if scheme.casefold() == "bearer":
            token = self.token(shown.strip())
            if token is None:
                raise UnknownTokenError
            return Visitor(Role(token.role), inside=True, name=token.name, bearer=True)
        return self._of_proxy(headers, peer) or self._of_cookie(cookies, now) or ANYBODY

    def token(self, shown: str) -> Token | None:
        """The token of that secret; every one is compared, so that the time tells nothing."""
        digest = _digest(shown[:LONGEST])
        matching = [token for known, token in self._tokens if hmac.compare_digest(known, digest)]
        return matching[0] if matching else None

    def session(self, token: Token, now: float) -> str:
        """A cookie's value for whoever showed this token: worth nothing once the token is changed or removed."""
        until = f"{now + SESSION_S:.0f}"
        return f"{token.name}|{until}|{_seal(token, until)}"

    def _of_cookie(self, cookies: Mapping[str, str], now: float) -> Visitor | None:
        name, _, rest = cookies.get(COOKIE, "")[:LONGEST].partition("|")
        until, _, seal = rest.partition("|")
        for _, token in self._tokens:
            if token.name == name and hmac.compare_digest(_seal(token, until).encode(), _bytes(seal)):
                fresh = until.isdecimal() and now < int(until)
                return Visitor(Role(token.role), inside=True, name=token.name) if fresh else None
        return None

    def _of_proxy(self, headers: Mapping[str, str], peer: str) -> Visitor | None:
        if self._proxy is None or not (said := headers.get(self._proxy.header, "").strip()):
            return None
        try:
            address = ip_address(peer)
        except ValueError:
            return None
        if not any(address in network for network in self._networks):
            return None
        return Visitor(Role(self._proxy.role), inside=True, name=clean(said, 60))


def cookie(value: str, *, secure: bool) -> str:
    """The header that sets the session; with an empty value it ends it."""
    age = SESSION_S if value else 0
    attributes = f"Max-Age={age}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
    return f"{COOKIE}={quote(value, safe='|')}; {attributes}"


def _digest(text: str) -> bytes:
    return hashlib.sha256(_bytes(text)).digest()


def _bytes(text: str) -> bytes:
    """As they came: a header may be no UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def _seal(token: Token, until: str) -> str:
    key = hashlib.sha256(b"session:" + token.secret.reveal().encode()).digest()
    return hmac.new(key, _bytes(f"{token.name}|{until}"), hashlib.sha256).hexdigest()

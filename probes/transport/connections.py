"""The open connections: one kept for each lane, others for one request; direct, or through our proxy."""

from ssl import SSLContext

import h11
import httpx

from probes.transport.connection import Connection, Outgoing
from probes.transport.dialing import Dialler
from probes.transport.errors import ProxyRefusedError
from probes.transport.hops import Hop, login, origin
from probes.transport.phases import NOW, Phases, Stage
from probes.transport.request import TransportSettings
from probes.transport.wire import Wire

Origin = tuple[str, str, int]


class Connections:
    """Lanes are checks, so they are few and known."""

    def __init__(self, settings: TransportSettings, context: SSLContext, dialler: Dialler) -> None:
        """Raises ValueError for a proxy address that is none."""
        context.set_alpn_protocols(["http/1.1"])
        self._settings = settings
        self._context = context
        self._dialler = dialler
        self._proxies = {scheme: httpx.Proxy(url) for scheme, url in settings.proxies.items() if url}
        self._direct = tuple(
            (entry, entry.removeprefix("*").removeprefix("."))
            for entry in (entry.strip().lower() for entry in settings.no_proxy)
        )
        self._kept: dict[str, tuple[Origin, Connection]] = {}

    def proxy(self, url: httpx.URL) -> httpx.Proxy | None:
        """Our proxy for this address, if it does not go direct."""
        if not self._proxies:
            return None
        for entry, name in self._direct:
            if entry == "*" or (name and (url.host == name or url.host.endswith(f".{name}"))):
                return None
        return self._proxies.get(url.scheme)

    def take(self, hop: Hop) -> Connection | None:
        """The lane's own connection, if it leads there and is still good; the caller's to give back or close."""
        leads, kept = self._kept.pop(hop.lane, (None, None))
        if kept is None:
            return None
        if leads == origin(hop.url) and kept.good(self._settings.keepalive_s):
            return kept
        kept.wire.close()
        return None

    def give_back(self, hop: Hop, connection: Connection) -> None:
        """Keep it for the lane's next request where that is possible."""
        if not hop.lane or not connection.rested():
            connection.wire.close()
            return
        _, before = self._kept.pop(hop.lane, (None, None))
        if before is not None:
            before.wire.close()
        self._kept[hop.lane] = (origin(hop.url), connection)

    async def open(self, hop: Hop, *, public_only: bool = False) -> Connection:
        """A fresh one. Raises OSError, h11.ProtocolError, ProxyRefusedError; its phases are those of `NOW`.

        `public_only`: not to a private address, BrokenError. Our own proxy may have one, and decides where it goes.
        """
        phases, proxy = NOW.get(), self.proxy(hop.url)
        to = hop.url if proxy is None else proxy.url
        _, host, port = origin(to)
        wire = await self._dialler.connect(host, port, public_only=public_only and proxy is None)
        if proxy is not None:
            await self._pass(wire, hop.url, proxy)
        if hop.url.scheme == "https":
            phases.enter(Stage.TLS)
            await wire.start_tls(self._context, origin(hop.url)[1])
        return Connection(wire)

    def close(self) -> None:
        """All that are kept."""
        kept, self._kept = self._kept, {}
        for _, connection in kept.values():
            connection.wire.close()

    async def _pass(self, wire: Wire, url: httpx.URL, proxy: httpx.Proxy) -> None:
        """Whatever is between us and our proxy belongs to connecting: it is not the vendor's TLS or answer."""
        if proxy.url.scheme == "https":
            await wire.start_tls(self._context, origin(proxy.url)[1])
        if url.scheme == "https":
            try:
                await _tunnel(wire, url, proxy)
            except BaseException:
                wire.close()
                raise


async def _tunnel(wire: Wire, url: httpx.URL, proxy: httpx.Proxy) -> None:
    """Have the proxy connect us with a host. Raises ProxyRefusedError."""
    _, host, port = origin(url)
    place = f"[{host}]:{port}".encode() if ":" in host else f"{host}:{port}".encode()
    asked = Outgoing("CONNECT", place, [(b"Host", place), (b"Accept", b"*/*"), *login(proxy)])
    answer = await Connection(wire).ask(asked, Phases())
    if not (isinstance(answer, h11.Response) and 200 <= answer.status_code < 300):
        raise ProxyRefusedError(answer.status_code)

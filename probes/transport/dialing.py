"""From a host's name to an open connection, with DNS and connecting timed apart: a probe says which of the two hung."""

import asyncio
import contextlib
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any

from probes.fingerprints.values import TransportError
from probes.transport.errors import BrokenError
from probes.transport.phases import NOW, Stage
from probes.transport.wire import Wire

ADDRESSES = 6
"""Addresses tried for one connection at most."""

TURN_S = 1.0
"""Patience with an address while others are left: one lost SYN (RFC 6298 repeats it after 1 s)."""

LOOKUPS = 64
"""Names asked for at the same time at most; one name is asked once however many wait for it."""

_Name = tuple[str, int]

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> addresses in the order to try; raises `socket.gaierror`."""


class SystemResolver:
    """`getaddrinfo` in threads of its own.

    The loop's default executor has a handful of threads: a few names whose servers hang would hold up every other
    lookup. Daemon threads, one for each name being asked: a hanging one delays nobody, nor the end of the process.
    """

    def __init__(self) -> None:
        self._asked: dict[_Name, asyncio.Future[Sequence[str]]] = {}
        self._queue: deque[_Name] = deque()
        self._running = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        name = (host, port)
        if name not in self._asked:
            self._asked[name] = asyncio.get_running_loop().create_future()
            self._queue.append(name)
            self._start()
        # Shielded: who gives up must not end it for others who wait.
        return await asyncio.shield(self._asked[name])

    def _start(self) -> None:
        while self._queue and self._running < LOOKUPS:
            self._running += 1
            name = self._queue.popleft()
            work = partial(_look_up, name, asyncio.get_running_loop(), self._settle)
            threading.Thread(target=work, name=f"dns {name[0]}", daemon=True).start()

    def _settle(self, name: _Name, found: Sequence[str] | OSError) -> None:
        self._running -= 1
        answer = self._asked.pop(name)
        if isinstance(found, OSError):
            answer.set_exception(found)
            answer.exception()  # seen, even if everyone has given up
        else:
            answer.set_result(found)
        self._start()


def _look_up(name: _Name, loop: asyncio.AbstractEventLoop, settle: Callable[..., None]) -> None:
    """In a thread: ask, and hand the answer to the loop."""
    found: Sequence[str] | OSError
    try:
        found = _in_turn(socket.getaddrinfo(*name, type=socket.SOCK_STREAM))
    except UnicodeError:
        found = socket.gaierror(socket.EAI_NONAME, "not a host name")
    except OSError as error:
        found = error
    with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
        loop.call_soon_threadsafe(settle, name, found)


def _in_turn(infos: Iterable[tuple[Any, ...]]) -> list[str]:
    """Alternate the address families, the system's first choice first (RFC 8305, section 4)."""
    families: dict[Any, list[str]] = {}
    for family, _, _, _, address in infos:
        families.setdefault(family, []).append(address[0])
    rows = list(families.values())
    longest = max(map(len, rows), default=0)
    return list(dict.fromkeys(row[n] for n in range(longest) for row in rows if n < len(row)))


class Dialler:
    """Resolves, then connects. OS and TLS errors pass as they are: errors.py reads them."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or SystemResolver()

    async def connect(self, host: str, port: int, *, public_only: bool = False) -> Wire:
        """A connection to the first address that takes one; its phases are those of `NOW`. Raises OSError.

        `public_only`: a redirect from outside is followed, which may not lead into our own network. Raises BrokenError.
        """
        phases = NOW.get()
        phases.connected = True
        addresses: Sequence[str] = [host]
        if not _is_address(host):
            phases.enter(Stage.DNS)
            addresses = (await self.resolve(host, port))[:ADDRESSES]
        if public_only:
            addresses = [address for address in addresses if public(address)]
            if not addresses:
                raise BrokenError(TransportError("redirects", "a redirect from outside to a private address"))
        phases.enter(Stage.CONNECT)
        return await _connect(addresses, port)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a name, in the order to try. Raises OSError."""
        return await self._resolver(host, port)


async def _connect(addresses: Sequence[str], port: int) -> Wire:
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
    refused: OSError | None = None
    for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
        try:
            async with asyncio.timeout(TURN_S if left else None):
                _, wire = await asyncio.get_running_loop().create_connection(Wire, address, port)
                return wire
        except OSError as error:  # TimeoutError is one too
            refused = refused or error
    raise refused or OSError("no address answered")


def public(address: str) -> bool:
    """Whether an address is of the internet: not private, loopback, link-local (clouds' metadata) or reserved."""
    ip = ip_address(address.partition("%")[0])
    return (getattr(ip, "ipv4_mapped", None) or ip).is_global


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

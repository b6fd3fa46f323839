"""Kind `dns`: whether a name has addresses, by the system's resolver or by resolvers of one's choice.

Only resolvers that agree blame the name: one that is silent or refuses is its own trouble, or ours.
"""

import asyncio
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Any

from probes.fingerprints.values import Reading
from probes.model import Check, Fault, Layer, Observation, Outcome, Timings
from probes.network.dns_message import TYPES, Answer, NotDnsError, question, understood
from probes.network.tcp import place
from probes.options import Option, Options, one_of, with_defaults
from probes.tools import Tools, observe, ours, patience
from probes.transport.dialing import Dialler

MOST = 8
"""Resolvers asked at most."""

_THEIRS = ("nxdomain", "servfail", "no_address", "dns_timeout")
"""What says something of the name itself, where every resolver says it."""


def _resolvers(value: list[Any]) -> str:
    good = len(value) <= MOST and all(isinstance(one, str) and _numeric(one) for one in value)
    return "" if good else f"a list of at most {MOST} addresses, such as 9.9.9.9 or [2620:fe::fe]:53"


def _networks(value: list[Any]) -> str:
    try:
        for one in value:
            ip_network(one, strict=False)
    except (ValueError, TypeError):
        return "a list of addresses or networks, such as 160.79.104.0/23"
    return "" if all(isinstance(one, str) for one in value) else "a list of texts"


def _at(text: str) -> tuple[str, int] | None:
    return place(text if text.count(":") < 2 or text.startswith("[") else f"[{text}]", 53)


def _numeric(text: str) -> bool:
    where = _at(text)
    try:
        return where is not None and bool(ip_address(where[0]))
    except ValueError:
        return False


OPTIONS: Options = MappingProxyType(
    {
        "type": Option((str,), "A", "A or AAAA, where `resolvers` is given", one_of(*TYPES)),
        "resolvers": Option((list,), [], "resolvers to ask, by address; the system's if absent", _resolvers),
        "expect": Option((list,), [], "addresses or networks of which each answer must be in one", _networks),
    }
)


@dataclass(frozen=True, slots=True)
class ResolverAnswer:
    """What one resolver said: a word for its trouble, or addresses."""

    who: str
    trouble: str = ""
    addresses: tuple[str, ...] = ()


async def dns(check: Check, tools: Tools) -> Observation:
    """Ask all resolvers at once. The target is a host's name."""
    options = with_defaults(OPTIONS, check.options)
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        asked = question(check.target, options["type"], secrets.randbits(16))
    except ValueError:
        return observe(check, tools, ours("bad_target", "the target must be a host's name", Layer.OUR_REQUEST))
    asks = [_ask(resolver, asked, patience(check)) for resolver in options["resolvers"]]
    asks = asks or [_system(tools.transport.dialler, check.target, patience(check))]
    said = await asyncio.gather(*asks)
    took = (loop.time() - started) * 1000
    return observe(check, tools, judged(said, options, own=check.own), Timings(dns=took, total=took))


def judged(said: Sequence[ResolverAnswer], options: Mapping[str, Any], *, own: bool = False) -> Reading:
    """What the resolvers together say of the name; of one's `own` what was not expected is a failure."""
    troubled = [one for one in said if one.trouble]
    told = ", ".join(f"{one.who}: {one.trouble or ' '.join(one.addresses[:4])}" for one in said)
    networks = [ip_network(one, strict=False) for one in options["expect"]]
    strays = [a for one in said for a in one.addresses if not any(ip_address(a) in network for network in networks)]
    if len(troubled) == len(said):
        if all(one.trouble in _THEIRS for one in said):
            return Reading(Outcome.FAILED, Fault.VENDOR, Layer.DNS, said[0].trouble, "check_resolver", detail=told)
        if own:
            return Reading(Outcome.FAILED, Fault.VENDOR, Layer.DNS, troubled[0].trouble, "check_resolver", detail=told)
        return replace(ours(troubled[0].trouble, told, Layer.OUR_NETWORK), advice="check_resolver")
    if networks and strays:
        between = Reading(Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.DNS, "unexpected_address", "check_resolver")
        if own:
            between = replace(between, outcome=Outcome.FAILED, fault=Fault.VENDOR)
        return replace(between, detail=told)
    return Reading(Outcome.OK, Fault.NONE, Layer.OK, "resolvers_disagree" if troubled else "", detail=told)


async def _system(dialler: Dialler, name: str, timeout_s: float) -> ResolverAnswer:
    """By the system's resolver, all kinds of addresses. Whether its trouble is ours the control hosts will say."""
    try:
        async with asyncio.timeout(timeout_s):
            found = tuple(await dialler.resolve(name, 0))
    except socket.gaierror as error:
        unknown = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        return ResolverAnswer("system", "nxdomain" if unknown else "servfail")
    except OSError:  # TimeoutError is one
        return ResolverAnswer("system", "dns_timeout")
    return ResolverAnswer("system", "" if found else "no_address", found)


async def _ask(resolver: str, asked: bytes, timeout_s: float) -> ResolverAnswer:
    host, port = _at(resolver) or (resolver, 53)
    try:
        async with asyncio.timeout(timeout_s):
            answer = await _by_datagram(host, port, asked)
            if answer.cut:
                answer = await _by_stream(host, port, asked)
    except NotDnsError:
        return ResolverAnswer(resolver, "garbled")
    except (OSError, EOFError):
        return ResolverAnswer(resolver, "silent")
    return ResolverAnswer(resolver, answer.code or ("" if answer.addresses else "no_address"), answer.addresses)


class _Mailbox(asyncio.DatagramProtocol):
    """The first answer to our question; others may send what they like."""

    def __init__(self, asked: bytes) -> None:
        self._asked = asked
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:  # noqa: ARG002 - the protocol's
        try:
            answer = understood(data, self._asked)
        except NotDnsError:
            return
        if not self.answer.done():
            self.answer.set_result(answer)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _by_datagram(host: str, port: int, asked: bytes) -> Answer:
    loop = asyncio.get_running_loop()
    transport, mailbox = await loop.create_datagram_endpoint(lambda: _Mailbox(asked), remote_addr=(host, port))
    try:
        while True:  # a datagram may get lost: once more each second, as resolvers' clients do
            transport.sendto(asked)
            done, _ = await asyncio.wait([mailbox.answer], timeout=1.0)
            if done:
                return mailbox.answer.result()
    finally:
        mailbox.answer.cancel()
        transport.abort()


async def _by_stream(host: str, port: int, asked: bytes) -> Answer:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(len(asked).to_bytes(2, "big") + asked)
        length = int.from_bytes(await reader.readexactly(2), "big")
        return understood(await reader.readexactly(length), asked)
    finally:
        writer.transport.abort()

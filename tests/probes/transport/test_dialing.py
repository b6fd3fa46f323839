"""Names, addresses, TLS: what can go wrong before a request is even sent."""

import asyncio
import contextlib
import datetime as dt
import socket
import threading
from collections.abc import Sequence

import pytest
import trustme

from probes.transport import dialing
from probes.transport.client import Transport
from probes.transport.dialing import SystemResolver
from probes.transport.request import Request, TransportSettings
from tests.fakes.web import answer, serve
from tests.support.tls import server_tls


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def resolver(**names: Sequence[str]):
    async def resolve(host: str, _port: int) -> Sequence[str]:
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return names[host]

    return resolve


async def hangs(_host: str, _port: int) -> Sequence[str]:
    await asyncio.Event().wait()
    return ()


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 loopback")
async def test_a_host_with_ipv6_only() -> None:
    """Literal or by name."""
    async with Transport(resolver=resolver(six=["::1"])) as transport, serve(answer(b"6"), host="::1") as site:
        literal = await transport.fetch(Request(site.url(), 5))
        by_name = await transport.fetch(Request(site.url(host="six"), 5))
        assert (literal.body, by_name.body) == (b"6", b"6")
        assert site.requests[0].headers["host"] == f"[::1]:{site.port}"


async def test_addresses_are_tried_in_turn() -> None:
    """A refusing first address does not hide a second that answers; DNS is a phase of its own."""
    names = resolver(two=["127.0.0.2", "127.0.0.1"])
    async with Transport(resolver=names) as transport, serve(answer(b"x")) as site:
        got = await transport.fetch(Request(site.url(host="two"), 5))
    assert got.body == b"x"
    assert got.timings.dns is not None


async def test_an_address_that_swallows_packets_costs_its_turn_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPv6 without a route is the usual case; here a listener whose queue is full."""
    monkeypatch.setattr(dialing, "TURN_S", 0.2)
    async with serve(answer(b"x")) as site, Transport(resolver=resolver(two=["127.0.0.2", "127.0.0.1"])) as transport:
        with contextlib.ExitStack() as sockets:
            full = sockets.enter_context(socket.socket())
            full.bind(("127.0.0.2", site.port))
            full.listen(0)
            for _ in range(4):
                waiting = sockets.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(("127.0.0.2", site.port))
            got = await transport.fetch(Request(site.url(host="two"), 5))
    assert got.body == b"x"
    assert 190 < (got.timings.connect or 0) < 2000


async def test_the_first_address_is_what_is_told_of() -> None:
    """Nobody listens at either: refused."""
    async with Transport(resolver=resolver(two=["127.0.0.1", "127.0.0.2"])) as transport:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            got = await transport.fetch(Request(f"http://two:{taken.getsockname()[1]}/", 5))
    assert got.error is not None
    assert (got.error.kind, got.error.text) == ("refused", "connection refused while connecting")


async def test_dns_that_hangs_ends_with_the_deadline() -> None:
    """And is told as such."""
    async with Transport(resolver=hangs) as transport:
        got = await transport.fetch(Request("http://somewhere/", 0.2))
    assert got.error is not None
    assert got.error.kind == "dns"
    assert 190 < (got.timings.total or 0) < 1500


async def test_a_name_that_does_not_exist() -> None:
    """The system's word for it."""
    async with Transport(resolver=resolver()) as transport:
        got = await transport.fetch(Request("http://nowhere.invalid/", 5))
    assert got.error is not None
    assert (got.error.kind, got.error.text) == ("dns", "Name or service not known")


@pytest.mark.parametrize("url", ["http://", "ftp://x/", "no address", "http:///x", "http://[::1", "https://x:99999/"])
async def test_addresses_that_are_none(transport: Transport, url: str) -> None:
    """Are our mistake, and no crash."""
    got = await transport.fetch(Request(url, 1))
    assert got.error is not None
    assert got.error.kind == "other"


async def test_a_hanging_lookup_delays_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty names whose servers hang, each asked three times: each takes one thread, and localhost is found at once."""
    release = threading.Event()
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        if host.startswith("hangs"):
            asked.append(host)
            release.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    resolve = SystemResolver()
    waiting = [asyncio.create_task(resolve(f"hangs{n % 40}", 443)) for n in range(120)]
    async with asyncio.timeout(5):
        found = await resolve("localhost", 80)
    assert "127.0.0.1" in found
    assert not any(task.done() for task in waiting)
    release.set()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(end) for end in ends} == {socket.gaierror}
    assert len(asked) == 40


async def test_lookups_are_bounded_and_the_rest_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at a time; every name is asked once and answered."""
    monkeypatch.setattr(dialing, "LOOKUPS", 2)
    gate = threading.Semaphore(0)
    asked: list[str] = []

    def getaddrinfo(host, *_args, **_named):
        asked.append(host)
        gate.acquire(timeout=20)
        return [(socket.AF_INET, 1, 6, "", (host, 80))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    resolve = SystemResolver()
    waiting = [asyncio.create_task(resolve(f"name{n % 10}", 80)) for n in range(30)]
    async with asyncio.timeout(5):
        while len(asked) < 2:  # noqa: ASYNC110 - told by threads, which have no event of the loop
            await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert asked == ["name0", "name1"]
    gate.release(10)
    assert await asyncio.gather(*waiting) == [[f"name{n % 10}"] for n in range(30)]
    assert sorted(asked) == sorted(f"name{n}" for n in range(10))


async def test_who_gives_up_on_a_lookup_does_not_end_it_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """One question, two who wait, one leaves."""
    release = threading.Event()
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_args, **_named: [(socket.AF_INET, 1, 6, "", ("192.0.2.1", 80))] if release.wait(20) else [],
    )
    resolve = SystemResolver()
    leaver, stayer = (asyncio.create_task(resolve("name", 80)) for _ in range(2))
    await asyncio.sleep(0)
    leaver.cancel()
    await asyncio.sleep(0)
    release.set()
    async with asyncio.timeout(5):
        assert await stayer == ["192.0.2.1"]
    assert leaver.cancelled()


async def test_tls_is_a_phase(trusting: TransportSettings, ca: trustme.CA) -> None:
    """With a certificate we trust, the handshake is timed; a kept connection needs none."""
    tls = server_tls(ca.issue_cert("localhost"))
    async with Transport(trusting) as transport, serve(answer(b"safe"), tls=tls) as site:
        first = await transport.fetch(Request(site.url(host="localhost"), 5, lane="a"))
        again = await transport.fetch(Request(site.url(host="localhost"), 5, lane="a"))
    assert (first.body, again.body) == (b"safe", b"safe")
    assert first.timings.tls is not None
    assert (again.timings.tls, again.reused) == (None, True)


async def test_a_redirect_from_https_to_http_is_not_followed(trusting: TransportSettings, ca: trustme.CA) -> None:
    """What was safe stays safe."""
    async with Transport(trusting) as transport, serve(answer(b"plain")) as plain:
        script = answer(status=302, headers={"location": plain.url()})
        async with serve(script, tls=server_tls(ca.issue_cert("127.0.0.1"))) as site:
            got = await transport.fetch(Request(site.url(), 5))
        assert got.error is not None
        assert (got.error.kind, plain.requests) == ("redirects", [])


PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("kind", ["tls_untrusted", "tls_name", "tls_expired"])
async def test_wrong_certificates(trusting: TransportSettings, ca: trustme.CA, kind: str) -> None:
    """Unknown issuer, another name, past its end: three different stories."""
    certificate = {
        "tls_untrusted": lambda: trustme.CA().issue_cert("localhost"),
        "tls_name": lambda: ca.issue_cert("elsewhere.example"),
        "tls_expired": lambda: ca.issue_cert("localhost", not_before=PAST - dt.timedelta(days=30), not_after=PAST),
    }[kind]()
    async with Transport(trusting) as transport, serve(answer(b"x"), tls=server_tls(certificate)) as site:
        got = await transport.fetch(Request(site.url(host="localhost"), 5))
        assert got.error is not None
        assert got.error.kind == kind
        assert got.error.text.startswith("certificate: ")
        await site.all_closed()


async def test_tls_that_stalls_ends_with_the_deadline(transport: Transport) -> None:
    """A server that accepts and never shakes hands."""

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass
        writer.close()
        gone.set()

    gone = asyncio.Event()
    server = await asyncio.start_server(stall, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        got = await transport.fetch(Request(f"https://127.0.0.1:{port}/", 0.3))
        assert got.error is not None
        assert (got.error.kind, got.timings.tls) == ("tls", None)
        assert 290 < (got.timings.total or 0) < 2000
        async with asyncio.timeout(5):
            await gone.wait()
    finally:
        server.close()


async def test_plain_http_behind_https(transport: Transport) -> None:
    """A handshake with something that does not speak TLS."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    try:
        got = await transport.fetch(Request(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", 5))
    finally:
        server.close()
    assert got.error is not None
    assert got.error.kind == "tls"


@pytest.mark.parametrize(
    ("address", "of_the_internet"),
    [("1.1.1.1", True), ("2606:4700::1111", True), ("10.0.0.1", False), ("127.0.0.1", False), ("0.0.0.0", False),
     ("169.254.169.254", False), ("::ffff:169.254.169.254", False), ("fe80::1%eth0", False), ("::1", False),
     ("100.64.0.1", False)],
)  # fmt: skip
def test_addresses_of_the_internet(address: str, of_the_internet: bool) -> None:
    """Clouds' metadata, private networks and our own machine are not, in whatever form they are written."""
    assert dialing.public(address) is of_the_internet


@pytest.mark.parametrize("by", ["address", "name"])
async def test_a_redirect_does_not_lead_into_our_own_network(monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """A public page sends us to a private address, by its number or a name: nobody is asked there."""
    monkeypatch.setattr(dialing, "public", lambda address: address == "127.0.0.2")
    async with serve(answer(b"secret")) as inside:
        port = inside.url().rpartition(":")[2].partition("/")[0]
        where = f"http://{'127.0.0.1' if by == 'address' else 'metadata'}:{port}/"
        async with (
            serve(answer(status=302, headers={"location": where}), host="127.0.0.2") as outside,
            Transport(resolver=resolver(metadata=["127.0.0.1"], page=["127.0.0.2"])) as transport,
        ):
            got = await transport.fetch(Request(outside.url(host="page"), 5, lane="a"))
            asked = await transport.fetch(Request(where, 5))
        assert got.error is not None
        assert (got.error.kind, got.body) == ("redirects", b"")
        assert asked.body == b"secret", "who configured a private address is asked there"
        assert len(inside.requests) == 1

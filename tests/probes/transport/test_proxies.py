"""Requests through a proxy of our own: its failures are told as its own."""

import asyncio

import pytest
import trustme

from probes.transport import dialing
from probes.transport.client import Transport
from probes.transport.request import Request, TransportSettings
from tests.fakes.proxy import tunnel
from tests.fakes.web import Asked, Script, Wire, answer, serve, silent
from tests.support.tls import server_tls


def through(proxy: str, *no_proxy: str, ca_file: str = "") -> TransportSettings:
    return TransportSettings(proxies={"http": proxy, "https": proxy}, no_proxy=no_proxy, ca_file=ca_file)


async def test_plain_requests_are_forwarded() -> None:
    """The whole address goes to the proxy, with the proxy's login from its URL."""
    async with serve(answer(b"by proxy")) as proxy:
        settings = through(f"http://me:secretword@127.0.0.1:{proxy.port}")
        async with Transport(settings) as transport:
            got = await transport.fetch(Request("http://somewhere.example/x", 5))
        assert "secretword" not in repr(settings)
        assert (got.error, got.body) == (None, b"by proxy")
        assert proxy.requests[0].target == "http://somewhere.example/x"
        assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")


async def test_https_goes_through_a_tunnel(trusting: TransportSettings, ca: trustme.CA) -> None:
    """TLS is ours with the site; the proxy sees a host and a port."""
    async with serve(tunnel) as proxy, serve(answer(b"safe"), tls=server_tls(ca.issue_cert("127.0.0.1"))) as site:
        async with Transport(through(proxy.url(), ca_file=trusting.ca_file)) as transport:
            got = await transport.fetch(Request(site.url("/secret-path"), 5))
        assert (got.error, got.body) == (None, b"safe")
        assert got.timings.tls is not None
        assert proxy.requests[0].method == "CONNECT"
        assert "secret-path" not in repr(proxy.requests)


@pytest.mark.parametrize(("status", "kind"), [(407, "proxy_auth"), (502, "proxy"), (403, "proxy")])
async def test_a_tunnel_refused(status: int, kind: str) -> None:
    """The proxy's refusal is our side's."""
    async with serve(answer(status=status)) as proxy, Transport(through(proxy.url())) as transport:
        got = await transport.fetch(Request("https://somewhere.example/", 5))
    assert got.error is not None
    assert got.error.kind == kind


async def test_a_proxy_that_is_away() -> None:
    """Not the vendor's refusal."""
    async with Transport(through("http://127.0.0.1:1")) as transport:
        got = await transport.fetch(Request("http://somewhere.example/", 5))
    assert got.error is not None
    assert got.error.kind == "proxy"


@pytest.mark.parametrize("entry", ["127.0.0.1", "*", ".0.0.1", " 127.0.0.1 "])
async def test_some_hosts_go_direct(entry: str) -> None:
    """By name, by domain, or all."""
    async with serve(answer(b"direct")) as site, Transport(through("http://127.0.0.1:1", entry)) as transport:
        assert (await transport.fetch(Request(site.url(), 5))).body == b"direct"


async def test_our_own_proxy_may_be_private(
    monkeypatch: pytest.MonkeyPatch, trusting: TransportSettings, ca: trustme.CA
) -> None:
    """Only https goes by the proxy: a vendor's redirect from http to https is followed through it."""
    monkeypatch.setattr(dialing, "public", lambda address: address == "127.0.0.2")
    async with serve(tunnel) as proxy, serve(answer(b"safe"), tls=server_tls(ca.issue_cert("127.0.0.1"))) as site:
        script = answer(status=301, headers={"location": site.url()})
        settings = TransportSettings(proxies={"https": proxy.url()}, ca_file=trusting.ca_file)
        async with serve(script, host="127.0.0.2") as vendor, Transport(settings) as transport:
            got = await transport.fetch(Request(vendor.url(), 5))
    assert (got.error, got.body) == (None, b"safe")


async def test_a_redirect_by_the_proxy_does_not_lead_into_our_own_network() -> None:
    """To a host that goes direct: a private address is not asked, whoever named it."""
    async with serve(answer(b"secret")) as inside:
        script = answer(status=302, headers={"location": inside.url()})
        async with serve(script) as proxy, Transport(through(proxy.url(), "127.0.0.1")) as transport:
            got = await transport.fetch(Request("http://vendor.example/", 5))
            asked = await transport.fetch(Request(inside.url(), 5))
        assert got.error is not None
        assert (got.error.kind, got.body) == ("redirects", b"")
        assert asked.body == b"secret", "who configured a private address is asked there"
        assert len(inside.requests) == 1


async def _hangs_up(_asked: Asked, wire: Wire) -> None:
    wire.cut()


@pytest.mark.parametrize(("script", "timeout_s"), [(silent, 0.2), (_hangs_up, 5)], ids=["hangs", "hangs up"])
async def test_a_proxy_that_opens_no_tunnel(script: Script, timeout_s: float) -> None:
    """What breaks before the tunnel stands is the proxy's, never the vendor's silence."""
    async with serve(script) as proxy, Transport(through(proxy.url())) as transport:
        got = await transport.fetch(Request("https://somewhere.example/", timeout_s))
        await proxy.all_closed()
    assert got.error is not None
    assert got.error.kind == "proxy"
    assert got.error.text.startswith("our proxy: ")
    assert (got.timings.first_byte, got.timings.tls) == (None, None)


@pytest.mark.parametrize("url", ["https://somewhere.example/", "http://somewhere.example/"])
async def test_the_certificate_of_a_proxy(url: str) -> None:
    """Who issued it is unknown: that is not the vendor's certificate."""
    certificate = trustme.CA().issue_cert("127.0.0.1")
    async with serve(answer(b"x"), tls=server_tls(certificate)) as proxy, Transport(through(proxy.url())) as transport:
        got = await transport.fetch(Request(url, 5))
    assert got.error is not None
    assert got.error.kind == "proxy"
    assert got.error.text.startswith("our proxy: certificate: ")


async def test_tls_with_the_proxy_is_no_phase_of_the_vendor(trusting: TransportSettings, ca: trustme.CA) -> None:
    """A plain page by a proxy with TLS has none."""
    tls = server_tls(ca.issue_cert("127.0.0.1"))
    async with (
        serve(answer(b"x"), tls=tls) as proxy,
        Transport(through(proxy.url(), ca_file=trusting.ca_file)) as transport,
    ):
        got = await transport.fetch(Request("http://somewhere.example/", 5))
    assert (got.error, got.body, got.timings.tls) == (None, b"x", None)


async def test_the_first_byte_is_timed_without_the_tunnel(trusting: TransportSettings, ca: trustme.CA) -> None:
    """A proxy that takes its time to connect is a slow connection, not a slow answer."""

    async def slowly(asked: Asked, wire: Wire) -> None:
        await asyncio.sleep(0.3)
        await tunnel(asked, wire)

    async with (
        serve(slowly) as proxy,
        serve(answer(b"x"), tls=server_tls(ca.issue_cert("127.0.0.1"))) as site,
        Transport(through(proxy.url(), ca_file=trusting.ca_file)) as transport,
    ):
        got = await transport.fetch(Request(site.url(), 10))
    assert got.error is None
    assert (got.timings.connect or 0) >= 290
    assert (got.timings.connect or 0) + (got.timings.tls or 0) + (got.timings.first_byte or 0) <= (
        got.timings.total or 0
    )
    assert (got.timings.first_byte or 0) <= (got.timings.total or 0) - 290

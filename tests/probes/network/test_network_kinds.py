"""Kinds below HTTP: names, ports, certificates."""

import asyncio
import contextlib
import datetime as dt
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from probes.model import Fault, Layer, Outcome
from probes.network.dns import ResolverAnswer, judged
from probes.network.dns_message import NotDnsError, question, understood
from probes.network.tcp import place
from probes.network.tls import Certificate
from probes.network.tls import judged as judge_certificate
from probes.probe import look
from probes.registry import complaints
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import TransportSettings
from tests.fakes.resolver import Answering, alias, record, resolving, says
from tests.fakes.web import answer, serve
from tests.support.tls import server_tls

DAY = 86_400.0
DEFAULTS: dict[str, Any] = {"warn_days": [21, 14, 7, 3, 1], "fail_days": 0, "issuer": ""}
NAME = "api.example.com"
GOOD = says(alias(), record("192.0.2.7"), record("192.0.2.8"))


@pytest.mark.parametrize(
    ("answering", "outcome", "symptom"),
    [
        (GOOD, Outcome.OK, ""),
        (says(record("192.0.2.7", b"\x03api\x07example\x03com\x00")), Outcome.OK, ""),
        (says(code=3), Outcome.FAILED, "nxdomain"),
        (says(code=2), Outcome.FAILED, "servfail"),
        (says(), Outcome.FAILED, "no_address"),
        (says(alias()), Outcome.FAILED, "no_address"),
        (says(code=5), Outcome.INCONCLUSIVE, "refused"),
        (says(record("192.0.2.7"), number=1), Outcome.INCONCLUSIVE, "silent"),
        (lambda _question: b"rubbish", Outcome.INCONCLUSIVE, "silent"),
        (lambda _question: None, Outcome.INCONCLUSIVE, "silent"),
    ],
    ids=["good", "named", "nxdomain", "servfail", "empty", "alias", "refused", "spoofed", "rubbish", "silent"],
)
async def test_one_resolver(tools: Tools, make_check, answering: Answering, outcome: Outcome, symptom: str) -> None:
    """What it says of the name counts; what it does not say, or says to somebody else, is not the name's fault."""
    async with resolving(answering) as resolver:
        check = make_check(NAME, "dns", timeout_s=0.5, resolvers=[resolver.address])
        seen = await look(check, tools)
        assert len(resolver.asked) == 1
    assert (seen.outcome, seen.symptom) == (outcome, symptom)
    assert resolver.address in seen.detail
    assert seen.timings.dns is not None
    if outcome is Outcome.FAILED:
        assert (seen.fault, seen.layer) == (Fault.VENDOR, Layer.DNS)
    if outcome is Outcome.INCONCLUSIVE:
        assert seen.fault is Fault.OURS


async def test_nobody_listens(tools: Tools, make_check) -> None:
    """A resolver that is not there is our trouble."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{taken.getsockname()[1]}"
    seen = await look(make_check(NAME, "dns", timeout_s=0.5, resolvers=[where]), tools)
    assert (seen.outcome, seen.fault, seen.symptom) == (Outcome.INCONCLUSIVE, Fault.OURS, "silent")


async def test_resolvers_have_to_agree(tools: Tools, make_check) -> None:
    """One that knows the name clears it; two that deny it are enough."""
    async with resolving(GOOD) as good, resolving(says(code=3)) as bad, resolving(says(code=2)) as worse:
        mixed = await look(make_check(NAME, "dns", resolvers=[bad.address, good.address]), tools)
        denied = await look(make_check(NAME, "dns", resolvers=[bad.address, worse.address]), tools)
    assert (mixed.outcome, mixed.symptom) == (Outcome.OK, "resolvers_disagree")
    assert (denied.outcome, denied.symptom) == (Outcome.FAILED, "nxdomain")


async def test_answers_are_compared(tools: Tools, make_check) -> None:
    """Addresses outside the expected networks are told; somebody in between, or the vendor, has moved."""
    async with resolving(GOOD) as resolver:
        options = {"resolvers": [resolver.address]}
        good = await look(make_check(NAME, "dns", **options, expect=["192.0.2.0/24"]), tools)
        moved = await look(make_check(NAME, "dns", **options, expect=["192.0.2.7"]), tools)
    assert good.outcome is Outcome.OK
    assert (moved.outcome, moved.fault, moved.symptom) == (Outcome.INCONCLUSIVE, Fault.UNKNOWN, "unexpected_address")
    assert "192.0.2.8" in moved.detail


async def test_long_answers_come_by_stream(tools: Tools, make_check) -> None:
    """Where the datagram says that it was cut."""
    async with resolving(says(cut=True), by_stream=says(record("2001:db8::1"))) as resolver:
        seen = await look(make_check(NAME, "dns", type="AAAA", resolvers=[resolver.address]), tools)
    assert (seen.outcome, "2001:db8::1" in seen.detail) == (Outcome.OK, True)
    async with resolving(says(cut=True), by_stream=lambda _question: b"x") as resolver:
        seen = await look(make_check(NAME, "dns", resolvers=[resolver.address]), tools)
    assert (seen.outcome, seen.symptom) == (Outcome.INCONCLUSIVE, "garbled")


@pytest.mark.parametrize(
    ("found", "symptom"),
    [
        (["192.0.2.7"], ""),
        ([], "no_address"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "nxdomain"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "servfail"),
        (None, "dns_timeout"),
    ],
)
async def test_the_system_resolver(make_check, found: Sequence[str] | OSError | None, symptom: str) -> None:
    """Its failures are those of the name until the control hosts say otherwise."""

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        if found is None:
            await asyncio.get_running_loop().create_future()
        if isinstance(found, OSError):
            raise found
        return found or []

    async with Transport(resolver=resolver) as transport:
        seen = await look(make_check(NAME, "dns", timeout_s=0.3), Tools(transport, "here", lambda: 0.0))
    assert (seen.symptom, seen.outcome is Outcome.OK) == (symptom, symptom == "")
    assert seen.layer is (Layer.OK if symptom == "" else Layer.DNS)


@pytest.mark.parametrize("target", ["", "a..b", "x" * 64, ".".join(["abcdefgh"] * 30)])
async def test_no_name(tools: Tools, make_check, target: str) -> None:
    """Is our mistake."""
    assert (await look(make_check(target, "dns"), tools)).symptom == "bad_target"


@given(st.binary(max_size=120))
def test_rubbish_is_no_answer(raw: bytes) -> None:
    """Whatever comes, in front of or behind a proper head, is understood or refused."""
    asked = question(NAME, "A", 7)
    for whole in (raw, (GOOD(asked) or b"")[: len(asked)] + raw):
        with contextlib.suppress(NotDnsError):
            understood(whole, asked)


@given(st.integers(0, 100))
def test_a_cut_answer_keeps_what_came_whole(length: int) -> None:
    """Never an address that was not there."""
    asked = question(NAME, "A", 7)
    with contextlib.suppress(NotDnsError):
        assert set(understood((GOOD(asked) or b"")[:length], asked).addresses) <= {"192.0.2.7", "192.0.2.8"}


def test_ours_and_theirs() -> None:
    """One silent resolver beside a denying one is not enough to blame the name."""
    options: dict[str, Any] = {"expect": []}
    said = [ResolverAnswer("a", "nxdomain"), ResolverAnswer("b", "silent")]
    assert judged(said, options).outcome is Outcome.INCONCLUSIVE
    assert judged([said[0], said[0]], options).outcome is Outcome.FAILED


async def test_a_port_that_answers(tools: Tools, make_check) -> None:
    """Connected, timed, closed."""
    async with serve(answer(b"x")) as site:
        seen = await look(make_check(f"127.0.0.1:{site.port}", "tcp"), tools)
        await site.all_closed()
    assert (seen.outcome, seen.layer) == (Outcome.OK, Layer.OK)
    assert seen.timings.connect is not None
    assert seen.timings.total is not None


async def test_a_port_that_does_not(tools: Tools, make_check) -> None:
    """Refused is the edge's, once control hosts agree; a place that is none is our mistake."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        seen = await look(make_check(f"tcp://127.0.0.1:{port}", "tcp"), tools)
    assert (seen.outcome, seen.layer, seen.symptom) == (Outcome.FAILED, Layer.TCP, "refused")
    for target in ("127.0.0.1", "host:99999", ":80", "host:x"):
        assert (await look(make_check(target, "tcp"), tools)).symptom == "bad_target"


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("example.com", ("example.com", 443)),
        ("example.com:8443", ("example.com", 8443)),
        ("https://example.com/x", ("example.com", 443)),
        ("[2001:db8::1]:853", ("2001:db8::1", 853)),
        ("", None),
        ("http://[", None),
    ],
)
def test_places(target: str, found: tuple[str, int] | None) -> None:
    """Hosts, ports, addresses of both families, URLs."""
    assert place(target, 443) == found


@pytest.fixture
async def trusted(trusting: TransportSettings) -> AsyncIterator[Tools]:
    async with Transport(trusting) as transport:
        yield Tools(transport, "here", lambda: dt.datetime.now(dt.UTC).timestamp())


async def test_a_good_certificate(trusted: Tools, make_check, ca: trustme.CA) -> None:
    """Issuer and days left are told, and the issuer is remembered."""
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=40, hours=1)
    context = server_tls(ca.issue_cert("localhost", not_after=end))
    async with serve(answer(b"x"), tls=context) as site:
        seen = await look(make_check(f"localhost:{site.port}", "tls"), trusted)
        soon = await look(make_check(f"https://localhost:{site.port}/", "tls", warn_days=60), trusted)
        late = await look(make_check(f"localhost:{site.port}", "tls", fail_days=60), trusted)
        wary = replace(trusted, memory={"issuer": "Google Trust Services"})
        other = await look(make_check(f"localhost:{site.port}", "tls", issuer="Google Trust"), wary)
        await site.all_closed()
    assert (seen.outcome, seen.layer) == (Outcome.OK, Layer.OK)
    assert seen.detail.startswith("trustme")
    assert seen.detail.endswith(", 40 days left")
    assert seen.timings.tls is not None
    assert (soon.outcome, soon.symptom) == (Outcome.OK, "tls_ends_soon")
    assert (late.outcome, late.fault, late.layer) == (Outcome.FAILED, Fault.VENDOR, Layer.TLS)
    assert (other.outcome, other.fault, other.layer) == (Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_PROXY)
    assert trusted.memory["issuer"].startswith("trustme")
    assert wary.memory["issuer"] == "Google Trust Services"


@pytest.mark.parametrize(
    ("name", "days", "symptom"), [("localhost", -1, "tls_expired"), ("example.org", 9, "tls_name")]
)
async def test_a_bad_certificate(trusted: Tools, make_check, ca, name: str, days: int, symptom: str) -> None:
    """Expired, or somebody else's; the last good issuer stands beside it."""
    trusted.memory["issuer"] = "Good Authority"
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    async with serve(answer(b"x"), tls=server_tls(ca.issue_cert(name, not_after=end))) as site:
        seen = await look(make_check(f"localhost:{site.port}", "tls"), trusted)
    assert (seen.outcome, seen.layer, seen.symptom) == (Outcome.FAILED, Layer.TLS, symptom)
    assert seen.detail.endswith("last issuer Good Authority")


async def test_a_certificate_nobody_trusts(tools: Tools, make_check, ca: trustme.CA) -> None:
    """As behind a proxy that opens what passes, or with a wrong chain."""
    async with serve(answer(b"x"), tls=server_tls(ca.issue_cert("localhost"))) as site:
        seen = await look(make_check(f"localhost:{site.port}", "tls"), tools)
    assert (seen.outcome, seen.layer, seen.symptom) == (Outcome.FAILED, Layer.TLS, "tls_untrusted")


async def test_a_handshake_that_stalls(tools: Tools, make_check) -> None:
    """Ends within the timeout, and the connection with it."""
    async with serve(answer(b"x")) as site:  # waits for a request that never comes

        async def mute(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                await _reader.read()
            writer.transport.abort()

        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        seen = await look(make_check(f"127.0.0.1:{port}", "tls", timeout_s=0.3), tools)
        server.close()
        await site.all_closed()
    assert (seen.outcome, seen.layer) == (Outcome.FAILED, Layer.TLS)


def test_an_issuer_that_changed() -> None:
    """Is told once: a rotation is no fault, but worth knowing."""
    new = Certificate("New Authority", 100 * DAY)
    changed = judge_certificate(new, 0.0, DEFAULTS, "Old Authority")
    assert (changed.outcome, changed.symptom) == (Outcome.OK, "issuer_changed")
    assert changed.detail == "New Authority, 100 days left; before Old Authority"
    assert judge_certificate(new, 0.0, DEFAULTS, "New Authority").symptom == ""
    ended = judge_certificate(new, 101 * DAY, DEFAULTS, "")
    assert (ended.outcome, ended.symptom) == (Outcome.FAILED, "tls_ends_soon")


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("dns", {"type": "MX"}),
        ("dns", {"resolvers": ["dns.example.com"]}),
        ("dns", {"resolvers": ["9.9.9.9"] * 9}),
        ("dns", {"expect": ["example.com"]}),
        ("dns", {"expect": [7]}),
        ("tls", {"warn_days": -1}),
        ("tcp", {"port": 80}),
    ],
)
def test_wrong_options(kind: str, wrong: dict[str, Any]) -> None:
    """Are named."""
    ((key, _),) = complaints(kind, wrong)
    assert key in wrong


def test_good_options() -> None:
    """Addresses of both families, with and without ports."""
    good = ["9.9.9.9", "9.9.9.9:5353", "2620:fe::fe", "[2620:fe::fe]:53"]
    assert complaints("dns", {"resolvers": good, "expect": ["160.79.104.0/23", "2607:6bc0::/48"]}) == []
    assert replace(ResolverAnswer("a"), trouble="x").trouble == "x"

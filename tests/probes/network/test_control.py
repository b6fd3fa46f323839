"""Control hosts: whose network failed."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
import trustme

from probes.model import Fault, Layer, Observation, Outcome
from probes.network.control import Control, attribute
from probes.probe import look
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import TransportSettings
from tests.fakes.web import Asked, Wire, answer, serve, silent
from tests.support.tls import server_tls

DEAD = "http://127.0.0.1:1/"
NO_CONTENT = answer(status=204)
FAILED = Observation("c", "acme", "api", "here", 100.0, Outcome.FAILED, Fault.VENDOR, Layer.TCP, "refused")


def network(transport: Transport, *hosts: str, now: float = 100.0, timeout_s: float = 2.0) -> Control:
    return Control(transport, lambda: now, hosts, timeout_s=timeout_s, pause_s=0.05)


async def test_one_host_that_answers_is_enough(transport: Transport) -> None:
    """The other may be down or silent: the answer does not wait for it."""
    async with serve(NO_CONTENT) as good, serve(silent) as mute:
        async with network(transport, DEAD, mute.url(), good.url(), timeout_s=30) as control, asyncio.timeout(5):
            assert await control.reading(100.0)
        await mute.all_closed()


async def test_no_host_answers(transport: Transport) -> None:
    """Then it is our network."""
    async with network(transport, DEAD, "http://127.0.0.1:2/") as control:
        assert not await control.reading(100.0)


@pytest.mark.parametrize(("status", "fine"), [(204, True), (200, False), (302, False), (511, False)])
async def test_over_http_only_the_known_answer_counts(transport: Transport, status: int, fine: bool) -> None:
    """A captive portal answers too."""
    async with serve(answer(status=status)) as site, network(transport, site.url()) as control:
        assert await control.reading(100.0) is fine


async def test_over_https_any_answer_counts(trusting: TransportSettings, ca: trustme.CA) -> None:
    """The certificate says who answered."""
    tls = server_tls(ca.issue_cert("127.0.0.1"))
    for settings, fine in ((trusting, True), (None, False)):
        async with (
            Transport(settings) as transport,
            serve(answer(status=503), tls=tls) as site,
            network(transport, site.url()) as control,
        ):
            assert await control.reading(100.0) is fine


async def test_many_failures_ask_once(transport: Transport) -> None:
    """A hundred at the same time share one answer, and a hundred that come after the question share the next."""
    async with serve(NO_CONTENT) as site, network(transport, site.url()) as control:
        assert all(await asyncio.gather(*(control.reading(100.0) for _ in range(100))))
        assert len(site.requests) == 1
        assert all(await asyncio.gather(*(control.reading(100.1) for _ in range(100))))
        assert len(site.requests) == 2


@pytest.mark.parametrize("later", [0.01, 2.0])
async def test_a_good_word_does_not_outlive_the_network(transport: Transport, later: float) -> None:
    """What fails after it, however soon, is asked about anew, and is ours where nobody answers any more."""
    clock = [100.0]
    async with contextlib.AsyncExitStack() as asking:
        async with serve(NO_CONTENT) as site:
            control = await asking.enter_async_context(Control(transport, lambda: clock[0], [site.url()], pause_s=0.05))
            assert (await attribute(FAILED, control)).fault is Fault.VENDOR
        clock[0] = 100.0 + later
        seen = await attribute(replace(FAILED, at=clock[0]), control)
        assert (seen.control, seen.fault) == (False, Fault.OURS)


async def test_a_bad_word_holds_for_some_seconds(transport: Transport) -> None:
    """Nobody is asked again at each of the failures of a network that is gone."""
    clock = [100.0]
    async with (
        serve(answer(status=500)) as site,
        Control(transport, lambda: clock[0], [site.url()], pause_s=0.05) as control,
    ):
        assert not await control.reading(100.0)
        clock[0] = 104.0
        assert not await control.reading(104.0)
        assert len(site.requests) == 1


async def test_an_old_word_is_not_believed(transport: Transport) -> None:
    """A failure later than the word by more than its freshness asks again."""
    clock = [100.0]
    async with serve(NO_CONTENT) as site, Control(transport, lambda: clock[0], [site.url()], pause_s=0.05) as control:
        await control.reading(100.0)
        clock[0] = 106.0
        await control.reading(106.0)
        assert len(site.requests) == 2


async def test_who_gives_up_asking_does_not_end_it_for_others(transport: Transport) -> None:
    """The first who asked may be cancelled."""
    go_on = asyncio.Event()

    async def late(_asked: Asked, wire: Wire) -> None:
        await go_on.wait()
        await NO_CONTENT(_asked, wire)

    async with serve(late) as site, network(transport, site.url()) as control:
        leaver, stayer = (asyncio.create_task(control.reading(100.0)) for _ in range(2))
        await site.asked()
        leaver.cancel()
        await asyncio.wait([leaver])
        go_on.set()
        assert await stayer


async def test_leaving_ends_an_open_question(transport: Transport) -> None:
    """Nothing is left running."""
    async with serve(silent) as site:
        async with network(transport, site.url(), timeout_s=30) as control:
            waiting = asyncio.create_task(control.reading(100.0))
            await site.asked()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        await site.all_closed()


async def test_a_failure_with_control_is_the_vendors(transport: Transport) -> None:
    """The observation stays what it was, with the control hosts' word."""
    async with serve(NO_CONTENT) as site, network(transport, site.url()) as control:
        assert await attribute(FAILED, control) == replace(FAILED, control=True)


@pytest.mark.parametrize("layer", [Layer.DNS, Layer.TCP, Layer.TLS, Layer.NO_ANSWER])
async def test_a_failure_without_control_is_ours(transport: Transport, layer: Layer) -> None:
    """Inconclusive: it says nothing of the vendor. The symptom stays for whoever looks."""
    async with network(transport, DEAD) as control:
        seen = await attribute(replace(FAILED, layer=layer), control)
    assert (seen.outcome, seen.fault, seen.layer) == (Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_NETWORK)
    assert (seen.control, seen.symptom) == (False, "refused")


@pytest.mark.parametrize(
    "seen",
    [replace(FAILED, outcome=Outcome.OK, layer=Layer.OK), replace(FAILED, layer=Layer.APP_BACKEND)],
    ids=["ok", "answered"],
)
async def test_what_was_answered_needs_no_control(transport: Transport, seen: Observation) -> None:
    """Nobody is asked."""
    async with serve(NO_CONTENT) as site, network(transport, site.url()) as control:
        assert await attribute(seen, control) == seen
        assert site.requests == []


async def test_the_kind_control(tools: Tools, make_check) -> None:
    """A check of a control host is fine or ours, never the vendor's."""
    async with serve(NO_CONTENT) as site:
        fine = await look(make_check(site.url(), "control"), tools)
    gone = await look(make_check(DEAD, "control"), tools)
    async with serve(answer(b"<html>", 200)) as site:
        taken = await look(make_check(site.url(), "control"), tools)
    assert (fine.outcome, fine.status) == (Outcome.OK, 204)
    for seen in (gone, taken):
        assert (seen.outcome, seen.fault, seen.layer) == (Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_NETWORK)

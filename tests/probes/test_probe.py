"""`look`: one observation, whatever happens, on time, with nothing left behind."""

import asyncio
import dataclasses
import gc
import logging
import os
import socket
from pathlib import Path
from types import MappingProxyType

import pytest

from probes import probe
from probes.model import Fault, Layer, Outcome
from probes.probe import look
from probes.registry import PROBES
from probes.secret import Secret
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import Request
from tests.fakes.web import answer, cut_off, drip, endless, head, paths, serve, silent


def kinds(monkeypatch: pytest.MonkeyPatch, **probes) -> None:
    """Kinds of the test's own beside the real ones."""
    monkeypatch.setattr(probe, "PROBES", MappingProxyType({**PROBES, **probes}))


async def test_a_probe_that_breaks_is_data(monkeypatch, tools: Tools, make_check, caplog) -> None:
    """Inconclusive and ours, with the traceback in the log and no secret in either."""
    tools = dataclasses.replace(tools, secrets={"K": Secret("sk-very-secret")})

    async def breaks(_check, _tools):
        raise KeyError("sk-very-secret")

    kinds(monkeypatch, breaks=breaks)
    seen = await look(make_check("x", "breaks"), tools)
    assert (seen.outcome, seen.fault, seen.symptom) == (Outcome.INCONCLUSIVE, Fault.OURS, "probe_error")
    assert (seen.check, seen.service, seen.component, seen.vantage, seen.at) == ("c1", "acme", "api", "here", 1000.0)
    assert "KeyError" in seen.detail
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "in breaks" in record.getMessage()
    assert "sk-very-secret" not in record.getMessage() + seen.detail


async def test_a_kind_nobody_knows_is_data_too(tools: Tools, make_check) -> None:
    """A configuration from a newer version, perhaps."""
    assert (await look(make_check("x", "telepathy"), tools)).symptom == "probe_error"


async def test_what_the_deadline_cuts_off_may_be_the_vendors(monkeypatch, tools: Tools, make_check) -> None:
    """A probe that waits beyond its time has failed, without an answer."""

    async def waits(_check, _tools):
        await asyncio.Event().wait()

    kinds(monkeypatch, waits=waits)
    seen = await look(make_check("x", "waits", timeout_s=0.05), tools)
    assert (seen.outcome, seen.layer, seen.symptom) == (Outcome.FAILED, Layer.NO_ANSWER, "timeout")


async def test_a_timeout_of_its_own_is_a_broken_probe(monkeypatch, tools: Tools, make_check) -> None:
    """Only the deadline is a timeout of the vendor's."""

    async def gives_up(_check, _tools):
        raise TimeoutError

    kinds(monkeypatch, gives_up=gives_up)
    assert (await look(make_check("x", "gives_up"), tools)).symptom == "probe_error"


async def test_cancelling_a_look_cancels_it(tools: Tools, make_check) -> None:
    """The end of the program is no observation."""
    async with serve(silent) as site:
        task = asyncio.create_task(look(make_check(site.url(), timeout_s=30), tools))
        await site.asked()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await site.all_closed()


HOSTILE = {
    "/silent": silent,
    "/slow-headers": drip(b"HTTP/1.1 200 OK\r\n", b"x-drop: 1\r\n"),
    "/slow-body": drip(head(200), b"x"),
    "/endless": endless,
    "/loop": answer(status=302, headers={"location": "/loop"}),
    "/headers": answer(b"x", headers={f"x-{n}": "v" for n in range(10_000)}),
    "/bomb": answer(b"\x1f\x8b garbage", headers={"content-encoding": "gzip"}),
    "/cut": cut_off(),
    "/half": cut_off(head(200, length=100) + b"half"),
    "/garbage": cut_off(b"\xff\xfe\x00 garbage \r\n\r\n"),
}


@pytest.mark.parametrize("path", HOSTILE)
async def test_hostile_servers_give_one_sad_observation_in_time(tools: Tools, make_check, path: str) -> None:
    """Never good news, never an exception, never later than the timeout, and no connection stays."""
    async with serve(paths(HOSTILE)) as site:
        async with asyncio.timeout(2):
            seen = await look(make_check(site.url(path), timeout_s=0.4, interval_s=1), tools)
        assert seen.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE)
        assert seen.symptom not in ("", "probe_error")
        await site.all_closed()


async def test_one_slow_check_delays_no_other(tools: Tools, make_check) -> None:
    """A hundred looks end while one of the same host still waits for its answer."""
    async with serve(paths({"/slow": silent, "/": answer(b"x")})) as site:
        slow = asyncio.create_task(look(make_check(site.url("/slow"), timeout_s=30), tools))
        async with asyncio.timeout(10):
            seen = await asyncio.gather(*(look(make_check(site.url("/")), tools) for _ in range(100)))
        assert {one.outcome for one in seen} == {Outcome.OK}
        assert not slow.done()
        slow.cancel()
        await asyncio.wait([slow])


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count, no paths


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts file descriptors through /proc")
async def test_a_thousand_looks_leave_nothing(make_check) -> None:
    """Connections, tasks and descriptors are as before, whatever the servers did."""
    script = paths({**HOSTILE, "/": answer(b"x")})
    async with serve(script) as site, Transport() as transport:
        tools = Tools(transport, "here", lambda: 0.0)

        async def round_of_looks() -> None:
            targets = [site.url(path) for path in ("/", "/", "/", "/", "/cut", "/half", "/garbage", "/loop", "/gone")]
            targets.append("http://127.0.0.1:1/")
            await asyncio.gather(*(look(make_check(target, interval_s=1), tools) for target in targets))

        await transport.fetch(Request(site.url("/"), 5))
        await round_of_looks()
        gc.collect()
        before = _descriptors(), len(asyncio.all_tasks())
        for _ in range(100):
            await round_of_looks()
        gc.collect()
        after = _descriptors(), len(asyncio.all_tasks())
    assert after[0] <= before[0] + 8, "a few connections may be kept for the next look"
    assert after[1] <= before[1] + 8
    await site.all_closed()
    assert {task.get_name() for task in asyncio.all_tasks()} == {asyncio.current_task().get_name()}  # type: ignore[union-attr] # a test is a task


async def test_details_are_bounded(monkeypatch, tools: Tools, make_check) -> None:
    """Text of a vendor goes into messages: it stays short."""

    async def talks(check, given):
        return dataclasses.replace(await PROBES["http"](check, given), detail="x" * 100_000)

    kinds(monkeypatch, talks=talks)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        seen = await look(make_check(f"http://127.0.0.1:{taken.getsockname()[1]}/", "talks"), tools)
    assert len(seen.detail) == probe.DETAIL

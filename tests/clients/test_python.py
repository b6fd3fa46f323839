"""The Python client: the truth by a real page, and where calls go while one component fails."""

import asyncio
import importlib
import random
import sys
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from bot.core.model.report import Report
from bot.store.stream_rows import decode
from tests.support.filled import fill
from tests.support.site import page, with_page

sys.path.insert(0, str(Path(__file__).parents[2] / "deploy" / "clients" / "python"))
client: Any = importlib.import_module("groundtruth_client")

TOKEN = "viewer-token-0123456789"
TARGETS = {"claude-api": client.Target("http://one.example/v1"), "bedrock": client.Target("http://two.example/v1")}
BASE = "http://gateway.example/v1"


class Known(client.Truth):  # type: ignore[misc]
    """A truth that is told."""

    def __init__(self, **states):
        super().__init__("http://127.0.0.1:1")
        self.told = {name.replace("_", "-"): state for name, state in states.items()}
        self.counted = []

    def state(self, component):
        return self.told.get(component)

    def count(self, component, code=""):
        self.counted.append((component, code))


async def test_the_truth_comes_from_the_page_and_outcomes_go_back(store) -> None:
    await fill(store)
    async with page(store, with_page()) as http:
        truth = client.Truth(str(http.base_url), TOKEN)
        assert truth.state("claude-api") is None
        with truth:
            for _ in range(200):
                if truth.state("claude-api") is not None:
                    break
                await asyncio.sleep(0.05)
            for n in range(40):
                truth.count("claude-api", "529" if n < 10 else "")
            await asyncio.to_thread(truth.flush)
    rows = [row for _, raw in await store.read("claude") if isinstance(row := decode(raw), Report)]

    assert truth.state("claude-api") == "partial_outage"
    assert truth.state("claude-code") is None  # nothing fresh is known of it
    assert [(row.component, row.failed, row.total) for row in rows] == [("claude-api", 10, 40)]


def test_without_groundtruth_everything_is_as_preferred() -> None:
    truth = client.Truth("http://127.0.0.1:1", TOKEN)
    assert not truth.refresh()
    truth.count("claude-api", "529")
    truth.flush()
    route = client.Route(truth, ["claude-api", "bedrock"])

    assert truth.state("claude-api") is None
    assert route.order() == ["claude-api", "bedrock"]
    assert sum(sum(codes.values()) for codes in truth._counts.values()) == 1  # kept for the next time


def test_the_best_live_alternative_goes_first() -> None:
    for states, first in (
        ({}, "claude-api"),
        ({"claude_api": "partial_outage"}, "bedrock"),
        ({"claude_api": "major_outage", "bedrock": "partial_outage"}, "bedrock"),
        ({"claude_api": "major_outage", "bedrock": "major_outage"}, "claude-api"),
        ({"claude_api": "degraded_performance"}, "claude-api"),
    ):
        assert client.Route(Known(**states), ["claude-api", "bedrock"]).pick() == first


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
@pytest.mark.parametrize("known", [True, False], ids=["the truth says so", "nothing is known"])
def test_at_thirty_percent_failures_nearly_all_calls_succeed(library, known) -> None:
    dice = random.Random(7)
    truth = Known(**({"claude_api": "partial_outage", "bedrock": "operational"} if known else {}))

    def vendor(request):
        assert str(request.url).endswith(".example/v1/chat/completions")
        fails = request.url.host == "one.example" and dice.random() < 0.3
        return library.Response(529 if fails else 200, json={"body": request.content.decode()})

    route = client.Route(truth, ["claude-api", "bedrock"])
    inner = library.MockTransport(vendor)
    with library.Client(base_url=BASE, transport=client.transport(library, route, TARGETS, BASE, inner)) as http:
        codes = [http.post("/chat/completions", json={"n": n}).status_code for n in range(1_000)]

    assert codes.count(200) == 1_000  # what the docs say; 995 would do
    asked = [component for component, _ in truth.counted]
    assert (asked.count("claude-api") == 0) is known


async def test_headers_of_a_target_go_to_it_alone() -> None:
    """The first one's key is not shown to the second; the client's own comes back. By the asynchronous transport."""
    seen = []

    def vendor(request):
        seen.append((request.headers["host"], request.headers["authorization"], request.headers.get("x-key")))
        return httpx2.Response(529 if len(seen) == 1 else 200)

    targets = {
        "claude-api": client.Target("http://one.example/v1", {"Authorization": "first", "X-Key": "first"}),
        "bedrock": client.Target("https://two.example:8443/other"),
    }
    route = client.Route(Known(), ["claude-api", "bedrock"])
    transport = client.async_transport(httpx2, route, targets, BASE, httpx2.MockTransport(vendor))
    async with httpx2.AsyncClient(base_url=BASE, transport=transport, headers={"Authorization": "own"}) as http:
        answer = await http.get("/models?limit=2")

    assert seen == [("one.example", "first", "first"), ("two.example:8443", "own", None)]
    assert (answer.status_code, str(answer.request.url)) == (200, "https://two.example:8443/other/models?limit=2")


def test_what_fails_here_is_left_alone_for_a_while() -> None:
    """Nothing is known, everything fails: after some calls it is asked last."""
    route = client.Route(Known(), ["claude-api", "bedrock"])

    def broken():
        raise ConnectionError("refused")

    for _ in range(20):
        assert route.call({"claude-api": broken, "bedrock": lambda: "fine"}) == "fine"
    assert [one for one, code in route._truth.counted if code].count("claude-api") == 5


def test_ones_own_mistakes_are_raised_at_once() -> None:
    class RefusedError(Exception):
        status_code = 401

    def refused():
        raise RefusedError

    route = client.Route(Known(), ["claude-api", "bedrock"])
    with pytest.raises(RefusedError):
        route.call({"claude-api": refused, "bedrock": lambda: "never"})
    assert route._truth.counted == []


def test_the_last_good_answer_is_kept_for_when_nothing_answers() -> None:
    def broken():
        raise TimeoutError

    route = client.Route(Known(), ["claude-api"], last_good=client.LastGood(size=1))
    assert route.call({"claude-api": lambda: "fresh"}, key="q") == "fresh"
    assert route.call({"claude-api": broken}, key="q") == "fresh"
    with pytest.raises(client.AllFailedError):
        route.call({"claude-api": broken}, key="other")


class Answered:
    def __init__(self, status):
        self.http_response = type("R", (), {"status_code": status})()


def test_the_middleware_counts_attempts_and_breaks_the_circuit() -> None:
    truth = Known(claude_api="major_outage")
    every = client.GroundtruthMiddleware(truth, "claude-api")
    for status in (200, 529, 401):
        every.handle(None, lambda _, status=status: Answered(status))
    fast = client.GroundtruthMiddleware(truth, "claude-api", fail_fast=True)
    fast.handle(None, lambda _: Answered(200))
    with pytest.raises(client.CircuitOpenError):
        fast.handle(None, lambda _: Answered(200))

    assert truth.counted == [("claude-api", ""), ("claude-api", "529"), ("claude-api", "")]

"""Paid looks within their budget: kept in the store for all, refused where the store is away; free looks go on."""

import asyncio
import logging
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.core.rate_limits import ReprobeBudget
from bot.probing.budget import BudgetGate
from bot.probing.checks import OVER_BUDGET, CheckRunner, ProbeLimits
from bot.settings import Allowance
from bot.store.connect import open_store
from bot.store.embedded import command
from bot.store.embedded_binary import find_binary
from bot.store.store import Store
from probes.model import Check, Observation
from probes.secret import Secret
from probes.tools import Tools
from probes.transport.client import Transport
from tests.fakes.web import answer, serve

KEYED = MappingProxyType({"mode": "chat", "model": "gpt-4.1-nano", "api_key": "${KEY}"})


def check(name: str, kind: str, target: str, options: MappingProxyType[str, object]) -> Check:
    """A check of the one component."""
    return Check(name, kind, "openai", "openai-api", target, 30.0, 5.0, options)


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that can be stopped."""
    process = subprocess.Popen(
        command(find_binary(), tmp_path, tmp_path / "s"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


async def test_it_is_said_once_when_the_budget_is_spent(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """The first refusal is a warning, the others are not."""
    budgets = BudgetGate(store.purse, {"openai": Allowance(100, 1.0)})
    paid = check("chat", "openai", "http://x", KEYED)
    with caplog.at_level(logging.WARNING):
        assert [await budgets.allow(paid, 60, 0.001) for _ in range(4)] == [True, False, False, False]
    assert caplog.text.count("the day's budget of openai is spent") == 1


async def test_without_the_store_nothing_is_paid(stopped: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """A server that does not answer is a refusal within a second, long before the look's own deadline."""
    while not (tmp_path / "s").exists():  # noqa: ASYNC110  (another process)
        await asyncio.sleep(0.01)
    async with open_store(f"unix://{tmp_path / 's'}", tmp_path) as store:
        budgets = BudgetGate(store.purse, {"openai": Allowance()})
        paid = check("chat", "openai", "http://x", KEYED)
        assert await budgets.allow(paid, 1, 0.0001)
        stopped.send_signal(signal.SIGSTOP)
        began = asyncio.get_running_loop().time()
        assert not await budgets.allow(paid, 1, 0.0001)
        assert asyncio.get_running_loop().time() - began < 2.0
        stopped.send_signal(signal.SIGCONT)


async def test_where_the_paid_check_may_not_the_free_one_of_its_component_does(store: Store) -> None:
    """Re-probes of a component whose budget is spent go to the check that costs nothing, every time."""
    seen: list[Observation] = []
    async with Transport() as transport, serve(answer(b"{}")) as site:
        budgets = BudgetGate(store.purse, {"openai": Allowance(0, 0.0)})
        tools = Tools(transport, "here", lambda: 1.0, {"KEY": Secret("sk-123456789")}, budget=budgets)
        checks = [
            check("chat", "openai", site.url("/v1"), KEYED),
            check("hello", "http", site.url("/hello"), MappingProxyType({})),
        ]
        watch = CheckRunner(checks, tools, None, seen.append, ProbeLimits(extras=ReprobeBudget(10)))
        for _ in range(4):
            await watch.again("openai-api")
        asked = [request.target for request in site.requests]

    assert asked == ["/hello"] * 4
    assert Counter(o.check for o in seen)["hello"] == 4
    assert {o.symptom for o in seen if o.check == "chat"} == {OVER_BUDGET}

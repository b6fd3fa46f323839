"""Minutes in which everything else that is told answers 429 or 5xx, while an incident ends and another begins.

Pagers, Teams, e-mail and the like, all in one process: afterwards each has been told of both, once: TROUBLE_S seconds.
"""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.channels.registry import CHANNELS
from bot.store.connect import open_store
from tests.fakes.mail import mailing
from tests.fakes.outlet import Fault, serving
from tests.fakes.teams import ALERTS, PASSWORD, teams
from tests.support.receivers import OnAlertmanager, OnGrafanaIrm, OnIncidentIo, OnJira, OnNtfy, OnPagerDuty
from tests.support.replicated_run import running_on
from tests.support.teams import options

TROUBLE_S = float(os.environ.get("TROUBLE_S", "20"))
AFTER_S = 375.0
KINDS = (OnAlertmanager, OnJira, OnPagerDuty, OnIncidentIo, OnNtfy, OnGrafanaIrm)

pytestmark = pytest.mark.timeout(TROUBLE_S + 840)


class OnHttp:
    """One platform of those that are told by HTTP."""

    def __init__(self, one, world):
        self.one, self.world, self.name = one, world, one.kind
        one.fake_world = world
        self.options = {"kind": one.kind, **one.options(world.url)}

    def fail(self, status):
        """All answers are this one from now on; None: it works again."""
        self.world.always = status and Fault(status, headers={"retry-after": "5"} if status == 429 else {})

    def roots(self, row):
        """How many alerts stand for one delivery."""
        if isinstance(self.one, OnJira):
            # An alert that has ended is not known by its alias any more.
            return sum(row.subject in f"{alert.alias}{alert.words}" for alert in self.world.alerts)
        return self.one.roots(row.id)


class OnTeams:
    """Teams, and its one channel."""

    name = "teams"

    def __init__(self, world):
        self.world, self.options = world, {"kind": "teams", **options(world)}

    def fail(self, status):
        self.world.refuses[:] = [status] * 100_000 if status else []

    def roots(self, row):
        return sum(row.subject in message.shown for message in self.world.standing(ALERTS))


class OnMail:
    """A mailbox; what is 429 and 5xx elsewhere is "try later" here."""

    name = "mail"

    def __init__(self, world):
        self.world = world
        where = {"host": "127.0.0.1", "port": world.port, "security": "none"}
        self.options = {"kind": "email", **where, "sender": "bot@example.com", "to": ["a@example.com"]}

    def fail(self, status):
        self.world.replies = {"MAIL": "451 4.7.1 too much" if status == 429 else "421 4.3.2 later"} if status else {}

    def roots(self, row):
        mine = [mail for mail in self.world.box if row.subject in str(mail) and mail["In-Reply-To"] is None]
        return len(mine)


def hidden(name, given, secrets, kept):
    """The options with references to secrets in place of them."""
    if isinstance(given, dict):
        return {key: hidden(f"{name}_{key}", value, secrets, kept) for key, value in given.items()}
    if isinstance(given, str) and any(secret in given for secret in secrets):
        kept[name.upper()] = given
        return f"${{{name.upper()}}}"
    return given


async def deliveries(run, channels):
    """What was to be said on these channels about incidents."""
    known = {one.id for one in await run.known()}
    async with open_store(run.redis, run.folder) as store:
        rows = [row for site in run.sites.names for row in await store.views.deliveries(site)]
    return [row for row in rows if row.subject in known and row.channel.partition(":")[0] in channels]


async def reached(run, channels, incidents, within_s, *, ended=False):
    """Wait until every channel was told of every incident, and of their ends; how long it took."""
    clock = asyncio.get_running_loop().time
    began = clock()
    async with asyncio.timeout(within_s):
        while True:
            rows = await deliveries(run, channels)
            done = [one for one in rows if (one.done_version == one.version and not one.due_at) or not ended]
            if sum(one.done_version > 0 for one in done) >= incidents * len(channels):
                return clock() - began
            await asyncio.sleep(0.5)


@pytest.mark.parametrize("status", [429, 503])
async def test_minutes_of_refusals_lose_and_double_nothing(tmp_path, redis_url, status):
    """Streamed, counted, told by channel, twice, lost."""
    async with AsyncExitStack() as stack:
        every: list[Any] = [OnHttp(kind(), await stack.enter_async_context(serving(kind.world))) for kind in KINDS]
        every += [OnTeams(await stack.enter_async_context(teams())), OnMail(await stack.enter_async_context(mailing()))]
        run = await stack.enter_async_context(running_on(redis_url, tmp_path, 3))
        for one in every:
            secrets = (*getattr(getattr(one, "one", None), "secrets", ()), PASSWORD)
            run.beside[one.name] = hidden(one.name, one.options, secrets, run.kept)
        names = [one.name for one in every]
        assert {one.options["kind"] for one in every} | {"webhook", "slack", "discord"} <= CHANNELS.keys()
        process = await run.add("1")
        await run.heard()
        run.begin()
        await reached(run, names, 1, 60)
        for one in every:
            one.fail(status)
        clock = asyncio.get_running_loop().time
        began = clock()
        await run.end()
        run.begin()
        await asyncio.sleep(max(0.0, TROUBLE_S - (clock() - began)))
        for one in every:
            one.fail(None)
        took = await reached(run, names, 2, AFTER_S)
        await run.end()
        await reached(run, names, 2, AFTER_S, ended=True)
        found = await run.reconciled()
        rows = await deliveries(run, names)
        roots = {
            one.name: [one.roots(row) for row in rows if row.channel.partition(":")[0] == one.name] for one in every
        }
        print(f"\n{TROUBLE_S:.0f} s of {status}: {found}; told after {took:.1f} s; roots by channel {roots}")  # noqa: T201
        assert "Traceback" not in process.said
        assert found.clean, found
        assert not [row for row in rows if row.dead_at is not None]
        assert all(len(each) == found.incidents for each in roots.values()), roots
        assert all(number == 1 for name, each in roots.items() if name != "alertmanager" for number in each), roots
        # A worse one is another alert there, by its label; the milder one has ended.
        assert not every[0].world.firing(time.time())

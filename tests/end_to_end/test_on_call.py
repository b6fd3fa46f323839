"""On call, whole: a policy of Slack, PagerDuty and e-mail over real servers, stopped by whoever takes the incident."""

import asyncio
import socket
import time
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.store.codec import ABOUT, ABOUT_FIELD, INCIDENT
from bot.store.connect import open_store
from tests.fakes.discord.shapes import words
from tests.fakes.mail import mailing
from tests.fakes.outlet import serving
from tests.fakes.pagerduty import PagerDuty, deliver, event
from tests.support.platforms import platforms, until
from tests.support.replicas import can, recorded, replica
from tests.support.stores import readable

pytestmark = pytest.mark.timeout(120)

WAIT_S = 600.0


class OnCall:
    """Both platforms, a pager and a mailbox; everything is told on Discord, the rest by escalation."""

    def __init__(self, both, pager, mail):
        self.both, self.pager, self.mail = both, pager, mail
        self.ahead_s = 0.0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def now(self):
        """The clock, as far ahead of the machine's as the test wants."""
        return time.time() + self.ahead_s

    def wanted(self, *waits, **route):
        """The configuration: these waits before Slack, the pager and the mail."""
        url = f"http://127.0.0.1:{self.port}"
        back = {"listen": url.removeprefix("http://"), "secret": "${PAGERDUTY_WEBHOOK_SECRET}"}
        pager = {"kind": "pagerduty", "routing_key": "${PAGERDUTY_ROUTING_KEY}", "url": self.pager.url, "webhook": back}
        mail = {"kind": "email", "host": "127.0.0.1", "port": self.mail.port, "security": "none"}
        mail |= {"sender": "bot@example.com", "to": ["boss@example.com"]}
        steps = zip(waits, ("slack:C1", "pager", "mail"), strict=True)
        return {
            "channels": self.both.channels() | {"pager": pager, "mail": mail},
            "routes": [{"match": 'kind="incident"', "to": "discord", "escalation": "on-call", **route}],
            "escalations": {"on-call": {"steps": [{"after": wait, "to": [to]} for wait, to in steps]}},
        }

    @asynccontextmanager
    async def watched(self, folder, *waits, **route):
        """Groundtruth on the test's clock."""
        async with self.both.watched(folder, self.now, **self.wanted(*waits, **route)) as running:
            self.store = running.store
            yield

    async def root(self):
        """Discord's message about the incident."""
        await until(self.both.discord_roots, 30.0)
        (root,) = self.both.discord_roots()
        return root

    async def later(self, seconds):
        """Time passes, and the judge has judged since."""
        self.ahead_s += seconds
        since = self.now()
        async with asyncio.timeout(20):
            while (await self._about()).at <= since + 0.5:  # noqa: ASYNC110  (the store is asked)
                await asyncio.sleep(0.02)

    async def _about(self):
        return readable(ABOUT.load((await self.store.views.assessed("claude", [ABOUT_FIELD]))[ABOUT_FIELD]))

    async def escalated(self):
        """Whom each step told, as the trail has it."""
        (incident,) = INCIDENT.load_all(await self.store.views.incidents("claude", 10))
        lines = [line.text for line in incident.timeline if line.event == "escalated"]
        return [line.partition(", to ")[2].partition(";")[0] for line in lines]

    @property
    def told(self):
        """How many messages stand at Slack, the pager and in the mailbox."""
        return len(self.both.slack_roots("C1")), len(self.pager.alerts), len(self.mail.box)


@pytest.fixture
async def on_call():
    async with AsyncExitStack() as stack:
        both = await stack.enter_async_context(platforms())
        pager = await stack.enter_async_context(serving(PagerDuty))
        yield OnCall(both, pager, await stack.enter_async_context(mailing()))


async def test_taken_on_discord_it_stops_and_handed_back_it_goes_on(on_call, tmp_path):
    """Slack, then the pager; while somebody has it nobody more is woken; then the mail after its own wait."""
    both = on_call.both
    async with on_call.watched(tmp_path, WAIT_S, WAIT_S, WAIT_S):
        both.outage()
        root = await on_call.root()
        assert on_call.told == (0, 0, 0)
        await on_call.later(WAIT_S)
        await until(lambda: on_call.told == (1, 0, 0), what=lambda: on_call.told)
        await on_call.later(WAIT_S)
        await until(lambda: on_call.told == (1, 1, 0), what=lambda: on_call.told)

        await both.presses(root, "ack")
        await until(lambda: on_call.pager.alerts[0].state == "acknowledged")
        await on_call.later(WAIT_S)
        await on_call.later(WAIT_S)
        assert await on_call.escalated() == ["slack:C1", "pager"]

        await both.presses(root, "unack")
        await until(lambda: can(root, "ack"))
        assert await on_call.escalated() == ["slack:C1", "pager"], "its own wait begins anew"
        await on_call.later(WAIT_S)
        await until(lambda: on_call.told == (1, 1, 1), what=lambda: on_call.told)
        assert await on_call.escalated() == ["slack:C1", "pager", "mail"]


async def test_taken_on_the_pager_it_stops_everywhere(on_call, tmp_path):
    """PagerDuty's webhook is as good as a button: Discord and Slack show who has it, the mail is never sent."""
    async with on_call.watched(tmp_path, 0, WAIT_S, WAIT_S):
        on_call.both.outage()
        root = await on_call.root()
        await until(lambda: on_call.told == (1, 0, 0), what=lambda: on_call.told)
        await on_call.later(WAIT_S)
        alert = await until(lambda: next(iter(on_call.pager.alerts), None))
        taken = event("acknowledged", alert.key, at=on_call.now())
        assert (await deliver(f"http://127.0.0.1:{on_call.port}/pagerduty", taken)).status_code == 202
        await until(lambda: "👀 Ann on PagerDuty is on it since" in words(root), what=lambda: words(root))
        (here,) = on_call.both.slack_roots("C1")
        await until(lambda: "👀 Ann on PagerDuty is on it since" in here.shown, what=lambda: here.shown)
        await on_call.later(WAIT_S)
        await on_call.later(WAIT_S)
        assert await on_call.escalated() == ["slack:C1", "pager"]
        assert on_call.told == (1, 1, 0)


@pytest.mark.slow
async def test_a_judge_killed_between_two_steps_is_followed_by_the_next_step_once(on_call, tmp_path, redis_url):
    """kill -9 of the process that took the first step: the other takes the second and the third, each once."""
    both, wanted = on_call.both, on_call.wanted(0, 8, 1)
    del wanted["channels"]["pager"]["webhook"]  # two processes, one port
    them = [replica(both, tmp_path / name, redis_url, **wanted) for name in ("1", "2")]
    try:
        await them[0].start()
        await both.heard()
        await them[1].start()
        await until(lambda: len(both.slack.sockets.open) == 2, 20.0, lambda: them[1].said)
        both.outage()
        await until(lambda: on_call.told == (1, 0, 0), 30.0, lambda: on_call.told)
        await recorded(redis_url, tmp_path)
        await them[0].kill()
        assert on_call.told == (1, 0, 0)
        await until(lambda: on_call.told == (1, 1, 1), 40.0, lambda: on_call.told)
        async with open_store(redis_url, tmp_path) as on_call.store:
            assert await on_call.escalated() == ["slack:C1", "pager", "mail"]
        (alert,) = on_call.pager.alerts
        # What comes under the same key is the one alert in new words, and rings nobody; nothing is sent twice.
        assert {e["event_action"] for e in alert.events} == {"trigger"}
        assert len({e["payload"]["summary"] for e in alert.events}) == len(alert.events)
        assert len(on_call.mail.arrived) == 1
        assert await them[1].stop(10) == 0
        assert "Traceback" not in them[0].said + them[1].said
    finally:
        for process in them:
            if process.process is not None and process.process.returncode is None:
                await process.kill()

"""Each outlet failing for minutes, through the courier and a real store: nothing lost, in order, nobody else delayed.

Its platform says 429 or 500, answers never or with garbage, cannot be found by name, or has a certificate that nobody
knows; then it is well again, or what was wrong is mended and Groundtruth started anew.
"""

import asyncio
import io
import ssl
from dataclasses import replace
from typing import Any

import pytest
import trustme

from bot.channels.context import ChannelContext
from bot.channels.discord import rest
from bot.channels.paging import digest
from bot.channels.registry import CHANNELS
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.options import read as slack_options
from bot.channels.slack.web_api import Web
from bot.core.messages.compose import card
from bot.core.model.incident import IncidentStatus
from bot.core.model.person import Person
from probes.model import State
from probes.secret import Secret
from tests.channels.discord.reading import headline as on_discord
from tests.fakes.discord.server import discord
from tests.fakes.mail import PASSWORD, USER, mailing
from tests.fakes.outlet import Fault, serving
from tests.fakes.slack.faults import ALWAYS
from tests.fakes.slack.server import slack
from tests.fakes.slack.workspace import BOT_TOKEN
from tests.support.apprise import Room
from tests.support.delivery import INCIDENT, World
from tests.support.email import plain
from tests.support.outlets import Mute
from tests.support.receivers import OnAlertmanager, OnGrafanaIrm, OnIncidentIo, OnJira, OnNtfy, OnPagerDuty, OnWebhook

# Apprise loads all its services at once; one of them imports it before Python 3.13.
pytestmark = [
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
    # A call given up just as its connection opens leaves the socket to the collector, in anyio.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <(socket|function _SelectorTransport)"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.timeout(60),
]

FAULTS = ("429", "500", "silence", "garbage", "name", "certificate")
WRONG = frozenset({"name", "certificate"})
"""These are mended in the configuration, so Groundtruth is started anew."""
NOWHERE = "nowhere.invalid"
MINUTES = 5
STEP_S = 30.0
UNTAKEN = frozenset({"grafana_irm", "apprise"})
"""Kinds that cannot be told that somebody has taken it."""
TAKEN = "👀 Ann on Slack is on it since"
"""What tells that somebody has taken it; the headline stays, because a deed of people changes no state."""
TAKEN_BY = {"slack": "👀 <@U1> is on it since"}
"""The same where the platform itself shows who it is."""
PATIENCE_S = 0.1
"""Seconds that a call may take, here."""


class OnHttp:
    """An outlet on HTTP; `seen` is how its own tests look at it."""

    def __init__(self, seen):
        self.seen = seen
        self.kind = seen.kind

    def serving(self, tls):
        return serving(self.seen.world, tls)

    def options(self, fake, host):
        self.seen.fake_world = self.fake = fake
        given = self.seen.options(fake.url.replace("127.0.0.1", host)) | {"answer_s": PATIENCE_S}
        return {key: Secret(value) if key == "url" else value for key, value in given.items()}

    def fail(self, fault):
        strange = Fault(200, "<html>Welcome</html>") if self.seen.own_answer else Fault(cut=True)
        faults = {"429": Fault(429, "", {"retry-after": "20"}), "500": Fault(500), "garbage": strange}
        self.fake.always = faults.get(fault, Fault(silent=True))

    def heal(self):
        self.fake.always = None

    def named(self, key):
        return key.replace("/", ":") if self.kind == "jira_service_management" else key

    def roots(self, key):
        key = self.named(key)
        # PagerDuty's change events are no alerts.
        return len(self.fake.of(key)) if self.kind == "pagerduty" else self.seen.roots(key)

    def headline(self, key):
        return self.seen.headline(self.named(key))

    def shown(self, key):
        return self.seen.shown(self.named(key))


class OnApprise(OnHttp):
    """What cannot be edited: first message and end, each once."""

    mended = False

    def __init__(self):
        self.kind = "apprise"

    def serving(self, tls):
        return serving(Room, tls)

    def options(self, fake, host):
        self.fake = fake
        verify = "no" if self.mended else "yes"
        scheme = "jsons" if fake.url.startswith("https") else "json"
        address = fake.url.partition("://")[2].replace("127.0.0.1", host)
        return {"urls": [Secret(f"{scheme}://{address}/?verify={verify}&rto={PATIENCE_S}&cto={PATIENCE_S}")]}

    def fail(self, fault):
        faults = {"429": Fault(429), "500": Fault(500), "garbage": Fault(cut=True)}
        self.fake.always = faults.get(fault, Fault(silent=True))

    def roots(self, key):
        name = key.rpartition("/")[2]
        return int(any(name in title + text for title, text in self.fake.said))

    def headline(self, key):
        name = key.rpartition("/")[2]
        return [title + text for title, text in self.fake.said if name in title + text][-1]

    shown = headline


class OnMail:
    """A mail server."""

    kind = "email"

    def serving(self, tls):
        return mailing(tls)

    def options(self, fake, host):
        self.fake = fake
        security = "starttls" if fake.tls else "none"
        login = {"user": USER, "password": Secret(PASSWORD)} if fake.tls else {}
        given = login | {"port": fake.port, "security": security, "sender": "bot@example.com", "to": ["a@example.com"]}
        return given | {"host": host, "answer_s": PATIENCE_S}

    def fail(self, fault):
        says = {"429": "421 too many", "500": "451 try later", "silence": "", "garbage": "\x00\x01garbage"}
        self.fake.replies["MAIL"] = says[fault]

    def heal(self):
        self.fake.replies.clear()

    def thread(self, key):
        head = f"<groundtruth.{digest(key)[:32]}@example.com>"
        return [m for m in self.fake.box if head in (m["Message-ID"], m["In-Reply-To"])]

    def roots(self, key):
        return sum(m["In-Reply-To"] is None for m in self.thread(key))

    def headline(self, key):
        return plain(self.thread(key)[-1]).splitlines()[0]

    def shown(self, key):
        return plain(self.thread(key)[-1])


class OnSlack:
    """Three channels of a workspace, one an incident."""

    kind = "slack"

    def serving(self, tls):
        return slack(tls)

    def options(self, fake, host):
        self.fake = fake
        self.rooms = {}
        return {
            "token": Secret(BOT_TOKEN),
            "app_token": Secret("xapp-1"),
            "api_url": fake.url.replace("127.0.0.1", host),
        }

    def place(self, name):
        self.rooms[name] = f"C{name}"
        self.fake.workspace.room(f"C{name}")
        return f":C{name}"

    def fail(self, fault):
        what = {"429": {"retry_after": 20}, "500": {"status": 500}, "garbage": {"status": 200}}
        self.fake.faults.add("*", times=ALWAYS, **what.get(fault, {"hang": True}))

    def heal(self):
        self.fake.faults.clear()

    def roots(self, key):
        return sum(not m.broadcast for m in self.fake.workspace.standing(self.rooms[key.rpartition("/")[2]]))

    def root(self, key):
        return next(m for m in self.fake.workspace.standing(self.rooms[key.rpartition("/")[2]]))

    def headline(self, key):
        return self.root(key).headline

    def shown(self, key):
        return self.root(key).shown


class OnDiscord:
    """The same on Discord."""

    kind = "discord"
    now: Any

    def serving(self, tls):
        return discord(self.now, tls=tls)

    def options(self, fake, host):
        self.fake, self.rooms = fake, {}
        return {"token": Secret(fake.world.token), "api_url": fake.api_url.replace("127.0.0.1", host)}

    def place(self, name):
        self.rooms[name] = self.fake.world.channel(f"alerts-{name.lower()}").id
        return f":{self.rooms[name]}"

    def fail(self, fault):
        if fault == "429":
            self.fake.fail("/channels", 429, retry_after=20.0)
        elif fault == "garbage":
            self.fake.fail("/channels", 200, body="<html>Welcome</html>")
        else:
            self.fake.fail("/channels", 500 if fault == "500" else 0)

    def heal(self):
        self.fake.faults.clear()

    def roots(self, key):
        return len(self.fake.roots(self.rooms[key.rpartition("/")[2]]))

    def root(self, key):
        return self.fake.roots(self.rooms[key.rpartition("/")[2]])[0]

    def headline(self, key):
        return on_discord(self.root(key))

    def shown(self, key):
        return str(self.root(key).embeds)


ON_HTTP = (OnPagerDuty, OnJira, OnAlertmanager, OnIncidentIo, OnGrafanaIrm, OnNtfy, OnWebhook)
OUTLETS: dict[str, Any] = {seen.kind: (lambda seen=seen: OnHttp(seen())) for seen in ON_HTTP} | {
    "apprise": OnApprise,
    "email": OnMail,
    "slack": OnSlack,
    "discord": OnDiscord,
}


class Weather(World):
    """A world with one real channel, `pager`, beside the notebook `one`."""

    def __init__(self, store, folder):
        super().__init__(store)
        self.folder = folder
        self.now = 1_776_094_260.0

    def opened(self, outlet, options):
        """The channel as in production; it listens to nobody."""
        if outlet.kind == "slack":
            read = slack_options("pager", options)
            return SlackChannel("pager", Web("pager", read, 10 * PATIENCE_S), read, self.store.notes, lambda: self.now)
        fixed = (self.folder, io.StringIO(), "plain", lambda: self.now, Mute(), self.store.notes, self.store.leases)
        return CHANNELS[outlet.kind].opened("pager", options, ChannelContext(*fixed, "me", trial=True))

    async def worded(self, snapshot, now):
        """As it was at the time: who asks again after ten minutes would hear that all is stale."""
        fresh = tuple(replace(v, measured=replace(v.measured, at=snapshot.at)) for v in snapshot.voices)
        return card(replace(snapshot, voices=fresh), snapshot.at)

    async def minutes(self, count, courier):
        """Let time pass, with a round of the courier every half minute."""
        for _ in range(round(count * 60 / STEP_S)):
            await courier.round("pager")
            self.now += STEP_S

    async def told(self, target):
        """Whether everything stands there."""
        rows = [d for d in await self.store.views.deliveries("claude") if d.channel == target]
        return bool(rows) and all(d.done_version == d.version and not d.waiting_trail for d in rows)


def incidents():
    """Three of them: one that goes on, one that somebody takes, one that ends."""
    first, second, third = (replace(INCIDENT, id=name) for name in ("AAAA", "BBBB", "CCCC"))
    taken = replace(
        second, acknowledged_at=1_776_094_300.0, acknowledged_by=Person("slack", "T1", "U1", "Ann"), version=2
    )
    over = replace(
        third, status=IncidentStatus.RESOLVED, resolved_at=1_776_094_360.0, state=State.OPERATIONAL, active=()
    )
    return (first, second, third), (taken, over), {"AAAA": "🟠", "BBBB": "🟠", "CCCC": "🟢"}


class Life:
    """One outlet through one fault, from before it to long after it."""

    def __init__(self, world, outlet, fault, certificates):
        self.world, self.outlet, self.fault, self.certificates = world, outlet, fault, certificates
        self.opening, self.news, self.expected = incidents()

    def places(self):
        """Where each incident is told."""
        place = getattr(self.outlet, "place", lambda _: "")
        self.targets = {i.id: f"pager{place(i.id)}" for i in self.opening}

    async def say(self, some, line):
        for one in some:
            await self.world.say(one, trail=(line,), channels=(self.targets[one.id], "one"))

    async def failing(self):
        """All of it is said while the outlet fails; but for what only a person can mend, two began before."""
        world, courier = self.world, self.world.courier()
        early = () if self.fault in WRONG else self.opening[1:]
        await self.say(early, "first")
        await world.minutes(1, courier)
        await courier.round("one")
        if self.fault not in WRONG:
            self.outlet.fail(self.fault)
        await self.say([one for one in self.opening if one not in early], "first")
        failing = asyncio.create_task(courier.round("pager"))
        await courier.round("one")
        assert await world.told("one"), "nobody waits for the other"
        await failing
        await world.minutes(1, courier)
        await self.say(self.news, "second")
        await world.minutes(MINUTES, courier)
        assert not await world.told(self.targets["AAAA"])
        assert world.troubles, "those who watch the other channels are told"
        if self.fault not in WRONG:
            self.outlet.heal()
            await world.minutes(2 * MINUTES, courier)

    async def mended(self, fake):
        """The configuration is put right, and another process begins."""
        self.outlet.mended = True
        options = self.outlet.options(fake, "127.0.0.1")
        self.outlet.rooms = {name: target.partition(":")[2] for name, target in self.targets.items()}
        trusted = {} if self.outlet.kind == "apprise" else {"ca_file": self.certificates}
        async with self.world.opened(self.outlet, options | trusted) as channel:
            self.world.books["pager"] = channel
            self.world.now += 120.0
            await self.world.minutes(2 * MINUTES, self.world.courier("another"))

    async def over(self):
        """Everything stands once, as it is now, in its order; nothing was put aside."""
        assert await self.world.store.views.undeliverable("claude") == []
        assert all([await self.world.told(target) for target in self.targets.values()])
        for name, emoji in self.expected.items():
            key = f"{self.targets[name]}/{name}"
            # Who pages people does not begin with what is taken or over by then.
            allowed = (1,) if name == "AAAA" or self.fault not in WRONG else (0, 1)
            assert self.outlet.roots(key) in allowed, name
            if self.outlet.roots(key):
                assert self.outlet.headline(key).startswith(emoji), self.outlet.headline(key)
            if self.outlet.roots(key) and name == "BBBB" and self.outlet.kind not in UNTAKEN:
                taken = TAKEN_BY.get(self.outlet.kind, TAKEN)
                assert taken in self.outlet.shown(key), self.outlet.shown(key)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", OUTLETS)
async def test_failing_for_minutes(kind, fault, store, tmp_path, monkeypatch):
    """All of it arrives once it can, each incident once and as it stands then; the other channel has it at once."""
    monkeypatch.setattr(rest, "ANSWER_S", 10 * PATIENCE_S)
    authority, outlet = trustme.CA(), OUTLETS[kind]()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = None
    if fault == "certificate":
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
    world = Weather(store, tmp_path)
    outlet.now = lambda: world.now
    life = Life(world, outlet, fault, str(tmp_path / "ca.pem"))
    async with outlet.serving(tls) as fake:
        options = outlet.options(fake, NOWHERE if fault == "name" else "127.0.0.1")
        life.places()
        async with world.opened(outlet, options) as channel:
            world.books["pager"] = channel
            await life.failing()
        if fault in WRONG:
            await life.mended(fake)
        await life.over()

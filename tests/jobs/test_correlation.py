"""Common causes on the real store: who hears of one, that it is one message, and that no death doubles or loses it."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bot.advice.advisor import Advisor
from bot.config.load import from_text
from bot.core.messages.correlation_card import card, together
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.silence import Silence
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.routes import configured_routes
from bot.delivery.self_notices import SelfNotices
from bot.desk.reader import Reader
from bot.errors import StoreError
from bot.jobs.correlation import CorrelationJob
from bot.process import Process
from bot.store.codec import INCIDENT, SNAPSHOT, VOICES
from bot.store.types import Commit, DeliveryWrite, IncidentWrite
from probes.model import Layer, State
from tests.support.delivery import Notebook
from tests.support.grouping import Mortal

VENDORS = ("claude", "openai", "groq", "gemini")
FILE = """
channels: {one: {kind: console}, two: {kind: console}, pager: {kind: ntfy, topic: "${KEY}"}}
services:
"""
VENDOR = """  - {id: %s, name: %s, components: {%s-api: {name: API of %s, checks: {a: {kind: http, target: "http://a.test"}}}}%s}
"""


class Town:
    """A few vendors whose judges say what the test wants, and the processes that look for what they share."""

    def __init__(self, store, more=""):
        self.store = store
        self.now = 1_776_094_260.0
        self.book = Notebook("one")
        text = FILE + "".join(VENDOR % (v, v.title(), v, v, more) for v in VENDORS)
        self.settings = from_text(text, "it", {"KEY": "x" * 32})
        self.reading = Reader(store.views, self.settings.services)
        self.editions = 0

    def looker(self, owner="one", store=None):
        """One process's eye."""
        store = store or self.store
        process = Process(store, self.settings, owner, lambda: self.now)
        routes = configured_routes(store, self.settings)
        return CorrelationJob(process, routes, SelfNotices(store, owner, lambda: self.now, lambda: None))

    async def stand(self, *vendors, layer=None, to=("one",), held_until=0.0, **how):
        """These vendors stand so from now on: they fail at a layer, or (None) are fine."""
        for vendor in vendors:
            measured = Measurement(
                f"{vendor}-api",
                "API",
                State.MAJOR if layer else State.OPERATIONAL,
                failed=9 if layer else 0,
                total=9,
                at=self.now,
                layer=layer or "",
                edges=("cloudflare",) if how.pop("marked", True) else (),
                all_vantages=("here",),
            )
            over = {} if layer else {"status": IncidentStatus.RESOLVED, "resolved_at": self.now}
            known = {"status": IncidentStatus.OPEN, **over, **how}
            one = Incident(
                id=vendor.upper(),
                service=vendor,
                kind="failures",
                components=(f"{vendor}-api",),
                state=measured.state,
                started_at=self.now,
                opened_at=self.now,
                **known,
            )
            self.editions += 1
            snapshot = Snapshot(self.now, vendor, vendor.title(), one, None, (ComponentStatus(measured),), "changed")
            writes = [
                DeliveryWrite(one.id, t, self.editions, SNAPSHOT.dump(snapshot), True, held_until=held_until)
                for t in to
            ]
            body = INCIDENT.dump(one)
            token = await self.store.lease(vendor, "judge", 10_000)
            assert await self.store.commit(
                vendor,
                token,
                Commit(
                    "1-1",
                    b"{}",
                    assessments={f"{vendor}-api": VOICES.dump(ComponentStatus(measured))},
                    incidents=(IncidentWrite(one.id, one.opened_at, body),),
                    deliveries=tuple(writes) if layer else (),
                ),
            )

    async def deliver(self):
        """Everything due is said."""
        advisor = Advisor(self.reading, {}, VENDORS)
        office = CourierContext("courier", lambda: self.now, advisor.card, self.trouble)
        courier = Courier(self.store, VENDORS, {"one": self.book, "two": self.book, "pager": self.book}, office)
        for name in ("one", "two", "pager"):
            while await courier.round(name):
                pass

    async def trouble(self, what, text, over):
        raise AssertionError(text)

    @property
    def told(self):
        """What stands about common causes, by key."""
        return {key: head for key, head in self.book.roots.items() if "cause@" in key}


@pytest.fixture
def town(store):
    """All is well."""
    return Town(store)


async def test_it_is_said_once_grows_and_ends(town):
    """Two processes look in turn; what changes is an edit, and the end is green."""
    eyes = town.looker("one"), town.looker("two")
    await town.stand("gemini")
    for vendor in ("claude", "openai", "groq"):
        await town.stand(vendor, layer=Layer.EDGE_TO_ORIGIN)
        for eye in eyes:
            await eye.look()
        await town.deliver()
        town.now += 60
    assert list(town.told.values()) == ["🟠 3 services fail at once, all behind Cloudflare"]
    (found,) = await town.reading.found()
    assert together(found.cause) == "3 services fail at once, all behind Cloudflare: Claude, Openai and Groq"
    await town.stand("claude", "openai")
    await asyncio.gather(*(eye.look() for eye in eyes))
    await town.deliver()
    assert len(town.told) == 1
    assert list(town.told.values()) == ["🟢 Only Groq still fails; 3 services failed at once for 3 min"]
    left = tuple(replace(one, over=one.service != "groq") for one in found.cause.struck)
    lines = dict(card(replace(found.cause, struck=left, over_at=town.now), town.now, town.now).lines)
    assert lines["Still failing"] == "Groq; its own message goes on"
    assert lines[""].endswith("(3 min) · Claude, Openai and Groq")
    assert await town.reading.found() == []


async def test_the_cards_of_the_incidents_say_it_too(town):
    """From their next edition on, as long as it stands."""
    await town.stand("claude", "openai", layer=Layer.TLS)
    await town.looker().look()
    town.now += 50
    await town.stand("claude", layer=Layer.TLS)
    await town.deliver()
    lines = {card.subject: dict(card.lines) for card in town.book.cards}
    assert lines["CLAUDE"]["At once"] == "2 services fail at once, all behind Cloudflare: Claude and Openai"
    await town.stand("claude", "openai")
    await town.looker().look()
    assert await town.reading.causes("claude") == ()


async def test_who_hears_of_one_alone_is_not_told(town):
    """Nor who is woken by what is said there, nor whom quiet hours spare."""
    await town.stand("claude", layer=Layer.TLS, to=("one", "two", "pager"))
    await town.stand("openai", layer=Layer.TLS, to=("one", "pager"))
    await town.stand("groq", layer=Layer.TLS, to=("two",), held_until=town.now + 9_000)
    await town.looker().look()
    (found,) = await town.reading.found()
    assert found.told == ("one",)


async def test_what_is_silenced_begins_no_message(town):
    """And one that stands goes on."""
    quiet = Silence("", town.now, town.now + 9_000, Person("slack", "T1", "U1", "Ann"))
    await town.stand("claude", layer=Layer.TLS)
    await town.stand("openai", layer=Layer.TLS, silence=quiet)
    await town.looker().look()
    assert await town.reading.found() == []
    await town.stand("openai", layer=Layer.TLS)
    await town.looker().look()
    await town.stand("openai", layer=Layer.TLS, silence=quiet)
    await town.looker().look()
    (found,) = await town.reading.found()
    assert found.said == found.cause


async def test_nothing_shared_is_no_message(town):
    """It is known to whoever asks."""
    await town.stand("claude", "openai", layer=Layer.APP_BACKEND)
    await town.looker().look()
    await town.deliver()
    assert town.told == {}
    assert [cause.kind for cause in (await town.reading.standing("claude")).causes] == ["nothing"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (", cloud: aws-us-east-1", "all in aws-us-east-1"),
        (", edge: Fastly", "all behind Fastly"),
    ],
)
async def test_the_configuration_may_say_what_answers_do_not(store, more, says):
    """Where no answer bears a mark."""
    town = Town(store, more)
    await town.stand("claude", layer=Layer.NO_ANSWER, marked=False)
    await town.stand("openai", layer=Layer.NO_ANSWER, marked=False)
    await town.stand("groq", marked=False)
    await town.stand("gemini", marked=False)
    await town.looker().look()
    await town.deliver()
    (head,) = town.told.values()
    assert says in head
    (found,) = await town.reading.found()
    assert (found.cause.of, found.cause.stated) == (4, True)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("part", ["notes", "commit"])
async def test_wherever_a_process_dies_the_next_one_says_it_once(town, part, after):
    """At each write, just before it or just after: one message in the end, and it is true."""
    for at in range(1, 5):
        await town.stand("claude", "openai", layer=Layer.TLS)
        dying = town.looker(f"dying{at}", mortal(town.store, part, at, after=after))
        for _ in range(4):
            try:
                await dying.look()
            except StoreError:
                break
        town.now += 20
        await town.looker(f"next{at}").look()
        await town.deliver()
        assert len(town.told) == at
        town.now += 5
        await town.stand("claude", "openai")
        await town.looker(f"next{at}").look()
        await town.deliver()
        assert all(head.startswith("🟢") for head in town.told.values())
        assert await town.reading.found() == []
        town.now += 1_000


def mortal(store, part, at, *, after):
    """A store that dies at a write."""
    notes = Mortal(store.notes, "put", at, after=after) if part == "notes" else store.notes
    owner = Mortal(store, "commit", at, after=after) if part == "commit" else store
    return SimpleNamespace(
        notes=notes, views=store.views, leases=store.leases, subscriptions=store.subscriptions,
        lease=owner.lease, release=owner.release, load=owner.load, commit=owner.commit,
    )  # fmt: skip

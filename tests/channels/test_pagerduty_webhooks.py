"""PagerDuty's webhooks: what people do there is done here, once, and what we did ourselves does not come back."""

import io
import json
import socket
from collections import Counter, deque
from dataclasses import replace

import httpx
import pytest

from bot.channels.context import ChannelContext
from bot.channels.pagerduty.options import read
from bot.channels.pagerduty.webhooks import signed
from bot.channels.registry import CHANNELS
from bot.core.answers.answer import Answer
from bot.core.answers.replies import too_often
from bot.core.commands.table import Role
from bot.core.model.person import Person
from bot.desk.act_limits import PER_MINUTE
from bot.errors import StoreError, UserError
from tests.fakes.discord.shapes import words
from tests.fakes.outlet import serving
from tests.fakes.pagerduty import ANN, OURSELVES, ROUTING_KEY, WEBHOOK_SECRET, PagerDuty, deliver, event, signature
from tests.support.contract import CARD, HOSTILE
from tests.support.pagerduty import TAKEN
from tests.support.platforms import platforms, until

NOW = 1_776_094_260.0
KEY = "pd/4F7K"


class Clerk:
    """A desk that writes down what is asked; `away` are errors to raise first."""

    def __init__(self):
        self.asked = []
        self.away: deque[Exception] = deque()
        self.left = Counter[str]()
        self.most = 10_000

    async def ask(self, text, asker, now):
        if self.away:
            raise self.away.popleft()
        self.left[asker.person.user] += 1
        if self.left[asker.person.user] > self.most:
            return too_often(text, 2.0, now)
        self.asked.append((text, asker))
        return Answer("done", now, changed=True)

    async def complete(self, text, asker):
        raise NotImplementedError

    @property
    def lines(self):
        return [text for text, _ in self.asked]


@pytest.fixture
async def fake():
    async with serving(PagerDuty) as world:
        yield world


@pytest.fixture
def clerk():
    return Clerk()


@pytest.fixture
def opens(fake, clerk, store, tmp_path):
    """Opens the channel `pd`, as in production."""

    def opened(trial=False, **back):
        back = {"listen": "127.0.0.1:0", "secret": WEBHOOK_SECRET} | back
        options = {"routing_key": ROUTING_KEY, "url": fake.url, "webhook": back}
        around = (tmp_path, io.StringIO(), "plain", lambda: NOW, clerk, store.notes, store.leases, "me", trial)
        return CHANNELS["pagerduty"].opened("pd", options, ChannelContext(*around))

    return opened


@pytest.fixture
async def channel(opens):
    async with opens() as channel:
        yield channel


def way(channel, path="/pagerduty"):
    return f"http://127.0.0.1:{channel.listening.port}{path}"


def happened(kind, key=KEY, agent=ANN, **changes):
    return event(kind, key, agent, NOW - 2, **changes)


async def test_what_people_do_there_is_asked_here(channel, clerk):
    """As themselves, with the rights of whoever is on call, from that channel."""
    for kind in ("acknowledged", "unacknowledged", "resolved", "reopened"):
        assert (await deliver(way(channel), happened(kind))).status_code == 202
    assert clerk.lines == ["ack 4F7K", "unack 4F7K", "resolve 4F7K", "unack 4F7K"]
    who = {(a.person, a.role, a.here) for _, a in clerk.asked}
    assert who == {(Person("pagerduty", "", "PXPGF42", "Ann"), Role.RESPONDER, "pd")}
    assert len({a.id for _, a in clerk.asked}) == 4
    assert channel.health() == (True, "PagerDuty takes messages; 4 webhooks taken, 0 refused")


async def test_an_event_that_comes_twice_is_one(channel, clerk, opens):
    """To this replica or another; an act has the event's id, so that even two at once are one."""
    what = happened("acknowledged")
    async with opens() as other:
        for one in (channel, channel, other):
            assert (await deliver(way(one), what)).status_code == 202
    assert clerk.lines == ["ack 4F7K"]
    assert clerk.asked[0][1].id == f"pd.{what['event']['id']}"


async def test_what_comes_too_fast_is_done_later(channel, clerk):
    """Beyond what one person may change in a minute PagerDuty is asked to send it again, and nothing is lost."""
    clerk.most = PER_MINUTE
    events = [happened("acknowledged", f"pd/4F{n // 10}{n % 10}") for n in range(20, 22 + PER_MINUTE)]
    events += [happened("unacknowledged", one["event"]["data"]["incident_key"], None) for one in events]
    first = [(await deliver(way(channel), one)).status_code for one in events]
    assert first == ([202] * PER_MINUTE + [503] * 2) * 2
    clerk.left.clear()
    again = [(await deliver(way(channel), one)).status_code for one in events]
    assert again == [202] * len(events)
    assert len(clerk.lines) == len(set(clerk.lines)) == len(events)


async def test_a_wrong_signature_is_refused_before_anything_is_read(channel, clerk):
    """None, another secret's, another body's, a cut one, one in capitals, one of another version."""
    body = json.dumps(happened("acknowledged")).encode()
    right = signature(WEBHOOK_SECRET, body)
    wrong = ["", "v1=", right[:-1], right.removeprefix("v1="), right.replace("v1=", "v0="), right.upper(), "\xe9,v1=é"]
    wrong += [signature("other", body), signature(WEBHOOK_SECRET, body + b" "), ",".join(["v1=x"] * 50 + [right])]
    async with httpx.AsyncClient() as client:
        for given in wrong:
            headers = [(b"x-pagerduty-signature", given.encode())]
            assert (await client.post(way(channel), content=body, headers=headers)).status_code == 401, given
        assert (await client.post(way(channel), content=b"{" * 1_000)).status_code == 401
    assert not clerk.asked
    well, said = channel.health()
    assert not well
    assert "11 webhooks of PagerDuty had a wrong signature and none a right one: copy the secret" in said
    assert WEBHOOK_SECRET not in said


async def test_a_secret_can_be_changed_without_a_gap(channel, clerk):
    """Meanwhile there are two signatures; ours may be either."""
    assert (await deliver(way(channel), happened("acknowledged"), ("new", WEBHOOK_SECRET))).status_code == 202
    assert (await deliver(way(channel), happened("resolved"), (WEBHOOK_SECRET, "old"))).status_code == 202
    assert len(clerk.asked) == 2
    assert signed("k", f"v1=00, {signature('k', b'x')}", b"x")


async def test_what_is_nothing_for_us_is_passed_over(channel, clerk):
    """With a 200: three refusals in a row would switch the webhook off."""
    nothing = [
        happened("acknowledged", "another tool's"),
        happened("acknowledged", "discord/4F7K"),
        happened("acknowledged", "pd/"),
        happened("acknowledged", "pd/4F7K resolve all"),
        happened("acknowledged", None),
        happened("acknowledged", agent=None),
        happened("acknowledged", agent=OURSELVES),
        happened("resolved", agent={"type": "service_reference", "id": "P1", "summary": "auto-resolved"}),
        happened("escalated"),
        happened("acknowledged", event_type="service.updated"),
        happened("acknowledged", id="x y"),
        happened("acknowledged", occurred_at="yesterday"),
        event("acknowledged", KEY, at=NOW - 3_700),
        event("acknowledged", KEY, at=NOW + 3_700),
        {"event": {"id": "x", "event_type": "pagey.ping", "data": {"type": "ping", "message": "Hello"}}},
        {"event": []},
        b"garbage",
        b"[" * 100_000,
        b"\xff",
        b"",
    ]
    for one in nothing:
        answer = await deliver(way(channel), one)
        assert (answer.status_code, clerk.lines) == (200, []), one
    assert channel.health()[0]


async def test_an_acknowledgement_that_ran_out_is_handed_back(channel, clerk):
    """PagerDuty does that by itself."""
    await deliver(way(channel), happened("unacknowledged", agent=None))
    ((line, asker),) = clerk.asked
    assert (line, asker.person.name) == ("unack 4F7K", "its time-out")


async def test_a_name_is_only_a_name(channel, clerk):
    """Letters, and not many."""
    agent = {"type": "user_reference", "id": "P" * 500, "summary": HOSTILE * 50}
    await deliver(way(channel), happened("acknowledged", agent=agent))
    person = clerk.asked[0][1].person
    assert person.name.isprintable()
    assert len(person.name) <= 80
    assert len(person.user) <= 80


async def test_without_a_store_it_comes_again(channel, clerk):
    """A 503 is tried again; then it is done, once."""
    clerk.away.append(StoreError("away"))
    what = happened("acknowledged")
    assert [(await deliver(way(channel), what)).status_code for _ in range(3)] == [503, 202, 202]
    assert clerk.lines == ["ack 4F7K"]


async def test_what_was_not_done_is_not_noted(fake, channel, clerk):
    """Somebody resolves it there and the act is not taken: when it is over here, that is still told there."""
    where = await channel.post("", CARD, KEY)
    clerk.away.append(StoreError("away"))
    assert (await deliver(way(channel), happened("resolved"))).status_code == 503
    await channel.edit(where, replace(CARD, closed=True))
    (alert,) = fake.alerts
    assert alert.state == "resolved"
    assert [one["event_action"] for one in alert.events] == ["trigger", "resolve"]


async def test_other_requests(channel, clerk):
    """Only this path, only POST, no large bodies."""
    async with httpx.AsyncClient() as client:
        assert (await client.get(way(channel))).status_code == 405
    assert (await deliver(way(channel, "/"), happened("acknowledged"))).status_code == 404
    assert (await deliver(way(channel), b" " * 300_000)).status_code == 413
    assert not clerk.asked


async def test_what_was_done_there_is_not_done_there_again(fake, channel):
    """Else our late acknowledgement would undo what people do meanwhile. What is done here is still told there."""
    where = await channel.post("", CARD, KEY)
    (alert,) = fake.alerts
    await deliver(way(channel), happened("acknowledged"))
    where = await channel.edit(where, replace(TAKEN, headline="🟡 Claude API: acknowledged by Ann on PagerDuty"))
    assert [e["event_action"] for e in alert.events] == ["trigger"]
    where = await channel.edit(where, CARD)
    assert [e["event_action"] for e in alert.events] == ["trigger", "trigger"]
    await deliver(way(channel), happened("resolved"))
    where = await channel.edit(where, replace(CARD, closed=True, headline="🟢 resolved"))
    assert len(alert.events) == 2
    await channel.edit(where, replace(CARD, headline="🔴 worse again"))
    assert len(alert.events) == 3


async def test_a_trial_listens_to_nobody(opens):
    """The one that runs has the port."""
    async with opens(trial=True) as channel:
        assert channel.listening is None


async def test_a_taken_port_is_said(channel, opens):
    with pytest.raises(UserError, match=r"cannot listen at .* for PagerDuty's webhooks"):
        async with opens(listen=f"127.0.0.1:{channel.listening.port}"):
            pass


@pytest.mark.parametrize("wrong", [{"listen": "8180"}, {"path": "no"}, {"secret": ""}, {"port": 1}])
def test_options_of_the_way_back(wrong):
    (key,) = wrong
    back = {"secret": WEBHOOK_SECRET} | wrong
    with pytest.raises(UserError, match=rf"channels\.pd\.webhook\.{key}") as caught:
        read("pd", {"routing_key": ROUTING_KEY, "webhook": back})
    assert WEBHOOK_SECRET not in str(caught.value)


BENS = "ben on Discord is on it"


@pytest.mark.timeout(90)
async def test_acknowledged_on_the_pager_is_seen_in_chat_and_the_other_way_round(fake, tmp_path):
    """A whole Groundtruth: Slack and Discord show who has it on PagerDuty; our own word does not come back to us."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/pagerduty"
    back = {"listen": f"127.0.0.1:{port}", "secret": "${PAGERDUTY_WEBHOOK_SECRET}"}
    pager = {"kind": "pagerduty", "routing_key": "${PAGERDUTY_ROUTING_KEY}", "url": fake.url, "webhook": back}
    async with platforms() as both, both.watched(tmp_path, channels=both.channels() | {"pagerduty": pager}):
        both.outage()
        here, _, on_discord = await both.told()
        alert = await until(lambda: next(iter(fake.alerts), None))
        assert (await deliver(url, event("acknowledged", alert.key))).status_code == 202
        await until(lambda: "Ann on PagerDuty is on it" in here.shown, what=lambda: here.shown)
        await until(lambda: "Ann on PagerDuty is on it" in words(on_discord), what=lambda: words(on_discord))

        await both.presses(on_discord, "unack")
        await until(lambda: len([e for e in alert.events if e["event_action"] == "trigger"]) >= 2)
        await both.presses(on_discord, "ack")
        await until(lambda: alert.state == "acknowledged")
        await until(lambda: BENS in here.shown, what=lambda: here.shown)
        assert (await deliver(url, event("acknowledged", alert.key, OURSELVES))).status_code == 200
        assert (await deliver(url, event("acknowledged", alert.key))).status_code == 202
        answer = await both.types("incident")
        assert BENS in here.shown, "the first has it"
        assert "Ann on PagerDuty" in answer.shown
        assert len(fake.alerts) == 1

"""Routes through judge, store, courier and real channels: who is told, when, and who never is."""

import pytest

from bot.config.load import from_text
from bot.core.model.person import Person
from bot.core.routing.tree import Subscription, SubscriptionFilter
from bot.delivery.routes import policies_of
from bot.store.codec import ROUTE
from tests.support.judging import START
from tests.support.routed import ALL, HEAD, SOME, House

QUIET_ENDS = START + 70 * 60.0


@pytest.fixture
def house(store, tmp_path):
    """The quiet afternoon, with nothing in it yet."""
    return House(store, tmp_path)


async def test_what_goes_on_is_said_at_the_end_of_quiet_hours(house):
    """The log hears at once, the chat nothing until 14:30; then it stands there with its whole trail, once."""
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        assert (house.roots("log"), house.told("chat")) == (1, [])
        assert sorted(await house.why()) == [
            "chat: held until 14:30 UTC by quiet hours, by branch 2",
            "log: posted, by branch 1",
        ]
        await house.until_clock(QUIET_ENDS - 240, *SOME)
        await house.deliver()
        assert house.told("chat") == []
        await house.until_clock(QUIET_ENDS + 60, *SOME)
        await house.deliver()
    chat, log = house.told("chat"), house.told("log")
    assert chat[0][0] == "root"
    assert house.roots("chat") == 1
    assert [text for act, text in chat if act == "trail"] == [text for act, text in log if act == "trail"]


async def test_what_is_over_by_then_is_never_said(house):
    """A person calls it over at night; in the morning, and after votes on it, the chat still has nothing."""
    async with house.judging():
        name = await house.trouble(*SOME)
        await house.deliver()
        assert (await house.acts().submit("claude", house.wish("resolve", name))).ok
        await house.until_clock(QUIET_ENDS + 120, False)
        await house.acts().submit("claude", house.wish("right", name))
        await house.deliver()
    assert house.told("chat") == []
    assert [act for act, _ in house.told("log")].count("root") == 1
    assert house.told("log")[-1][1]


async def test_what_grows_as_bad_as_excepted_is_said_at_once(house):
    """One request in four fails: held; when it becomes a major one, nobody waits for the morning."""
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        assert house.told("chat") == []
        await house.until_clock(house.now + 20 * 60, *ALL)
        assert house.now < QUIET_ENDS
        await house.deliver()
    assert house.roots("chat") == 1


TREE = (
    HEAD
    + """
  - match: ['team="core"']
    to: pager
    minimum: major_outage
    continue: true
  - match: ['team="other"']
    to: log
  - to: chat
"""
)


async def test_continue_minimum_and_labels(house):
    """The pager hears when it is bad enough, the chat at once, and nobody else; `why` says so."""
    house.configure(TREE)
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        assert (house.roots("pager"), house.roots("log"), house.roots("chat")) == (0, 0, 1)
        assert await house.why() == [
            "chat: posted, by branch 3",
            "pager: branch 1: below its minimum, major_outage",
            'log: branch 2: team="other" does not hold: team is core',
        ]
        await house.until_clock(house.now + 20 * 60, *ALL)
        await house.deliver()
    assert (house.roots("pager"), house.roots("log"), house.roots("chat")) == (1, 0, 1)


async def test_a_subscription_is_a_route_without_quiet_hours(house):
    """The chat is quiet by the configuration; who subscribed a place to this component hears at once."""
    route = Subscription("pager", SubscriptionFilter(("claude-api",)), Person("terminal", "", "ann", "Ann"))
    await house.store.subscriptions.subscribe("pager claude-api", ROUTE.dump(route))
    other = Subscription("chat", SubscriptionFilter(("openai",)), Person("terminal", "", "ann", "Ann"))
    await house.store.subscriptions.subscribe("chat openai", ROUTE.dump(other))
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        why = await house.why()
    assert (house.roots("pager"), house.roots("chat")) == (1, 0)
    assert any(line.startswith("pager: posted") and line.endswith("by subscription") for line in why)
    assert any(line.startswith("chat: held until 14:30 UTC by quiet hours, by branch 2") for line in why)


async def test_who_was_told_stays_told_whatever_the_routes_say_later(house):
    """The routes change while it goes on: the first message is kept true to its end, and the new target hears too."""
    house.configure(HEAD + "  - {to: log}\n")
    async with house.judging():
        name = await house.trouble(*SOME)
        await house.deliver()
    house.configure(HEAD + "  - {to: chat}\n")
    async with house.judging("two"):
        await house.until_clock(house.now + 20 * 60, *ALL)
        await house.deliver()
        assert (house.roots("log"), house.roots("chat")) == (1, 1)
        assert (await house.acts().submit("claude", house.wish("resolve", name))).ok
        await house.deliver()
    assert house.told("log")[-1][0] == "trail"
    assert [text for act, text in house.told("log") if act == "edit"][-1].startswith(
        "🟢 Claude API resolved by Ann after"
    )


PLACES = """
services: [claude]
channels:
  chat: {kind: console}
  slack: {kind: slack, token: "${TOKEN}", app_token: "${APP}", channels: [C0123ABCD, C0456EFGH]}
  gone: {kind: ntfy, topic: "${MISSING?}"}
routes: [{to: chat, escalation: on-call}, {to: chat, escalation: nobody}]
escalations:
  on-call: {steps: [{after: 5m, to: [gone]}, {after: 10m, to: [slack, gone]}, {after: 10m, to: ["slack:C9"]}]}
  nobody: {steps: [{after: 5m, to: [gone]}]}
"""


def test_an_escalation_means_the_places_of_a_channel_and_passes_over_what_is_off():
    """A channel is all its places, as in a route; a step that reaches nobody only takes its time."""
    settings = from_text(PLACES, "it", {"TOKEN": "xoxb-1", "APP": "xapp-1"})
    found = policies_of(settings)
    assert found.keys() == {"on-call"}
    assert [(step.after_s, step.to) for step in found["on-call"].steps] == [
        (900.0, ("slack:C0123ABCD", "slack:C0456EFGH")),
        (600.0, ("slack:C9",)),
    ]

"""What the Bot Connector refuses, loses or forgets, and what becomes of it."""

from dataclasses import replace

import pytest

from bot.channels.teams import cards
from bot.channels.teams.doctor import examine
from bot.channels.teams.options import read
from bot.core.answers.answer import Answer, Table
from bot.core.model.card import Action, Card, Colour
from bot.errors import DeliveryError, UserError
from tests.fakes.teams import ALERTS, PASSWORD
from tests.support.contract import CARD, HOSTILE
from tests.support.teams import options


async def test_a_root_is_a_card_with_words_colour_time_and_buttons(channel, fake):
    """What a person sees, and what the notification says."""
    card = replace(
        CARD,
        actions=(Action("ack", "Acknowledge", "4F7K"),),
        links=(("Status page", "https://status.claude.com"),),
        times=(("Started", 1_776_094_260.0),),
    )
    await channel.post(ALERTS, card, "k1")
    (root,) = fake.standing(ALERTS)
    assert root.said["summary"] == CARD.headline
    assert root.shown.splitlines() == [
        CARD.headline,
        "We measure: 29 of 160 requests failed in 12 min",
        'Status page: "All Systems Operational"',
        "Started {{DATE(2026-04-13T15:31:00Z, SHORT)}} {{TIME(2026-04-13T15:31:00Z)}}",
        "Since 15:31 UTC",
    ]
    assert root.card["body"][0]["style"] == "warning"
    assert root.labels() == ["Acknowledge", "Status page"]


async def test_one_token_serves_all_and_is_replaced_before_its_end(opens, fake):
    """Whatever is sent at the same time; five minutes before the end there is a new one."""
    clock = [1_776_094_260.0]
    async with opens(now=lambda: clock[0]) as channel:
        where = await channel.post("", CARD, "k1")
        await channel.edit(where, CARD)
        assert fake.given == 1
        clock[0] += 3_600 - 290
        await channel.edit(where, CARD)
        assert fake.given == 2


async def test_a_token_that_was_taken_back_is_replaced(opens, fake):
    """A fresh one that is refused is a fault that a person has to mend."""
    clock = [1_776_094_260.0]
    async with opens(now=lambda: clock[0]) as channel:
        where = await channel.post("", CARD, "k1")
        fake.tokens.clear()
        clock[0] += 120
        with pytest.raises(DeliveryError) as error:
            await channel.edit(where, CARD)
        assert error.value.retry_after == 1.0
        assert not error.value.permanent
        await channel.edit(where, CARD)
        fake.tokens.clear()
        with pytest.raises(DeliveryError) as error:
            await channel.edit(where, CARD)
        assert error.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent", "wait"),
    [(429, False, 7.0), (500, False, None), (412, False, 5.0), (403, True, None), (413, True, None)],
)
async def test_refusals_say_what_is_to_be_done(channel, fake, status, permanent, wait):
    """Limits wait as asked, a bot that is not in the team is named; no secret is in any sentence."""
    fake.refuses = [status]
    with pytest.raises(DeliveryError) as error:
        await channel.post(ALERTS, CARD, "k1")
    assert (error.value.permanent, error.value.retry_after) == (permanent, wait)
    assert PASSWORD not in str(error.value)
    assert "token-" not in str(error.value)
    if status == 403:
        assert "add the app to the channel's team" in str(error.value)


async def test_a_deleted_root_is_posted_anew(channel, fake):
    """The edit finds nothing; the next one is in place again."""
    where = await channel.post(ALERTS, CARD, "k1")
    fake.roots.clear()
    where = await channel.edit(where, replace(CARD, headline="🔴 Claude API: down"))
    where = await channel.edit(where, replace(CARD, headline="🟢 Claude API: over"))
    (root,) = fake.standing(ALERTS)
    assert (root.headline, root.edits) == ("🟢 Claude API: over", 1)


async def test_a_replica_edits_what_another_posted(opens, fake):
    """What was posted is noted for all; a repeat after a crash lands on it."""
    async with opens() as one:
        await one.post(ALERTS, CARD, "k1")
    async with opens(owner="two") as two:
        await two.post(ALERTS, CARD, "k1")
    assert len(fake.standing(ALERTS)) == 1


async def test_hostile_words_are_runs_without_markdown(channel, fake):
    """Nothing upstream stands in a text block, where Teams would read Markdown and functions of its own."""
    hostile = "{{DATE(2026-01-01T00:00:00Z)}} [x](https://evil.example) **b** <at>all</at>"
    card = replace(CARD, headline=hostile, lines=((hostile, hostile),), footer=HOSTILE, times=((hostile, 1.0),))
    await channel.post(ALERTS, card, "k1")
    (root,) = fake.standing(ALERTS)

    def blocks(elements):
        for element in elements:
            yield from blocks(element.get("items", []))
            if element["type"] == "TextBlock":
                yield element["text"]

    (time,) = blocks(root.card["body"])
    assert "(" not in time.partition(" {{DATE")[0]
    assert "evil" not in time or "[" not in time.partition(" {{DATE")[0]


def test_a_long_answer_says_what_is_left_out():
    """Rows and lines beyond what fits are counted."""
    table = Table(("a", "b"), tuple((f"row {n}", "🟢") for n in range(60)))
    said = cards.answer(Answer("all", 1.0, table=table, text="\n".join(f"line {n}" for n in range(100))))
    words = str(said)
    assert "row 24 · 🟢" in words
    assert "row 25" not in words
    assert "and 35 more" in words
    assert "and 60 more lines" in words


def test_every_colour_has_a_style():
    assert set(cards.STYLES) == set(Colour)
    assert cards.root(Card("", "", Colour.GREY, "", ""))["summary"] == "no headline"


async def test_the_doctor_names_what_is_wrong(fake):
    """Token and keys, without a post."""
    good = await examine("teams", read("teams", options(fake)))
    assert [(sign.name, sign.level) for sign in good] == [("teams: token", "ok"), ("teams: keys", "ok")]
    bad = await examine("teams", read("teams", options(fake, app_password="wrong")))
    assert bad[0].sentence.startswith("Microsoft's login: it does not know app_id, app_password and tenant together")
    assert not fake.roots


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"channels": ["C1"]}, "channels.0: expected channel ids such as 19:"),
        ({"tenant": "contoso"}, "tenant: expected an id such as"),
        ({"app_password": ""}, "app_password: it is empty"),
        ({"listen": "3978"}, "listen: expected host:port"),
    ],
)
async def test_complaints(fake, change, complaint):
    """Each names the key and what was expected."""
    with pytest.raises(UserError) as error:
        read("teams", options(fake, **change))
    assert f"channels.teams.{complaint}" in str(error.value)

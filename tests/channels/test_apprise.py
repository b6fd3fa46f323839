"""Apprise on real servers: what is posted and what is not, failures, and no secret anywhere."""

import io
import json
import logging
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from bot.channels.apprise.options import read
from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.core.model.card import Card, CardFacts, Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, UserError
from probes.secret import Secret
from tests.fakes.outlet import Fault, serving
from tests.support.apprise import WAY_IN, Room
from tests.support.contract import CARD, HOSTILE
from tests.support.outlets import NOW, Mute

# Apprise loads all its services at once; one of them imports it before Python 3.13.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


WORSE = replace(CARD, tone=Colour.RED, headline="🔴 Claude API: down")
OVER = replace(CARD, tone=Colour.GREEN, headline="🟢 Claude API: resolved", closed=True)


@pytest.fixture
async def room():
    async with serving(Room) as world:
        yield world


@pytest.fixture
def opens(store, tmp_path):
    """Opens a channel on some addresses."""

    def opened(*urls, **more):
        around = ChannelContext(tmp_path, io.StringIO(), "plain", lambda: NOW, Mute(), store.notes, store.leases, "me")
        return CHANNELS["apprise"].opened("far", {"urls": [Secret(url) for url in urls], **more}, around)

    return opened


async def test_the_first_the_worse_and_the_end(room, opens):
    """And nothing between: what cannot be edited would be a flood."""
    calmer = replace(CARD, tone=Colour.YELLOW, headline="🟡 acknowledged", facts=CardFacts(acknowledged=True))
    async with opens(room.json_url) as channel:
        where = await channel.post("", CARD, "k1")
        for card in (CARD, replace(CARD, headline=CARD.headline.replace("18", "23")), calmer, CARD):
            where = await channel.edit(where, card)
        assert room.titles == [CARD.headline]
        for card in (WORSE, CARD, WORSE, OVER, OVER):
            where = await channel.edit(where, card)
        assert room.titles == [CARD.headline, WORSE.headline, OVER.headline]
        await channel.edit(where, CARD)
        assert len(room.said) == 4, "it began anew"
    assert "29 of 160 requests failed" in room.said[0][1]
    types = [asked.body["type"] for asked in room.requests]
    assert types == ["failure", "failure", "success", "failure"]


async def test_a_repeat_says_nothing_and_what_is_over_already_neither(room, opens):
    async with opens(room.json_url) as channel:
        assert dict(await channel.post("", CARD, "k1")) == dict(await channel.post("", CARD, "k1"))
        await channel.post("", OVER, "k2")
    assert room.titles == [CARD.headline]


async def test_only_calls_of_a_trail_are_messages(room, opens):
    """A reminder is one, once, and says of what; a step that calls others, or any other line, is not."""
    async with opens(room.json_url) as channel:
        where = await channel.post("", CARD, "k1")
        for number, event in ((1, "changed"), (2, "reminded"), (2, "reminded"), (3, "escalated")):
            await channel.follow(where, TimelineEntry(1.0, event, f"line {number}"), f"k1#{number}")
    assert room.titles[1:] == ["line 2"]
    assert CARD.headline in room.said[-1][1]


async def test_an_address_that_fails_repeats_nothing_at_the_others(room, opens):
    """Those that took it are not told again."""
    async with serving(Room) as other, opens(room.json_url, other.json_url) as channel:
        other.faults = [Fault(500), Fault(429)]
        for _ in range(2):
            with pytest.raises(DeliveryError, match=r"could not send to 1 of 2: .*error=") as caught:
                await channel.post("", CARD, "k1")
            assert not caught.value.permanent
            assert not channel.health()[0]
        await channel.post("", CARD, "k1")
        assert room.titles == other.titles == [CARD.headline]
        assert channel.health() == (True, "Apprise takes messages")


async def test_two_that_fail_are_the_channels_trouble(room, opens):
    async with opens(room.json_url) as channel:
        room.always = Fault(500)
        seen = []
        for key in ("k1", "k1", "k2"):
            with pytest.raises(DeliveryError) as caught:
                await channel.post("", CARD, key)
            seen.append(caught.value.everywhere)
        assert seen == [False, False, True]


async def test_silence_ends_with_our_patience(room, opens):
    """Apprise's own comes later."""
    async with opens(room.json_url + "?rto=1", answer_s=0.2) as channel:
        room.faults = [Fault(silent=True)]
        with pytest.raises(DeliveryError, match="no answer") as caught:
            await channel.post("", CARD, "k1")
        assert caught.value.ambiguous


async def test_a_name_that_is_not_known_and_a_closed_port(room, opens):
    for url in ("json://nowhere.invalid/x", "json://127.0.0.1:1/x"):
        async with opens(url) as channel:
            with pytest.raises(DeliveryError, match=r"(?i)connection error"):
                await channel.post("", CARD, url)


async def test_no_secret_in_errors_logs_or_health(room, opens, caplog):
    caplog.set_level(logging.DEBUG, "bot")
    async with opens(room.json_url, answer_s=1) as channel:
        for fault in (Fault(401, WAY_IN), Fault(500, WAY_IN), Fault(cut=True)):
            room.faults = [fault]
            with pytest.raises(DeliveryError) as caught:
                await channel.post("", CARD, "k1")
            assert WAY_IN not in str(caught.value)
            assert WAY_IN not in channel.health()[1]
    assert WAY_IN not in caplog.text


async def test_hostile_huge_and_empty(room, opens):
    """Nobody is called by a title of the vendor's; what is huge is cut; nothing is a message too."""
    hostile = replace(CARD, headline=HOSTILE, lines=((HOSTILE, HOSTILE),), footer=HOSTILE)
    mattermost = room.url.replace("http:", "mmost:") + "/" + "a" * 24
    async with opens(room.json_url, mattermost) as channel:
        await channel.post("", hostile, "k1")
        huge = replace(CARD, headline="h" * 100_000, lines=(("We measure", "x" * 100_000),) * 200)
        await channel.post("", huge, "k2")
        await channel.post("", Card("", "", Colour.GREY, "", ""), "k3")
    assert len(room.requests) == 6
    for asked in room.requests:
        assert "@everyone" not in asked.body.get("title", "") + str(asked.body)
        assert "<!channel" not in str(asked.body)
        assert len(json.dumps(asked.body, ensure_ascii=False)) < 3_000
    assert "<\u2060!channel> @\u2060everyone" in next(title for title in room.titles if title), (
        "the two addresses answer in any order"
    )


def test_options():
    with pytest.raises(UserError, match=r"channels\.far\.urls"):
        read("far", {"urls": []})
    with pytest.raises(UserError, match=r"channels\.far\.urls\.0"):
        read("far", {"urls": [""]})


async def test_an_address_that_apprise_does_not_know_is_said(opens):
    with pytest.raises(UserError) as caught:
        opens("json://localhost/x", f"nothing://{WAY_IN}")
    assert str(caught.value) == "channels.far.urls.1: Apprise does not know this address"


def test_where_it_is_not_installed_the_configuration_says_how(tmp_path):
    """In one sentence, with the command; the other kinds work without it."""
    file = tmp_path / "groundtruth.yaml"
    file.write_text("services: [claude]\nchannels:\n  far: {kind: apprise, urls: ['${TEAMS_URL}']}\n")
    code = "import sys; sys.modules['apprise'] = None; from bot.cli.main import main; sys.exit(main(sys.argv[1:]))"
    words = (sys.executable, "-c", code, "--config", str(file), "config", "check")
    environ = {"PATH": os.environ["PATH"], "TEAMS_URL": f"json://localhost/{WAY_IN}"}
    ran = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False, env=environ)
    said = ran.stdout + ran.stderr
    assert ran.returncode != 0
    assert "the kind apprise is not installed: pip install 'apprise>=2.2'" in said
    assert WAY_IN not in said

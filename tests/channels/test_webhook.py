"""The signed webhook: the contract, the faults, the signature and the published schema."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.webhook.channel import signature
from bot.channels.webhook.options import read
from bot.channels.webhook.payload import Message
from bot.core.model.card import CardFacts
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, UserError
from probes.model import State
from tests.support.contract import CARD, ChannelContract
from tests.support.outlets import NOW, OutletFaults
from tests.support.receivers import OnWebhook

EXAMPLE = "d3e6869574c67879c58d4a401c353c66273b12e23c354b84b8ec5ae443cc6545"
SCHEMA = Path(__file__).parents[2] / "deploy" / "webhook" / "schema.json"


class TestWebhook(OnWebhook, OutletFaults, ChannelContract):
    """Looked at through a receiver that checks every signature and the form of every message."""


class TestMessages(OnWebhook):
    async def test_the_life_of_a_root(self, fake, channel):
        """Opened, changed, a line, closed; machines read state and ids without parsing words."""
        facts = CardFacts("claude", ("api",), State.PARTIAL, acknowledged=True)
        where = await channel.post("", CARD, "k1")
        await channel.edit(where, replace(CARD, facts=facts))
        await channel.follow(where, TimelineEntry(NOW, "acknowledged", "by Ann"), "k1#1")
        await channel.edit(where, replace(CARD, closed=True, facts=facts))
        assert [m.event for m in fake.messages] == ["opened", "changed", "line", "closed"]
        told = fake.messages[1].message
        assert (told.standing, told.severity, told.service, told.components) == (
            "acknowledged",
            "error",
            "claude",
            ["api"],
        )
        assert {m.key for m in fake.messages} == {"k1"}
        assert fake.messages[2].id == "k1#1"
        assert fake.messages[3].message.standing == "resolved"

    async def test_a_wrong_secret_is_refused(self, fake, opens):
        """The receiver knows ours from others'."""
        async with opens(fake.url, secret="another-secret-of-theirs") as channel:
            with pytest.raises(DeliveryError, match="401"):
                await channel.post("", CARD, "k1")
        assert not fake.messages


def test_the_signature_is_the_documented_one():
    """A fixed example, computed by `printf '1776094260.{}' | openssl dgst -sha256 -hmac key`."""
    assert signature("key", "1776094260", b"{}") == EXAMPLE


def test_the_published_schema_is_what_is_sent():
    """deploy/webhook/schema.json says what the code sends, key by key."""
    assert json.loads(SCHEMA.read_text()) == Message.model_json_schema(mode="serialization")


@pytest.mark.parametrize("secret", ["", "short"])
def test_a_weak_secret_is_refused(secret):
    with pytest.raises(UserError, match=r"channels\.hook\.secret: "):
        read("hook", {"url": "https://a.example", "secret": secret})

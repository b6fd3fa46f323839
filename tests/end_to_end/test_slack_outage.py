"""A whole Groundtruth, a vendor that fails, and two channels of a workspace: the incident lives in both."""

import io
import time
from dataclasses import replace

import pytest
import yaml

from bot.app import Terminal, running
from bot.config.load import from_text
from bot.demo.vendor import Vendor
from tests.fakes.slack.server import slack
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.support.words import read

pytestmark = pytest.mark.timeout(120)

CHANNEL = """
channels:
  slack:
    kind: slack
    token: ${SLACK_BOT_TOKEN}
    app_token: ${SLACK_APP_TOKEN}
    channels: [C1, C2]
    api_url: %s
"""
SECRETS = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
ALL = ("claude-ai", "claude-api", "claude-code")


def settings(vendor, fake, folder):
    """The demo's configuration, told to Slack."""
    watched = yaml.safe_dump(vendor.configuration(interval_s=0.2, timeout_s=1.0))
    given = from_text(watched + CHANNEL % fake.url, "slack", environ=SECRETS)
    return replace(given, state_dir=folder)


def incidents(fake, channel):
    """Root messages about incidents, not about disagreements with the page."""
    return [m for m in fake.workspace.standing(channel) if "⚖" not in m.headline and "asked by" not in m.shown]


@pytest.fixture
async def fake():
    async with slack() as it:
        it.workspace.room("C1")
        it.workspace.room("C2")
        yield it


async def test_an_outage_from_first_failure_to_the_end(fake, tmp_path):
    """One root in each channel; taken in one and seen in the other; the second to press is told who was first."""
    around = Terminal(io.StringIO(), "plain", time.time)
    until = fake.workspace.until
    async with Vendor() as vendor, running(settings(vendor, fake, tmp_path), around):
        await until(lambda: fake.sockets.open)
        ann, ben = fake.person("U1"), fake.person("U2")
        quiet = await ann.types("status")
        await until(lambda: quiet.answers)
        vendor.set(*ALL, rate=1.0, kinds="http_500")
        await until(lambda: incidents(fake, "C1") and incidents(fake, "C2"), 40.0)
        (here,), (there,) = incidents(fake, "C1"), incidents(fake, "C2")
        assert read(here.headline) == read(here.text)
        assert "Claude" in here.headline

        took = await ann.presses(here, "Acknowledge")
        assert took.acked.after_s < 1.0
        await until(lambda: took.answers)
        assert took.answers[0].said["response_type"] == "ephemeral"
        await until(lambda: "👀 <@U1> is on it since" in there.shown, 10.0)
        assert there.element("Release")
        second = await ben.types("ack", channel="C2")
        await until(lambda: second.answers)
        assert "u1" in second.answers[0].headline
        pressed_before = replace(here, said=here.said)

        done = await ben.types("resolve", channel="C2")
        await until(lambda: done.answers)
        vendor.follow()
        await until(lambda: "🟢" in here.headline and "🟢" in there.headline, 20.0)
        assert (len(incidents(fake, "C1")), len(incidents(fake, "C2"))) == (1, 1)
        await until(
            lambda: any(m.broadcast and m.text.partition("  ")[2].startswith("🟢") for m in fake.workspace.thread(here))
        )
        assert any("<@U1> acknowledged Claude" in str(m.said["text"]) for m in fake.workspace.thread(here))
        await until(
            lambda: any("was resolved by <@U2> after" in str(m.said["text"]) for m in fake.workspace.thread(there))
        )
        late = await ben.presses(pressed_before, "Release")
        await until(lambda: late.answers)
        assert late.answers[0].headline
        assert here.edits >= 2
    assert not fake.sockets.open
    assert BOT_TOKEN not in fake.workspace.dump()

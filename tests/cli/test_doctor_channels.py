"""`groundtruth doctor` with Slack and Discord in the configuration: their own doctors speak, over the wire."""

import asyncio
import json
import time

import pytest
import yaml

from bot.channels.discord.invite import invite_link
from bot.cli.main import main
from bot.demo.vendor import Vendor
from tests.fakes.discord.server import discord
from tests.fakes.slack.server import slack
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN


@pytest.fixture
async def theirs():
    """A Slack with a channel, and a Discord with a channel."""
    async with slack() as one, discord(time.time) as other:
        one.workspace.room("C1")
        one.workspace.scopes |= {"channels:read"}
        yield one, other, other.world.channel("alerts")


@pytest.fixture
def doctor(theirs, tmp_path, monkeypatch, capsys):
    """Run the command; its exit code, and what it says of the two platforms by name, or all that it prints."""
    one, other, place = theirs
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.setenv("DISCORD_TOKEN", other.world.token)
    tokens = {"token": "${SLACK_BOT_TOKEN}", "app_token": "${SLACK_APP_TOKEN}"}
    addresses = {"api_url": other.api_url, "gateway_url": other.gateway_url}
    channels = {
        "team": {"kind": "slack", **tokens, "channels": ["C1"], "api_url": one.url},
        "guild": {"kind": "discord", "token": "${DISCORD_TOKEN}", "channels": [place.id], **addresses},
        "console": {"kind": "console"},
    }

    async def run(*, plainly=False, **more):
        file = tmp_path / "groundtruth.yaml"
        async with Vendor() as vendor:
            given = vendor.configuration() | {"state_dir": str(tmp_path / "state"), "channels": channels | more}
            file.write_text(yaml.safe_dump(given))
            args = ["--config", str(file), "doctor", *([] if plainly else ["--json"])]
            code = await asyncio.to_thread(main, args)
        out = capsys.readouterr().out
        if plainly:
            return code, out
        found = {f["name"]: (f["health"], f["sentence"]) for f in json.loads(out)}
        return code, {name: said for name, said in found.items() if name.startswith(("team", "guild"))}

    return run


async def test_each_configured_channel_is_looked_at(theirs, doctor):
    """By its name in the configuration; nothing is posted, and what is in order is exit 0."""
    one, _, place = theirs
    code, found = await doctor()
    assert code == 0
    assert {health for health, _ in found.values()} == {"ok"}
    assert {"team: token", "team: scopes", "team: channel C1", "guild: application", f"guild:{place.id}"} <= set(found)
    assert not one.workspace.messages
    assert not place.messages


async def test_what_is_missing_is_one_sentence_and_exit_1(theirs, doctor):
    """On the one platform; the other is looked at all the same."""
    one, _, place = theirs
    one.workspace.rooms["C1"].member = False
    place.denied.add("SEND_MESSAGES")
    code, found = await doctor()
    assert code == 1
    assert found["team: channel C1"] == ("bad", "the app is not in it: type /invite @Groundtruth there")
    assert found[f"guild:{place.id}"][0] == "bad"
    assert "missing Send Messages" in found[f"guild:{place.id}"][1]


async def test_a_platform_that_is_away_or_refuses_us(theirs, doctor):
    """One sentence for it, no address of ours and no token in it."""
    one, other, _ = theirs
    one.workspace.revoked = "token_revoked"
    other.gone = True
    code, found = await doctor()
    assert code == 1
    assert set(found) == {"team: token", "guild: token"}
    assert "reinstall the app" in found["team: token"][1]
    assert BOT_TOKEN not in str(found)


async def test_a_link_to_open_is_printed_whole(theirs, doctor, monkeypatch):
    """However narrow the terminal: in a column of the table it would be folded."""
    _, other, _ = theirs
    other.world.in_guild = False
    monkeypatch.setenv("COLUMNS", "60")
    code, out = await doctor(plainly=True)
    assert code == 1
    assert out.splitlines()[-1] == invite_link(other.world.application)
    other.world.in_guild = True
    code, out = await doctor(plainly=True)
    assert (code, "https://" in out) == (0, False)


async def test_a_channel_that_is_off_is_left_alone(theirs, doctor):
    """Neither asked nor spoken of."""
    one, _, _ = theirs
    _, found = await doctor(team={"kind": "slack", "enabled": False})
    assert not any(name.startswith("team") for name in found)
    assert not one.calls


async def test_names_of_others_are_only_text(theirs, doctor):
    """The workspace's name comes from elsewhere: the terminal shows it as it stands, in JSON and in the table."""
    one, _, _ = theirs
    one.workspace.rooms["C1"].name = "[red]x[/red]\x1b[2J\nall"
    _, found = await doctor()
    assert found["team: channel C1"] == ("ok", "#[red]x[/red] all: the app is in it")
    code, out = await doctor(plainly=True)
    assert code == 0
    assert "#[red]x[/red]" in out
    assert "\x1b[2J" not in out

"""`doctor` names the missing step in one sentence; the manifest is one that Slack takes, with the fewest scopes."""

from pathlib import Path

import pytest
import yaml

from bot.channels.slack.doctor import NEEDED, OPTIONAL, SPOKEN_TO, examine
from bot.core.model.card import Colour
from tests.support.slack import options

MANIFEST = Path(__file__).parents[3] / "deploy" / "slack" / "manifest.yaml"


async def signs(fake, **changes):
    """What was found, by name."""
    given = {"channels": ["C1"], **changes}
    return {sign.name.removeprefix("slack: "): sign for sign in await examine("slack", options(fake.url, **given))}


async def test_all_is_well(fake):
    fake.workspace.scopes |= {"channels:read"}
    found = await signs(fake)
    assert {name: sign.level for name, sign in found.items()} == dict.fromkeys(
        ("token", "clock", "scopes", "socket", "form", "channel C1"), "ok"
    )
    assert found["token"].sentence == "the bot is avail in Test"
    assert not fake.workspace.messages


@pytest.mark.parametrize(
    ("mend", "name", "level", "words"),
    [
        (lambda w: setattr(w, "revoked", "invalid_auth"), "token", "bad", "copy the Bot User OAuth Token again"),
        (lambda w: setattr(w, "revoked", "token_revoked"), "token", "bad", "reinstall the app"),
        (lambda w: w.scopes.discard("commands"), "scopes", "bad", "missing commands, to hear /avail: add under OAuth"),
        (lambda w: w.scopes.discard("channels:read"), "channel C1", "warning", "channels:read is not granted"),
        (lambda w: setattr(w.rooms["C1"], "archived", True), "channel C1", "bad", "it is archived"),
        (lambda w: setattr(w.rooms["C1"], "member", False), "channel C1", "bad", "type /invite @Groundtruth there"),
        (lambda w: w.rooms.pop("C1"), "channel C1", "bad", "there is no such channel"),
    ],
)
async def test_what_is_missing_is_named(fake, mend, name, level, words):
    fake.workspace.scopes |= {"channels:read"}
    mend(fake.workspace)
    sign = (await signs(fake))[name]
    assert sign.level == level
    assert words in sign.sentence
    assert "\n" not in sign.sentence


@pytest.mark.parametrize(
    ("skew", "level", "words"),
    [
        (5.0, "ok", "within"),
        (-60.0, "warning", "ahead of Slack's: set it by NTP"),
        (400.0, "bad", "every signature is refused"),
    ],
)
async def test_a_clock_that_is_wrong_is_seen(fake, skew, level, words):
    fake.skew_s = skew
    sign = (await signs(fake))["clock"]
    assert sign.level == level
    assert words in sign.sentence


async def test_groups_in_roles_need_their_scope(fake):
    fake.workspace.scopes.discard("usergroups:read")
    sign = (await signs(fake, roles={"responder": ["S1"]}))["scopes"]
    assert "usergroups:read" in sign.sentence
    assert sign.level == "bad"


async def test_a_wrong_app_token_and_no_slack_at_all(fake):
    assert "connections:write" in (await signs(fake, app_token="xapp-wrong"))["socket"].sentence
    found = await examine("slack", options("http://127.0.0.1:1/api/"))
    assert [sign.sentence for sign in found] == ["Slack cannot be reached"]


async def test_a_form_that_slack_would_refuse_is_named(fake, monkeypatch):
    """By the place in the message; a workspace that does not offer the check is no fault."""
    assert (await signs(fake))["form"].sentence == "Slack takes the form of our messages"
    monkeypatch.setattr("bot.channels.slack.blocks.COLORS", dict.fromkeys(Colour, "orange"))
    sign = (await signs(fake))["form"]
    assert (sign.level, sign.sentence) == (
        "warning",
        "Slack would refuse the form of our messages at /blocks/0: color 'orange'; they go out as plain text",
    )
    fake.faults.add("blocks.validate", error="unknown_method")
    sign = (await signs(fake))["form"]
    assert (sign.level, sign.sentence) == ("ok", "not checked: this workspace does not offer blocks.validate")


def test_the_manifest_is_within_slacks_rules():
    """https://docs.slack.dev/reference/app-manifest: lengths, counts, and what the code relies on."""
    it = yaml.safe_load(MANIFEST.read_text())
    shown, features, settings = it["display_information"], it["features"], it["settings"]
    assert set(it) == {"display_information", "features", "oauth_config", "settings"}
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4_000
    assert len(features["bot_user"]["display_name"]) <= 80
    (command,) = features["slash_commands"]
    assert command["command"] == "/avail"
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2_000
    assert len(command["usage_hint"]) <= 1_000
    assert command["should_escape"] is False
    assert settings["event_subscriptions"]["bot_events"] == ["app_home_opened", "app_mention", "message.im"]
    assert settings["interactivity"]["is_enabled"] is True
    assert settings["socket_mode_enabled"] is True
    assert "request_url" not in str(it), "Slack refuses request addresses that do not answer"


def test_the_manifest_asks_for_the_fewest_scopes():
    """Those that are needed, and the two for what is said to the app; every optional one is there, explained, and off.

    None reads what people say to each other.
    """
    text = MANIFEST.read_text()
    assert yaml.safe_load(text)["oauth_config"]["scopes"] == {"bot": [*NEEDED, *SPOKEN_TO]}
    for scope in (*OPTIONAL, "chat:write.public", "users:read", "channels:read"):
        assert any(line.strip().startswith(f"# - {scope} ") and line.count("#") == 2 for line in text.splitlines())
    for scope in ("channels", "groups", "mpim"):
        assert f"{scope}:history" not in text

"""The example of all outlets is a configuration that works."""

from bot.channels.registry import CHANNELS
from bot.config.load import load
from tests.support.examples import ON_CALL, SECRETS

CHAT = {"discord", "slack", "teams"}


def test_every_outlet_is_shown_and_right():
    """Every kind that is no chat stands in the example, with options that its own check accepts."""
    settings = load(str(ON_CALL), SECRETS)
    assert {channel.kind for channel in settings.channels} == set(CHANNELS) - CHAT


def test_what_has_no_secret_is_left_out():
    """With no secret at all, what needs none remains."""
    assert {channel.kind for channel in load(str(ON_CALL), {}).channels} == {"console", "alertmanager"}


def test_the_responses_are_right():
    """Three of them, as they stand in the example; none has a secret in its arguments."""
    settings = load(str(ON_CALL.with_name("response.yaml")), SECRETS | {"GATEWAY_KEY": "key"})
    found = {channel.name: channel.options for channel in settings.channels if channel.kind == "response"}
    assert list(found) == ["flag", "gateway", "worker"]
    assert found["gateway"]["env"]["GATEWAY_KEY"].reveal() == "key"

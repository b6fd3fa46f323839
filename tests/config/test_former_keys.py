"""Keys that were renamed: the former one is read with a sentence, both at once are a complaint."""

import pytest
import yaml

from bot.cli.config import shown
from bot.config.former_keys import ROUTES
from bot.config.load import from_text
from bot.errors import ConfigError

TEXT = """\
channels: {chat: {kind: console}}
routes:
  - to: chat
    {key}: {hours: "22:00-07:00", zone: Europe/Berlin}
    routes:
      - match: service="claude"
        {key}: {hours: "13:00-14:00"}
"""


def text(key):
    """A configuration that writes quiet hours under this key."""
    return TEXT.replace("{key}", key)


@pytest.mark.parametrize(("old", "new"), ROUTES.items())
def test_a_former_key_means_the_same_and_says_what_it_is_called_now(old, new, caplog):
    """One sentence a place: the line, the key, its new name, and until when it is read."""
    former = from_text(text(old), "gt.yaml", {}).routes
    assert [record.getMessage() for record in caplog.records] == [
        f"gt.yaml:4: routes[0].{old} is now called {new}; the former key is still read until 1.0",
        f"gt.yaml:7: routes[0].routes[0].{old} is now called {new}; the former key is still read until 1.0",
    ]
    caplog.clear()
    assert from_text(text(new), "gt.yaml", {}).routes == former
    assert former is not None
    assert former[0].quiet
    assert former[0].below[0].quiet != former[0].quiet
    assert caplog.records == []


def test_both_names_at_once_are_a_complaint():
    """Which of the two counts would be a guess."""
    both = text("quiet_hours").replace("    routes:", "    quiet: {hours: '01:00-02:00'}\n    routes:")
    with pytest.raises(ConfigError, match=r"gt.yaml:5: routes\[0\]\.quiet: expected only quiet_hours") as told:
        from_text(both, "gt.yaml", {})
    assert len(str(told.value).splitlines()) == 1


def test_what_is_in_force_is_shown_with_the_new_names(tmp_path):
    """The printed configuration can be kept: it has no former key."""
    file = tmp_path / "gt.yaml"
    file.write_text(text("quiet"))
    printed = shown(str(file))
    assert "quiet:" not in printed
    assert "quiet_hours" in yaml.safe_load(printed)["routes"][0]


@pytest.mark.parametrize("routes", ["3", "[3, {quiet: 4}]", "[{routes: {quiet: 1}}]", "{quiet: 2}"])
def test_a_wrong_shape_is_complained_about_as_ever(routes):
    """Renaming touches only what is a route."""
    with pytest.raises(ConfigError):
        from_text(f"routes: {routes}", "gt.yaml", {})

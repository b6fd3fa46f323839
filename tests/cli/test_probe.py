"""`groundtruth probe`: what it needs, and what it is called."""

import pytest

from bot.cli.main import main
from bot.cli.probe import shared
from bot.errors import UserError
from bot.settings import Settings
from probes.secret import Secret


def test_without_a_shared_redis_it_says_what_to_do(tmp_path, monkeypatch, capsys):
    """One sentence, exit code 2."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GROUNDTRUTH_CONFIG", raising=False)
    assert main(["probe", "--vantage", "eu-west"]) == 2
    assert capsys.readouterr().err.startswith(
        "probe needs a Redis that it shares with `groundtruth run`: write `redis:"
    )


def test_the_vantage_is_the_commands_then_the_configurations():
    """--vantage goes before what the configuration says."""
    settings = Settings((), redis=Secret("redis://h"), vantage="office")
    assert shared(settings, "eu-west").vantage == "eu-west"
    assert shared(settings, None).vantage == "office"


@pytest.mark.parametrize("name", ["EU", "a b", "", "x" * 64, "eu\n"])
def test_a_vantage_that_is_no_name(name):
    """It becomes part of what everybody reads, and of keys."""
    settings = Settings((), redis=Secret("redis://h"))
    if name:
        with pytest.raises(UserError, match="--vantage"):
            shared(settings, name)
    else:
        assert shared(settings, "x").vantage == "x"

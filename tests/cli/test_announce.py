"""What `run` says at the start."""

from bot.cli.run import announce
from tests.support.desk import SETTINGS


def test_what_is_wrong_with_the_store_is_said_at_the_start(capsys):
    """`doctor` is not the only one who says it."""
    announce(SETTINGS, ("the store may throw away keys", "the store keeps no append-only file"))
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == ["Warning: the store may throw away keys", "Warning: the store keeps no append-only file"]

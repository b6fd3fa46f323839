"""The terminal that tests type on: no program on it outlives them, and none that is missing comes back into them."""

import time
from pathlib import Path

from tests.support import terminal as terminals
from tests.support.terminal import NOT_FOUND, terminal


def test_a_program_that_is_not_there_ends_as_in_a_shell(tmp_path):
    """Our own child does not go on in the tests."""
    with terminal([str(tmp_path / "gone")], tmp_path, {}) as screen:
        assert screen.ends() == NOT_FOUND


def test_a_program_that_ignores_the_hangup_is_killed(tmp_path, monkeypatch):
    """After a grace."""
    monkeypatch.setattr(terminals, "GRACE_S", 0.2)
    script = "trap '' HUP; echo $$ is up; while :; do sleep 1; done"
    with terminal(["sh", "-c", script], tmp_path, {}) as screen:
        screen.sees(" is up\r\n")
    began, pid = time.monotonic(), int(screen.shown.split()[0])
    assert not Path(f"/proc/{pid}").exists()
    assert time.monotonic() - began < 5

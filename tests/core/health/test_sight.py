"""Whose network failed where control hosts are silent: no vendor blamed for ours, no failure held back for ever."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.health.sight import Sight, State

A, B = "a.example", "b.example"


def silent(sight, at):
    for host in (A, B):
        sight.control(host, at, ok=False)


def test_hosts_that_never_answered_while_a_vendor_does_are_blocked():
    """Learned within two looks at them; from then on a single vendor's failure stands as it is."""
    sight = Sight()
    for at in (0.0, 30.0):
        sight.target("api", at, ok=True, own=False)
        silent(sight, at + 1)
    assert sight.state is State.BLOCKED
    assert sight.word("api", 60.0, own=False) is None


def test_hosts_that_answered_before_are_not_blocked_but_our_network_is_down():
    """However well one's own services nearby answer."""
    sight = Sight()
    sight.control(A, 0.0, ok=True)
    sight.control(B, 0.0, ok=True)
    for at in range(30, 600, 30):
        sight.target("gateway.lan", at, ok=True, own=True)
        silent(sight, at + 1.0)
        assert sight.word("api", at + 2.0, own=False) is False


def test_ones_own_service_proves_nothing_of_a_vendor():
    """Though it shows that hosts which never answered are blocked, for failures of one's own."""
    sight = Sight()
    for at in (0.0, 30.0, 60.0):
        sight.target("gateway.lan", at, ok=True, own=True)
        silent(sight, at + 1)
    assert sight.word("api", 62.0, own=False) is False
    assert sight.word("gateway.lan", 62.0, own=True) is None


def test_a_vendor_that_answers_since_proves_the_network():
    """Another one, that is; that it answered half a second before proves nothing."""
    sight = Sight()
    silent(sight, 0.0)
    sight.target("api", 9.5, ok=True, own=False)
    assert sight.word("other", 10.0, own=False) is False
    sight.target("api", 10.1, ok=True, own=False)
    assert sight.word("other", 10.0, own=False) is True
    assert sight.word("api", 10.0, own=False) is False


def test_where_hosts_are_blocked_the_other_vendors_decide():
    """Most of them failing is our network."""
    sight = Sight()
    for at in (0.0, 30.0):
        for name in ("x", "y", "z"):
            sight.target(name, at, ok=True, own=False)
        silent(sight, at + 1)
    sight.target("x", 60.0, ok=False, own=False)
    assert sight.word("x", 60.0, own=False) is True
    sight.target("y", 60.0, ok=False, own=False)
    sight.target("z", 60.0, ok=False, own=False)
    assert sight.word("x", 61.0, own=False) is False


@given(st.lists(st.tuples(st.sampled_from("abtown"), st.booleans(), st.floats(0, 40)), max_size=60))
def test_no_vendor_is_blamed_while_control_hosts_are_trusted(steps):
    """Whatever happened: once a control host has answered, only it or another vendor can speak for our network."""
    sight, now, answered = Sight(), 0.0, False
    vendors: dict[str, tuple[bool, float]] = {}
    for name, ok, passed in steps:
        now += passed
        if name in "ab":
            sight.control(name, now, ok=ok)
            answered = answered or ok
        else:
            own = name in "own"
            sight.target(name, now, ok=ok, own=own)
            vendors |= {} if own else {name: (ok, now)}
        word = sight.word("api", now, own=False)
        proven = any(ok and at >= now for ok, at in vendors.values())
        assert word is True or not proven
        if answered and not proven and set(sight.controls) and any(c.answered for c in sight.controls.values()):
            assert word is False


def test_nothing_is_said_before_anything_was_looked_at():
    """And nothing answering at all is blind, until one control host answers."""
    sight = Sight()
    silent(sight, 0.0)
    states = [sight.state]
    sight.target("api", 1.0, ok=False, own=True)
    states.append(sight.state)
    sight.control(A, 2.0, ok=True)
    assert [*states, sight.state] == [State.CLEAR, State.BLIND, State.CLEAR]

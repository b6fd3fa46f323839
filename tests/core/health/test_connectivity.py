"""Whose network failed where control hosts are silent: no vendor blamed for ours, no failure held back for ever."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.health.connectivity import Connectivity, State

A, B = "a.example", "b.example"


def silent(connectivity, at):
    for host in (A, B):
        connectivity.control(host, at, ok=False)


def test_hosts_that_never_answered_while_a_vendor_does_are_blocked():
    """Learned within two looks at them; from then on a single vendor's failure stands as it is."""
    connectivity = Connectivity()
    for at in (0.0, 30.0):
        connectivity.target("api", at, ok=True, own=False)
        silent(connectivity, at + 1)
    assert connectivity.state is State.BLOCKED
    assert connectivity.word("api", 60.0, own=False) is None


def test_hosts_that_answered_before_are_not_blocked_but_our_network_is_down():
    """However well one's own services nearby answer."""
    connectivity = Connectivity()
    connectivity.control(A, 0.0, ok=True)
    connectivity.control(B, 0.0, ok=True)
    for at in range(30, 600, 30):
        connectivity.target("gateway.lan", at, ok=True, own=True)
        silent(connectivity, at + 1.0)
        assert connectivity.word("api", at + 2.0, own=False) is False


def test_ones_own_service_proves_nothing_of_a_vendor():
    """Though it shows that hosts which never answered are blocked, for failures of one's own."""
    connectivity = Connectivity()
    for at in (0.0, 30.0, 60.0):
        connectivity.target("gateway.lan", at, ok=True, own=True)
        silent(connectivity, at + 1)
    assert connectivity.word("api", 62.0, own=False) is False
    assert connectivity.word("gateway.lan", 62.0, own=True) is None


def test_a_vendor_that_answers_since_proves_the_network():
    """Another one, that is; that it answered half a second before proves nothing."""
    connectivity = Connectivity()
    silent(connectivity, 0.0)
    connectivity.target("api", 9.5, ok=True, own=False)
    assert connectivity.word("other", 10.0, own=False) is False
    connectivity.target("api", 10.1, ok=True, own=False)
    assert connectivity.word("other", 10.0, own=False) is True
    assert connectivity.word("api", 10.0, own=False) is False


def test_where_hosts_are_blocked_the_other_vendors_decide():
    """Most of them failing is our network."""
    connectivity = Connectivity()
    for at in (0.0, 30.0):
        for name in ("x", "y", "z"):
            connectivity.target(name, at, ok=True, own=False)
        silent(connectivity, at + 1)
    connectivity.target("x", 60.0, ok=False, own=False)
    assert connectivity.word("x", 60.0, own=False) is True
    connectivity.target("y", 60.0, ok=False, own=False)
    connectivity.target("z", 60.0, ok=False, own=False)
    assert connectivity.word("x", 61.0, own=False) is False


@given(st.lists(st.tuples(st.sampled_from("abtown"), st.booleans(), st.floats(0, 40)), max_size=60))
def test_no_vendor_is_blamed_while_control_hosts_are_trusted(steps):
    """Whatever happened: once a control host has answered, only it or another vendor can speak for our network."""
    connectivity, now, answered = Connectivity(), 0.0, False
    vendors: dict[str, tuple[bool, float]] = {}
    for name, ok, passed in steps:
        now += passed
        if name in "ab":
            connectivity.control(name, now, ok=ok)
            answered = answered or ok
        else:
            own = name in "own"
            connectivity.target(name, now, ok=ok, own=own)
            vendors |= {} if own else {name: (ok, now)}
        word = connectivity.word("api", now, own=False)
        proven = any(ok and at >= now for ok, at in vendors.values())
        assert word is True or not proven
        if (
            answered
            and not proven
            and set(connectivity.controls)
            and any(c.answered for c in connectivity.controls.values())
        ):
            assert word is False


def test_nothing_is_said_before_anything_was_looked_at():
    """And nothing answering at all is blind, until one control host answers."""
    connectivity = Connectivity()
    silent(connectivity, 0.0)
    states = [connectivity.state]
    connectivity.target("api", 1.0, ok=False, own=True)
    states.append(connectivity.state)
    connectivity.control(A, 2.0, ok=True)
    assert [*states, connectivity.state] == [State.CLEAR, State.BLIND, State.CLEAR]

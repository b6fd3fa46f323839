"""A recording of what was streamed, read again by replay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.replay.recording import letter, recorded
from bot.core.replay.trace import LETTERS, World, read
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State
from tests.support.recording import START, seen


@given(st.lists(st.sampled_from(sorted(LETTERS)), min_size=1, max_size=40))
def test_letters_come_back(marks):
    """What was seen in a scheduled slot is what replay sees there."""
    rows = [seen(6 * n, mark, ms=100.0 + n if mark == "." else None) for n, mark in enumerate(marks)]
    world = read(recorded("own", rows, 30.0, {}))
    [place] = world.places

    assert isinstance(world, World)
    for n, row in enumerate(rows):
        again = world.observed(place, 6 * n)
        assert again is not None
        assert (again.at, again.outcome, again.layer) == (row.at, row.outcome, row.layer)
        assert again.timings.total == row.timings.total


def test_slots_between_looks_hold_the_last_one_but_not_for_ever():
    """Two intervals without a look are no data, never fine."""
    trace = recorded("own", [seen(0, "5"), seen(60)], 30.0, {})

    assert trace["seen"]["eu/api"] == "5" * 12 + "-" * 48 + "."


def test_a_failure_of_one_check_is_not_hidden_by_another_s_success():
    """Several checks of a component share a slot."""
    assert recorded("own", [seen(0), seen(0, "9"), seen(0)], 30.0, {})["seen"]["eu/api"] == "9"


def test_our_own_network_is_kept_beside_the_target():
    """Where the control hosts failed too, replay sees that they did."""
    row = seen(0)
    ours = Observation(
        row.check, "claude", "api", "eu", row.at, Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_NETWORK, control=False
    )
    world = read(recorded("own", [ours], 30.0, {}))
    again = world.observed(world.places[0], 0)

    assert again is not None
    assert (again.control, again.fault) == (False, Fault.OURS)


def test_the_page_s_words_are_kept_when_they_change():
    """By our own ids of the components."""

    def page(slot, state):
        reading = Page("u", (Claim("k8w", "Claude API", state),))
        return Observation("p", "claude", "", "eu", START + 5.0 * slot, Outcome.OK, page=reading)

    rows = [seen(0), page(0, State.OPERATIONAL), page(12, State.OPERATIONAL), page(24, State.MAJOR), seen(30)]

    assert recorded("own", rows, 30.0, {"api": "k8w"})["page"] == [
        {"slot": 0, "states": {"api": "operational"}},
        {"slot": 24, "states": {"api": "major_outage"}},
    ]


def test_nothing_is_no_recording():
    """A page alone is no measurement."""
    with pytest.raises(ValueError, match="no results"):
        recorded("own", [], 30.0, {})


def test_every_layer_has_a_letter():
    """Nothing that can be seen falls through."""
    for layer in Layer:
        for outcome in Outcome:
            o = Observation("c", "s", "api", "eu", START, outcome, layer=layer)
            assert letter(o) in {*LETTERS, "-"}

"""Statuspage's history feeds as a fallback."""

from probes.dialects.statuspage_feed import read
from probes.model import State
from tests.probes.dialects.recorded import recorded

WORDS = {"components": {"api": ["API"], "code": ["Code"], "web": ["Web"]}}


def test_ids_are_those_of_the_json():
    """The same incident has the same id whichever way it was read."""
    page = read(recorded("statuspage_feed/open.atom"), {})
    assert [(i.id, i.status) for i in page.incidents] == [
        ("ddddeeeeffff", "investigating"),
        ("aaaabbbbcccc", "resolved"),
    ]
    assert read(recorded("statuspage_feed/history.rss"), {}).incidents[0].id == "aaaabbbbcccc"


def test_no_times_are_stated():
    """`published` is the last update's time and the stamps inside may be backdated: neither is the post."""
    page = read(recorded("statuspage_feed/open.atom"), {})
    assert {(i.posted_at, i.started_at, i.resolved_at) for i in page.incidents} == {(None, None, None)}


def test_claims_of_the_page():
    """Nothing open is green for the page, an open incident is not, an empty history is unknown."""
    assert read(recorded("statuspage_feed/calm.atom"), {}).claims[0].state is State.OPERATIONAL
    assert read(recorded("statuspage_feed/open.atom"), {}).claims[0].state is State.DEGRADED
    assert read(recorded("statuspage_feed/empty.atom"), {}).claims[0].state is State.UNKNOWN


def test_components_by_words():
    """An open incident touches the components its title names; of the others the title says nothing."""
    page = read(recorded("statuspage_feed/open.atom"), WORDS)
    assert {c.id: c.state for c in page.claims} == {
        "api": State.UNKNOWN,
        "code": State.DEGRADED,
        "web": State.UNKNOWN,
    }


def test_an_open_incident_of_no_known_component_makes_the_others_unknown():
    """It may be theirs: a feed does not say."""
    body = recorded("statuspage_feed/open.atom").replace(b"Code login is failing", b"Elevated errors")
    assert {c.state for c in read(body, WORDS).claims} == {State.UNKNOWN}

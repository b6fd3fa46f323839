"""From bytes to a reading, and what is said of a page that moved."""

import json

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.reading import understand
from probes.model import State
from tests.probes.dialects.recorded import recorded

ULID = "01JMDK9XYNY6RXSED6SDWW50WY"
MOVED = b'{"page": {"id": "01JMDK9XYNY6RXSED6SDWW50WY"}, "status": {"indicator": "none"}}'


@pytest.mark.parametrize(
    ("dialect", "body", "words"),
    [
        ("atlassian", recorded("betterstack/index.json"), "looks like betterstack now: set dialect: betterstack"),
        ("atlassian", MOVED, "looks like incident_io now"),
        ("atlassian", recorded("html/moved_to_incident_io.html"), "looks like incident_io now"),
        ("instatus", recorded("rootly/status.json"), "looks like rootly now"),
        ("google", recorded("aws/currentevents.json"), "looks like aws now"),
        ("betterstack", recorded("azure_rss/empty.xml"), "looks like azure_rss now"),
        ("rootly", recorded("openstatus/status.json"), "looks like openstatus now"),
    ],
)
def test_a_changed_platform_is_named(dialect, body, words):
    """The reason ends with the one-line fix."""
    with pytest.raises(NotUnderstoodError, match=words):
        understand(dialect, body, {})


def test_of_too_many_incidents_those_that_go_on_stay():
    """A reading is kept every minute: it has a size."""
    over = [{"id": f"i{n}", "status": "resolved"} for n in range(300)]
    body = json.dumps({"page": {"id": ULID}, "incidents": [*over, {"id": "open", "status": "identified"}]}).encode()
    incidents = understand("incident_io", body, {}).incidents
    assert (len(incidents), incidents[0].id, incidents[1].id) == (200, "open", "i0")


def test_too_many_components_are_not_understood():
    """No page has thousands."""
    listed = [{"id": f"c{n}", "name": "c", "status": "operational"} for n in range(1001)]
    with pytest.raises(NotUnderstoodError, match="limit"):
        understand("incident_io", json.dumps({"page": {"id": ULID}, "components": listed}).encode(), {})


def test_a_page_of_nothing_known_names_no_platform():
    """A challenge is no platform."""
    with pytest.raises(NotUnderstoodError) as refused:
        understand("atlassian", recorded("html/challenge.html"), {})
    assert "looks like" not in str(refused.value)


@pytest.mark.parametrize("name", ["statuspage_feed/open.atom", "statuspage_feed/history.rss"])
def test_statuspage_s_feed_is_read_as_its_fallback(name):
    """The feed's rules stand beside the page's own options."""
    options = {"feed": {"components": {"k8w3r06qmzrp": ["API"], "yyzkbfz2thpt": ["Code"]}}}
    page = understand("atlassian", recorded(name), options)
    state = {c.id: c.state for c in page.claims}
    assert state["k8w3r06qmzrp"] is (State.UNKNOWN if name.endswith("atom") else State.OPERATIONAL)
    assert state["yyzkbfz2thpt"] is (State.DEGRADED if name.endswith("atom") else State.OPERATIONAL)


def test_incident_io_s_feed_is_read_as_its_fallback():
    """By the generic rules."""
    assert understand("incident_io", recorded("feed/incident_io.atom"), {}).claims[0].state is State.PARTIAL

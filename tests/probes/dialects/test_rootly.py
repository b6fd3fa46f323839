"""Rootly's public API."""

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.rootly import read
from probes.model import State
from tests.probes.dialects.recorded import at, recorded


def test_status_and_incident():
    """One indicator for the page; the incident's own times, which have an offset."""
    page = read(recorded("rootly/status.json"), {})
    assert [(c.id, c.name, c.state) for c in page.claims] == [("page", "Acme Status", State.MAJOR)]
    (incident,) = page.incidents
    assert incident.name == "API is failing"
    assert incident.posted_at == at("2026-03-19T11:52:00Z")
    assert incident.started_at == at("2026-03-19T11:30:00Z")
    assert incident.resolved_at is None


def test_incidents_alone_claim_nothing():
    """`incidents.json` has no indicator."""
    page = read(b'{"page": {}, "incidents": [{"id": "x", "title": "API", "status": "identified"}]}', {})
    assert (page.claims, page.incidents[0].name) == ((), "API")
    assert read(b'{"incidents": [], "meta": {"page": 1}}', {}).claims == ()


@pytest.mark.parametrize(
    ("word", "state"),
    [("none", State.OPERATIONAL), ("minor", State.DEGRADED), ("maintenance", State.MAINTENANCE), ("x", State.UNKNOWN)],
)
def test_indicators(word, state):
    """The documented words and one more."""
    body = f'{{"page": {{"name": "x"}}, "status": {{"indicator": "{word}"}}, "incidents": []}}'.encode()
    assert read(body, {}).claims[0].state is state


def test_a_page_alone_is_not_understood():
    """Nothing is said."""
    with pytest.raises(NotUnderstoodError, match="neither"):
        read(b'{"page": {}}', {})

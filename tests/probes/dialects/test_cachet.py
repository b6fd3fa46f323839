"""Cachet's numbers."""

import json

import pytest

from probes.dialects.cachet import read
from probes.dialects.errors import NotUnderstoodError
from probes.model import State
from tests.probes.dialects.recorded import at, recorded


def test_component_numbers():
    """1 to 4, also as text; 0 and others are unknown."""
    page = read(recorded("cachet/components_v2.json"), {})
    assert {c.id: c.state for c in page.claims} == {
        "1": State.OPERATIONAL,
        "2": State.DEGRADED,
        "3": State.PARTIAL,
        "4": State.MAJOR,
        "5": State.UNKNOWN,
    }


def test_version_3_is_one_level_deeper():
    """JSON:API with {"human", "value"}."""
    page = read(recorded("cachet/components_v3.json"), {})
    assert [(c.id, c.name, c.state) for c in page.claims] == [
        ("1", "API", State.OPERATIONAL),
        ("2", "Website", State.MAINTENANCE),
    ]


def test_incident_numbers_and_times():
    """`updated_at` moves with every touch: it ends nothing. Component 0 is none."""
    page = read(recorded("cachet/incidents_v2.json"), {})
    assert page.claims == ()
    assert [(i.id, i.status, i.components, i.maintenance) for i in page.incidents] == [
        ("7", "identified", ("4",), False),
        ("8", "scheduled", (), True),
        ("6", "fixed", ("1",), False),
    ]
    assert page.incidents[0].posted_at == at("2026-04-15T15:20:00Z")
    assert page.incidents[0].started_at == at("2026-04-15T15:00:00Z")
    assert all(i.resolved_at is None for i in page.incidents)


def test_an_incident_without_a_message_is_no_component():
    """A fixed incident's 4 would read as a major outage."""
    page = read(b'{"data": [{"id": 6, "component_id": 1, "name": "API", "status": 4}]}', {})
    assert (page.claims, page.incidents[0].status) == ((), "fixed")


def test_times_of_version_3():
    """One level deeper, as a number or a text."""
    created = {"human": "a day ago", "string": "2026-04-15T15:20:00+00:00", "timestamp": 1776266400}
    attributes = {"name": "x", "message": "y", "status": {"human": "Fixed", "value": 4}, "created": created}
    (incident,) = read(
        json.dumps({"data": [{"id": "1", "type": "incidents", "attributes": attributes}]}).encode(), {}
    ).incidents
    assert (incident.posted_at, incident.status) == (at("2026-04-15T15:20:00Z"), "fixed")


def test_status():
    """The whole page in one word."""
    (claim,) = read(recorded("cachet/status.json"), {}).claims
    assert (claim.id, claim.state) == ("page", State.MAJOR)


@pytest.mark.parametrize("body", [b'{"data": "Pong!"}', b'{"data": {}}', b'{"data": [{"id": 1}]}', b"{}"])
def test_what_says_nothing_is_not_understood(body):
    """A ping is not a status."""
    with pytest.raises(NotUnderstoodError):
        read(body, {})

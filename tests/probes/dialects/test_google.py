"""Google's incidents.json."""

import json
from typing import Any

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.google import read
from probes.model import State
from tests.probes.dialects.recorded import at, recorded

GEMINI, PREDICTION, IMAGEN = "Z0FZJAMvEB4j3NbCJs6B", "sdXM79fz1FS6ekNpu37K", "zeBmbgdSyHGTvPAiXwVS"


def entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(recorded("google/open.json"))
    return found


def body(*incidents: dict[str, Any]) -> bytes:
    return json.dumps(incidents).encode()


def test_an_open_incident_has_no_end_and_its_products_are_not_green():
    """Products of open incidents have the impact stated; products of closed ones are operational."""
    page = read(recorded("google/open.json"), {})
    assert {c.id: c.state for c in page.claims} == {
        GEMINI: State.PARTIAL,
        PREDICTION: State.PARTIAL,
        IMAGEN: State.OPERATIONAL,
    }


def test_only_products_of_the_options_are_claimed_and_absent_ones_are_operational():
    """A product with no open incident is fine there: that is how this page says it."""
    page = read(
        recorded("google/open.json"), {"products": {GEMINI: "Gemini API", "5ca2HM3qzeRulGMXksCD": "Throughput"}}
    )
    assert [(c.id, c.name, c.state) for c in page.claims] == [
        (GEMINI, "Gemini API", State.PARTIAL),
        ("5ca2HM3qzeRulGMXksCD", "Throughput", State.OPERATIONAL),
    ]
    assert [i.id for i in page.incidents] == ["openIncidentAaaaaaaa", "closedIncidentBbbbbb"]


def test_incidents_of_other_products_are_left_out():
    """Incidents nobody asked about stay out."""
    page = read(recorded("google/open.json"), {"products": [IMAGEN]})
    assert [i.id for i in page.incidents] == ["closedIncidentBbbbbb"]


def test_times_are_those_stated():
    """`begin` is Google's own stated start, set afterwards; the first update is what was posted."""
    opened, closed = read(recorded("google/open.json"), {}).incidents
    assert opened.posted_at == at("2026-04-15T15:19:00Z")
    assert opened.started_at == at("2026-04-15T14:00:00Z")
    assert opened.resolved_at is None
    assert closed.resolved_at == at("2026-04-15T17:00:00Z")
    assert opened.url == "https://status.cloud.google.com/incidents/openIncidentAaaaaaaa"


@pytest.mark.parametrize("end", [None, "", "soon", 0])
def test_an_end_that_is_no_time_does_not_close(end):
    """Only a stated time ends an incident."""
    incident = entries()[1] | {"end": end}
    assert {c.state for c in read(body(incident), {}).claims} == {State.MAJOR}


def test_an_open_incident_is_never_green():
    """Even when the latest update says AVAILABLE, it is still open."""
    incident = entries()[0] | {"status_impact": "AVAILABLE", "most_recent_update": {"status": "AVAILABLE"}}
    assert {c.state for c in read(body(incident), {}).claims} == {State.DEGRADED}


def test_an_impact_we_do_not_know_is_unknown():
    """A new word is neither green nor red; the latest update's word helps if it is known."""
    incident = entries()[0] | {"status_impact": "SERVICE_MYSTERY"}
    assert {c.state for c in read(body(incident), {}).claims} == {State.PARTIAL}
    incident["most_recent_update"] = {"status": "SERVICE_MYSTERY"}
    assert {c.state for c in read(body(incident), {}).claims} == {State.UNKNOWN}


def test_titles_change_ids_do_not():
    """The newest title wins, the id stays the key."""
    first, second = entries()
    first["affected_products"] = [{"title": "Old", "current_title": "New", "id": GEMINI}]
    assert read(body(first, second), {}).claims[0].name == "New"


def test_an_empty_list_has_no_open_incident():
    """Asked-for products are operational; without any, nothing is claimed."""
    assert read(b"[]", {}).claims == ()
    assert read(b"[]", {"products": [GEMINI]}).claims[0].state is State.OPERATIONAL


@pytest.mark.parametrize(
    "broken", [{"id": None}, {"begin": None, "created": None}, {"affected_products": "Gemini"}, {"updates": {}}]
)
def test_one_incident_that_cannot_be_read_spoils_the_page(broken):
    """It may be the open one: skipping it could paint its product green."""
    with pytest.raises(NotUnderstoodError):
        read(body(entries()[0] | broken, entries()[1]), {"products": [IMAGEN, GEMINI]})


def test_options_of_a_wrong_kind_are_named():
    """A mistake in the catalogue reads as such."""
    with pytest.raises(NotUnderstoodError, match="products"):
        read(b"[]", {"products": 7})


def test_an_incident_of_too_many_products_is_refused():
    """Google has some two hundred products; thousands would swell every observation."""
    products = [{"id": f"p{n}", "title": "P"} for n in range(201)]
    with pytest.raises(NotUnderstoodError, match="201 products"):
        read(body(entries()[0] | {"affected_products": products}), {})


def test_closed_incidents_are_bounded():
    """Years of history stay out of an observation; open incidents never do."""
    many = [entries()[1] | {"id": f"closed{n}"} for n in range(300)] + entries()[:1]
    page = read(body(*many), {})
    assert len(page.incidents) == 51
    assert page.incidents[0].id == "openIncidentAaaaaaaa"

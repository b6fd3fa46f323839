"""incident.io's three shapes and their traps."""

import json
from typing import Any

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.incident_io import read
from probes.model import Page, State
from tests.probes.dialects.recorded import at, recorded


def key(number: int) -> str:
    return f"01K0000000000000000000{number:04d}"


def states(page: Page) -> dict[str, State]:
    return {claim.id: claim.state for claim in page.claims}


def changed(name: str, **parts: Any) -> bytes:
    return json.dumps(json.loads(recorded(name)) | parts).encode()


def test_full_outage_is_a_major_outage_and_a_new_word_is_unknown():
    """`full_outage` is theirs alone; a state we do not know is never green."""
    found = states(read(recorded("incident_io/summary.json"), {}))
    assert found == {key(10): State.OPERATIONAL, key(11): State.MAJOR, key(12): State.UNKNOWN}


def test_indicator_and_components_differ():
    """The overall indicator says none while a component is down: both are reported as they stand."""
    page = read(recorded("incident_io/summary.json"), {"page": True})
    assert states(page)["page"] is State.OPERATIONAL
    assert states(page)[key(11)] is State.MAJOR
    assert page.words == "All Systems Operational"


def test_posted_at_is_the_first_updates_creation_not_a_displayed_time():
    """`display_at` is backdated by half an hour and `updated_at` was touched in bulk a month later."""
    (incident,) = read(recorded("incident_io/summary.json"), {}).incidents
    assert incident.posted_at == at("2026-07-09T18:05:00Z")
    assert incident.started_at is None
    assert incident.resolved_at is None


def test_incidents_without_components_and_ends_are_read():
    """incident.io's compatible incidents name no components and no `resolved_at`."""
    (incident,) = read(recorded("incident_io/summary.json"), {}).incidents
    assert (incident.id, incident.components, incident.status, incident.impact) == (key(20), (), "identified", "minor")


def test_a_resolved_incident_without_resolved_at_has_no_end():
    """Neither `updated_at` nor anything else stands in for an end that is not stated."""
    incidents = [{"id": "x", "name": "n", "status": "resolved", "updated_at": "2026-08-14T10:28:36Z"}]
    (incident,) = read(changed("incident_io/summary.json", incidents=incidents), {}).incidents
    assert (incident.status, incident.resolved_at, incident.posted_at) == ("resolved", None, None)


def test_all_green_under_an_open_incident():
    """An open incident leaves the claims as the page states them."""
    page = read(
        changed("incident_io/components.json", incidents=json.loads(recorded("incident_io/summary.json"))["incidents"]),
        {},
    )
    assert set(states(page).values()) == {State.OPERATIONAL}
    assert len(page.incidents) == 1


def test_summary_leaves_out_what_components_has():
    """A component that the summary does not list is not claimed, least of all green."""
    assert key(13) not in states(read(recorded("incident_io/summary.json"), {}))
    assert key(13) in states(read(recorded("incident_io/components.json"), {}))


def test_a_renamed_component_keeps_its_id():
    """Ids are the key: the name in components.json is another one."""
    names = {c.id: c.name for c in read(recorded("incident_io/components.json"), {}).claims}
    assert names[key(10)] == "Chat completions"


def test_native_lists_only_affected_components():
    """The others are operational because the structure names them; a hidden one only if it is affected."""
    page = read(recorded("incident_io/native.json"), {})
    assert states(page) == {
        key(10): State.OPERATIONAL,
        key(11): State.MAJOR,
        key(12): State.OPERATIONAL,
        key(15): State.DEGRADED,
    }
    assert {c.id: c.name for c in page.claims}[key(15)] == "Secret"


def test_native_s_own_indicator_is_the_worst_affected():
    """Asked for, the page's claim; a structure that names nobody is no page."""
    assert states(read(recorded("incident_io/native.json"), {"page": True}))["page"] is State.MAJOR
    document = json.loads(recorded("incident_io/native.json"))
    document["summary"]["structure"]["items"] = []
    with pytest.raises(NotUnderstoodError, match="names no component"):
        read(json.dumps(document).encode(), {})


def test_native_times_are_the_updates_own():
    """`published_at` of the incident is backdated to its impact; the first update came 35 minutes later."""
    (incident,) = read(recorded("incident_io/native.json"), {}).incidents
    assert incident.posted_at == at("2026-07-09T18:05:00Z")
    assert incident.started_at == at("2026-07-09T17:30:00Z")
    assert incident.components == (key(11),)
    assert incident.impact == "major_outage"


def test_native_hidden_components_are_no_claims():
    """What the page hides from people it does not claim, unless it is affected."""
    document = json.loads(recorded("incident_io/native.json"))
    document["summary"]["affected_components"] = []
    assert key(15) not in states(read(json.dumps(document).encode(), {}))


def test_native_null_is_an_empty_list():
    """It is there and names nobody."""
    document = json.loads(recorded("incident_io/native.json"))
    document["summary"]["affected_components"] = None
    assert set(states(read(json.dumps(document).encode(), {})).values()) == {State.OPERATIONAL}


@pytest.mark.parametrize("missing", ["affected_components", "structure"])
def test_native_without_its_parts_is_not_understood(missing):
    """Without the list of affected components, or the structure, nobody is known to be well."""
    document = json.loads(recorded("incident_io/native.json"))
    del document["summary"][missing]
    with pytest.raises(NotUnderstoodError, match=missing):
        read(json.dumps(document).encode(), {})


def test_widget_claims_the_affected_and_the_page():
    """The widget names nobody else."""
    page = read(recorded("incident_io/widget.json"), {})
    assert states(page) == {key(12): State.PARTIAL, key(13): State.MAINTENANCE, "page": State.PARTIAL}
    assert [i.maintenance for i in page.incidents] == [False, True]
    assert page.incidents[1].started_at == at("2026-01-26T02:00:00Z")


def test_widget_with_nothing_going_on_is_green_as_a_page():
    """All three lists are there and empty."""
    body = changed("incident_io/widget.json", ongoing_incidents=[], in_progress_maintenances=[])
    assert states(read(body, {})) == {"page": State.OPERATIONAL}


@pytest.mark.parametrize("part", ["components", "incidents"])
def test_a_list_that_is_no_list_is_not_understood(part):
    """A page in another shape is unreadable, not green."""
    with pytest.raises(NotUnderstoodError):
        read(changed("incident_io/summary.json", **{part: {"a": 1}}), {})


def test_no_component_at_all_is_not_understood():
    """An empty list of components says nothing."""
    with pytest.raises(NotUnderstoodError, match="no component"):
        read(changed("incident_io/summary.json", components=[]), {})


def test_a_component_without_id_is_not_understood():
    """Ids are the key; without one the page has another shape."""
    with pytest.raises(NotUnderstoodError, match="no usable id"):
        read(changed("incident_io/summary.json", components=[{"name": "API", "status": "operational"}]), {})


def test_status_json_claims_the_page():
    """It has nothing else to claim."""
    body = b'{"page": {"id": "x", "name": "Example"}, "status": {"indicator": "critical", "description": "Down"}}'
    page = read(body, {})
    assert (states(page), page.words) == ({"page": State.MAJOR}, "Down")


def test_components_of_incidents_without_ids_are_left_out():
    """Names are no keys."""
    incidents = [{"id": "x", "name": "n", "components": [{"name": "API"}, {"id": key(10)}, {"code": key(11)}]}]
    (incident,) = read(changed("incident_io/summary.json", incidents=incidents), {}).incidents
    assert incident.components == (key(10), key(11))


def test_a_page_of_something_else_is_not_understood():
    """`page` alone is not enough."""
    with pytest.raises(NotUnderstoodError, match="neither components"):
        read(b'{"page": {"id": "x"}}', {})

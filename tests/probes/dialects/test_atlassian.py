"""The Atlassian dialect: what the page says, and nothing but NotUnderstoodError for what it does not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store.stream_rows import decode, encode
from probes.dialects import atlassian
from probes.dialects.atlassian import MANY
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import MAX_TEXT
from probes.dialects.times import iso
from probes.model import Claim, Observation, Outcome, Page, State

OURS = Path(__file__).parents[2] / "data" / "status-pages"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "status-pages"


def read(body: bytes) -> Page:
    return atlassian.read(body, {})


def recording(name: str) -> bytes:
    return (OURS / f"atlassian_{name}.json").read_bytes()


def page(**parts: Any) -> bytes:
    return json.dumps({"components": [{"id": "a", "name": "A", "status": "operational"}], **parts}).encode()


def test_a_green_page() -> None:
    """Every component by its id, in the page's order."""
    found = read(recording("green"))
    assert found == Page(
        url="https://status.acme.example",
        claims=(
            Claim("cmweb0000001", "Acme chat", State.OPERATIONAL),
            Claim("cmapi0000002", "Acme API", State.OPERATIONAL),
            Claim("cmcode000003", "Acme Code", State.OPERATIONAL),
        ),
        words="All Systems Operational",
        stated_at=iso("2026-05-04T10:12:31Z"),
    )


def test_an_incident_is_as_old_as_its_first_update() -> None:
    """Its own times may be backdated: here by seventeen minutes."""
    found = read(recording("incident"))
    assert {claim.id: claim.state for claim in found.claims} == {
        "cmweb0000001": State.MAJOR,
        "cmapi0000002": State.OPERATIONAL,
        "cmcode000003": State.PARTIAL,
    }
    [incident] = found.incidents
    assert incident.posted_at == iso("2026-05-04T09:57:22.500Z")
    assert incident.started_at == iso("2026-05-04T09:40:00Z")
    assert (incident.id, incident.status, incident.impact) == ("in0000000001", "identified", "critical")
    assert incident.components == ("cmweb0000001", "cmcode000003")
    assert (incident.resolved_at, incident.maintenance) == (None, False)
    assert incident.url == "https://stspg.example/abc"


def test_only_maintenance_that_goes_on_now_counts() -> None:
    """Planned and completed work is no news; an incident that names no component is one all the same."""
    found = read(recording("maintenance"))
    nameless, work = found.incidents
    assert (nameless.id, nameless.components, nameless.posted_at) == (
        "in0000000009",
        (),
        iso("2026-05-04T10:05:00Z"),
    )
    assert (work.id, work.maintenance, work.components) == ("mt0000000001", True, ("cmapi0000002",))
    assert work.started_at == iso("2026-05-04T10:00:00Z")
    assert found.claims[1].state is State.MAINTENANCE


def test_planned_maintenance_is_told_apart_with_its_window() -> None:
    """What is scheduled stands by itself, with the end that was announced, and survives the stream."""
    planned = {
        "id": "m",
        "name": "Move",
        "status": "scheduled",
        "scheduled_for": "2026-05-05T01:00:00Z",
        "scheduled_until": "2026-05-05T03:00:00Z",
        "components": [{"id": "a"}],
    }
    whole = {"components": [{"id": "a", "status": "operational"}], "scheduled_maintenances": [planned]}
    found = read(json.dumps(whole).encode())
    assert found.incidents == ()
    [work] = found.planned
    assert (work.started_at, work.ends_at) == (iso("2026-05-05T01:00:00Z"), iso("2026-05-05T03:00:00Z"))
    row = Observation("p", "s", "", "eu", 0.0, Outcome.OK, page=found)
    assert decode(encode(row)) == row


def test_components_of_an_incident_come_from_its_updates_where_it_lists_none() -> None:
    """`incidents` without `components`, as the single-incident files have it."""
    updates = [{"affected_components": [{"code": "x"}, {"code": "y"}, {"code": 7}]}, {"affected_components": None}]
    found = read(page(incidents=[{"id": "i", "incident_updates": updates}]))
    assert found.incidents[0].components == ("x", "y")


def test_a_resolved_incident_says_iso() -> None:
    """An end is an end only of what is over."""
    over = {"id": "i", "status": "resolved", "resolved_at": "2026-05-04T11:00:00Z"}
    reopened = {"id": "j", "status": "investigating", "resolved_at": "2026-05-04T11:00:00Z"}
    ends = [incident.resolved_at for incident in read(page(incidents=[over, reopened])).incidents]
    assert ends == [iso("2026-05-04T11:00:00Z"), None]


def test_a_state_nobody_knows_is_not_green() -> None:
    """A new word of the platform is unknown to us."""
    found = read(page(components=[{"id": "a", "name": "A", "status": "splendid"}, {"id": "b", "status": "unknown"}]))
    assert [claim.state for claim in found.claims] == [State.UNKNOWN, State.UNKNOWN]


def test_a_component_twice_is_the_worse_one() -> None:
    """One claim for each id."""
    twice = [{"id": "a", "name": "A", "status": "operational"}, {"id": "a", "name": "A", "status": "major_outage"}]
    assert [claim.state for claim in read(page(components=twice)).claims] == [State.MAJOR]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "an empty body"),
        (b"  \n", "an empty body"),
        (b"<!doctype html><html>", "an HTML page instead of JSON"),
        (b"Service unavailable", "not JSON: .*"),
        (b'{"components": [', "not JSON: .*"),
        (b"\xff\xfe\xfd", ".*JSON.*"),
        (b"[" * 200_000, "JSON nested too deeply"),
        (b"9" * 5000, "not JSON: .*"),
        (b"[]", "a JSON object was expected"),
        (b"null", "a JSON object was expected"),
        (b"{}", "no list of components"),
        (b'{"components": {}}', "no list of components"),
        (b'{"components": []}', "no component with an id and a status"),
        (b'{"components": [1, null, {"id": 3}]}', "no component with an id and a status"),
    ],
)
def test_other_shapes_are_not_understood(body: bytes, why: str) -> None:
    """With the reason in a few words."""
    with pytest.raises(NotUnderstoodError, match=f"^{why}$"):
        read(body)


def test_counts_and_texts_are_bounded() -> None:
    """A hostile page stays small in memory and in messages."""
    components = [{"id": f"c{n}", "name": "n" * 1000, "status": "operational"} for n in range(800)]
    incidents = [{"id": f"i{n}", "name": "x\n\x1b[31m" * 500, "components": components} for n in range(600)]
    found = read(page(components=components, incidents=incidents[:3]))
    assert len(found.claims) == MANY
    assert len(found.claims[0].name) == MAX_TEXT
    assert len(found.incidents[0].components) == MANY
    assert found.incidents[0].name.isprintable()


def test_the_page_as_a_whole_can_be_a_claim() -> None:
    """Where a vendor's component ids are not known; asked for by option."""
    claims = atlassian.read(recording("incident"), {"page": True}).claims
    assert claims[-1] == Claim("page", "Acme", State.MAJOR)
    assert len(claims) == len(read(recording("incident")).claims) + 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
WORDS = ("components", "incidents", "scheduled_maintenances", "page", "status", "id", "name", "incident_updates")
SHAPED = st.recursive(
    JSON | st.sampled_from([state.value for state in State]) | st.sampled_from(["2026-04-13T15:40:43Z", "in_progress"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*WORDS, "created_at", "affected_components", "code", "url", "resolved_at", "shortlink"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


def _sound(body: bytes) -> None:
    """Either understood, within bounds, or NotUnderstoodError."""
    try:
        found = read(body)
    except NotUnderstoodError:
        return
    assert found.claims or "components" not in json.loads(body) or "incident_updates" in json.loads(body)
    assert not found.unreadable
    assert all(claim.id and len(claim.name) <= MAX_TEXT for claim in found.claims)
    assert all(incident.id and len(incident.name) <= MAX_TEXT for incident in found.incidents)


def test_status_alone_is_the_word_of_the_page() -> None:
    """`status.json` has nothing but the indicator; of incident.io's page it is not ours to read."""
    body = {"page": {"id": "tymt9n04zgry", "name": "Claude"}, "status": {"indicator": "major", "description": "Down"}}
    found = read(json.dumps(body).encode())
    assert [(c.id, c.name, c.state) for c in found.claims] == [("page", "Claude", State.PARTIAL)]

    body["page"]["id"] = "01JMDK9XYNY6RXSED6SDWW50WY"
    with pytest.raises(NotUnderstoodError):
        read(json.dumps(body).encode())


def test_a_bare_incident_claims_nothing() -> None:
    """Its components are listed as the incident left them, which is no claim of now."""
    incident = {
        "id": "6jd2m42f8mld",
        "name": "Claude.ai down",
        "status": "investigating",
        "components": [{"id": "rwppv331jlwc", "status": "major_outage"}],
        "incident_updates": [{"created_at": "2026-04-13T15:40:43Z"}],
    }
    found = read(json.dumps(incident).encode())
    assert found.claims == ()
    assert [(i.id, i.components) for i in found.incidents] == [("6jd2m42f8mld", ("rwppv331jlwc",))]


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    """Nothing else is raised."""
    _sound(body)


@given(SHAPED)
def test_any_json(value: Any) -> None:
    """Odd types at every place."""
    _sound(json.dumps(value).encode())
    _sound(json.dumps({"components": [{"id": "a", "status": "operational"}], "incidents": value}).encode())
    _sound(json.dumps({"components": value, "incidents": [value], "page": value, "status": value}).encode())


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in _places(part, (*path, key)))]


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


@given(st.data())
@settings(max_examples=200)
def test_a_page_changed_at_any_place(data: st.DataObject) -> None:
    """A recording with one of its values turned into something else."""
    whole = json.loads(recording(data.draw(st.sampled_from(["incident", "maintenance"]))))
    place = data.draw(st.sampled_from(_places(whole)))
    _sound(json.dumps(_replaced(whole, place, data.draw(JSON))).encode())


@given(st.integers(0, 100_000))
def test_a_page_cut_off_anywhere(at: int) -> None:
    """Half a page is no page."""
    body = recording("incident").rstrip()
    if at < len(body):
        with pytest.raises(NotUnderstoodError):
            read(body[:at])


@pytest.mark.skipif(not SHARED.exists(), reason="the shared recordings are not here")
def test_the_replay_of_13_april() -> None:
    """Claude's page, step by step: claude.ai first, Claude Code 36 minutes after it, the API never."""
    steps = json.loads((SHARED / "statuspage_claude_summary_replay_2026-04-13.json").read_bytes())
    pages = [(iso(step["visible_from"]), read(json.dumps(step["summary"]).encode())) for step in steps]
    told = [{claim.id: claim.state for claim in page.claims} for _, page in pages]
    assert told[0]["rwppv331jlwc"] is State.OPERATIONAL
    assert any(states["rwppv331jlwc"] not in (State.OPERATIONAL, State.UNKNOWN) for states in told)
    assert {states["k8w3r06qmzrp"] for states in told} == {State.OPERATIONAL}
    incidents = {i.id: i for _, page in pages for i in page.incidents}
    assert "6jd2m42f8mld" in incidents
    posted = incidents["6jd2m42f8mld"].posted_at
    assert posted is not None
    assert abs(posted - (iso("2026-04-13T15:40:43Z") or 0)) < 2


@pytest.mark.skipif(not SHARED.exists(), reason="the shared recordings are not here")
def test_other_platforms_pages_are_told_apart_or_read() -> None:
    """No recording of another platform brings the dialect down; those in another shape are not understood."""
    shared = {path.name: path.read_bytes() for path in SHARED.iterdir() if path.suffix in (".json", ".atom")}
    assert shared
    for body in shared.values():
        _sound(body)
    for name in ("cstate_index.json", "betterstack_index.json", "openstatus_public.json"):
        with pytest.raises(NotUnderstoodError):
            read(shared[name])


def test_each_component_has_the_time_of_its_own_mark() -> None:
    """By the creation of the update, however it is dated and ordered; what is well or was never marked has none."""

    def update(at: str, **states: str) -> dict[str, Any]:
        parts = [{"code": code, "name": code, "old_status": "x", "new_status": state} for code, state in states.items()]
        return {"created_at": f"2026-04-15T{at}Z", "display_at": "2026-04-15T10:00:00Z", "affected_components": parts}

    updates = [
        update("15:57:22", ai="major_outage", api="operational", code="degraded_performance", gov="operational"),
        update("14:53:02", ai="operational", api="operational", code="operational"),
        update("15:03:39", ai="degraded_performance", api="degraded_performance", code="degraded_performance"),
        update("14:55:35", ai="major_outage", api="major_outage", code="major_outage"),
        {"created_at": "never", "affected_components": [{"code": "gov", "new_status": "major_outage"}]},
        {"created_at": "2026-04-15T16:00:00Z", "affected_components": None},
    ]
    [found] = read(json.dumps({"incidents": [{"id": "i", "incident_updates": updates}]}).encode()).incidents
    assert dict(found.posted) == {"ai": iso("2026-04-15T15:57:22Z"), "code": iso("2026-04-15T15:03:39Z")}


def test_incidents_alone_make_no_claims() -> None:
    """`incidents.json`, one incident's own answer and the list of maintenances, planned ones too."""
    whole = json.loads(recording("incident"))
    listed = read(json.dumps({"page": {}, "incidents": whole["incidents"]}).encode())
    alone = read(json.dumps({"page": {}, "incident": whole["incidents"][0]}).encode())
    assert listed.claims == alone.claims == ()
    assert listed.incidents == alone.incidents == read(recording("incident")).incidents
    planned = {"id": "m", "name": "Move", "status": "scheduled", "scheduled_for": "2026-05-05T01:00:00Z"}
    [work] = read(json.dumps({"page": {}, "scheduled_maintenances": [planned]}).encode()).incidents
    assert (work.maintenance, work.started_at) == (True, iso("2026-05-05T01:00:00Z"))

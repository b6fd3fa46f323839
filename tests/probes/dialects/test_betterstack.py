"""Better Stack's index.json and feed."""

import json

import pytest

from probes.dialects.betterstack import read
from probes.dialects.errors import NotUnderstoodError
from probes.model import State
from tests.probes.dialects.recorded import at, recorded


def test_resources_have_their_own_states():
    """An unmonitored resource is unknown, not green."""
    page = read(recorded("betterstack/index.json"), {})
    assert [(c.id, c.name, c.state) for c in page.claims] == [
        ("1", "Inference API", State.OPERATIONAL),
        ("2", "Fine-tuning", State.MAJOR),
        ("3", "Website", State.MAINTENANCE),
        ("4", "Playground", State.UNKNOWN),
    ]
    assert page.words == "Some models are slow"


def test_the_aggregate_state_differs_from_the_resources():
    """Asked for, the page's own claim stands beside theirs."""
    page = read(recorded("betterstack/index.json"), {"page": True})
    assert page.claims[-1].id == "page"
    assert page.claims[-1].state is State.DEGRADED


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("operational", State.OPERATIONAL),
        ("degraded", State.DEGRADED),
        ("downtime", State.MAJOR),
        ("maintenance", State.MAINTENANCE),
        ("sleepy", State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_a_page_without_resources_has_its_aggregate_state(word, state):
    """Then the page itself is the only component."""
    body = {"data": {"id": "1", "attributes": {"aggregate_state": word}}, "included": []}
    assert [(c.id, c.state) for c in read(json.dumps(body).encode(), {}).claims] == [("page", state)]


def test_times_of_reports():
    """The first update is the post, `starts_at` the stated start; a maintenance's planned end is no end."""
    broken, moving, over = read(recorded("betterstack/index.json"), {}).incidents
    assert broken.posted_at == at("2026-02-16T12:14:00Z")
    assert broken.started_at == at("2026-02-16T12:00:00Z")
    assert (broken.components, broken.impact, broken.resolved_at) == (("2",), "major_outage", None)
    assert (moving.maintenance, moving.resolved_at) == (True, None)
    assert (over.status, over.resolved_at) == ("resolved", at("2026-02-10T11:00:00Z"))


def test_updates_named_by_the_report_date_it():
    """JSON:API links them from the report's side."""
    report = {
        "id": "7",
        "type": "status_report",
        "attributes": {"title": "Down", "aggregate_state": "downtime"},
        "relationships": {"status_updates": {"data": [{"id": "77", "type": "status_update"}]}},
    }
    update = {"id": "77", "type": "status_update", "attributes": {"published_at": "2026-11-20T09:58:00.000Z"}}
    body = {"data": {"attributes": {"aggregate_state": "downtime"}}, "included": [report, update]}
    assert read(json.dumps(body).encode(), {}).incidents[0].posted_at == at("2026-11-20T09:58:00Z")


def test_feed_pairs_went_down_and_recovered():
    """The newest of a pair decides; no duration comes out of it."""
    options = {"components": {"inference": ["Inference"], "embeddings": ["Embeddings"]}}
    page = read(recorded("betterstack/feed.rss"), options)
    assert [(c.id, c.state) for c in page.claims] == [
        ("inference", State.OPERATIONAL),
        ("embeddings", State.PARTIAL),
    ]
    assert {i.id: i.status for i in page.incidents} == {"g-1": "recovered", "g-2": "down"}
    assert all(i.resolved_at is None for i in page.incidents)


def test_feed_pairs_at_the_same_time():
    """Newest first in the file: the upper one of two at the same time is the later."""
    body = recorded("betterstack/feed.rss").replace(b"15:40:00", b"15:30:00")
    claim = read(body, {"components": {"inference": ["Inference"]}}).claims[0]
    assert claim.state is State.OPERATIONAL


def test_a_document_without_aggregate_state_is_not_understood():
    """Other JSON:API documents are not this page."""
    with pytest.raises(NotUnderstoodError, match="aggregate_state"):
        read(b'{"data": {"attributes": {}}, "included": []}', {})

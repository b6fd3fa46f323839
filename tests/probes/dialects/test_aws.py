"""AWS: UTF-16 events and the RSS of one region."""

import json
from typing import Any

import pytest

from probes.dialects.aws import read
from probes.dialects.errors import NotUnderstoodError
from probes.model import State
from tests.probes.dialects.recorded import at, recorded

BEDROCK = {"service": "bedrock", "regions": ["us-east-1", "us-west-2", "eu-west-1"]}
OREGON = {"service": "bedrock", "regions": ["us-west-2"]}


def states(name: str, options: dict[str, Any]) -> dict[str, State]:
    return {claim.id: claim.state for claim in read(recorded(name), options).claims}


def test_utf16_with_a_byte_order_mark_is_read():
    """The recording begins with FE FF; a region without an event is operational, the others have their numbers."""
    assert recorded("aws/currentevents.json")[:2] == b"\xfe\xff"
    assert states("aws/currentevents.json", BEDROCK) == {
        "bedrock-us-east-1": State.OPERATIONAL,
        "bedrock-us-west-2": State.MAJOR,
        "bedrock-eu-west-1": State.OPERATIONAL,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_of_json_is_read(encoding):
    """The vendor may change its mind about the encoding."""
    body = recorded("aws/currentevents.json").decode("utf-16").encode(encoding)
    assert read(body, BEDROCK) == read(recorded("aws/currentevents.json"), BEDROCK)


def test_an_event_over_many_services_counts_by_its_impacted_services():
    """`[RESOLVED]` in the title ends it for all of them."""
    events = json.loads(recorded("aws/currentevents.json"))
    events[1]["summary"] = "Connectivity"
    assert {c.id: c.state for c in read(json.dumps(events).encode(), BEDROCK).claims}[
        "bedrock-eu-west-1"
    ] is State.PARTIAL


def test_the_region_comes_from_the_arn_where_the_event_names_no_service():
    """`arn:aws:health:<region>::event/<SERVICE>/...`."""
    events = json.loads(recorded("aws/currentevents.json"))[:1]
    del events[0]["service"], events[0]["impacted_services"]
    assert [(c.id, c.state) for c in read(json.dumps(events).encode(), {}).claims] == [
        ("bedrock-us-west-2", State.MAJOR)
    ]


def test_a_number_we_do_not_know_is_unknown():
    """The numbers are undocumented: another one is never green."""
    events = json.loads(recorded("aws/currentevents.json"))[:1]
    events[0]["impacted_services"]["bedrock-us-west-2"]["current"] = "9"
    assert read(json.dumps(events).encode(), OREGON).claims[0].state is State.UNKNOWN


def test_times_of_an_event():
    """The log's first entry is what was posted; `date` is the stated start; no end is ever stated."""
    (incident,) = read(recorded("aws/currentevents.json"), OREGON).incidents
    assert incident.started_at == 1776265200.0
    assert incident.posted_at == 1776266100.0
    assert incident.resolved_at is None
    assert incident.components == ("bedrock-us-west-2",)


def test_an_empty_list_speaks_only_for_the_services_asked_about():
    """`[]` is AWS's way of saying that nothing goes on."""
    assert states("aws/empty.json", {}) == {}
    assert set(states("aws/empty.json", BEDROCK).values()) == {State.OPERATIONAL}


def test_rss_resolved_prefix_ends_it():
    """The newest item is the word; older ones stay in the file."""
    page = read(recorded("aws/bedrock.rss"), OREGON)
    assert [(c.id, c.state) for c in page.claims] == [("bedrock-us-west-2", State.OPERATIONAL)]
    assert page.incidents[0].posted_at == at("2026-04-15T18:00:00Z")
    assert all(incident.resolved_at is None for incident in page.incidents)


def test_rss_with_an_open_item_is_red_and_without_items_fine():
    """A disruption is a major outage; no item at all is fine."""
    assert states("aws/bedrock_open.rss", OREGON) == {"bedrock-us-west-2": State.MAJOR}
    assert states("aws/bedrock_empty.rss", OREGON) == {"bedrock-us-west-2": State.OPERATIONAL}


def test_options_of_a_wrong_kind_are_named():
    """A mistake in the catalogue reads as such; a service without regions is one key."""
    with pytest.raises(NotUnderstoodError, match="regions"):
        read(recorded("aws/empty.json"), {"service": "bedrock", "regions": "us-east-1"})
    assert states("aws/empty.json", {"service": "CloudFront"}) == {"cloudfront": State.OPERATIONAL}


def test_rss_needs_one_service_in_one_region():
    """Otherwise nobody knows whose word it is."""
    with pytest.raises(NotUnderstoodError, match="one region"):
        read(recorded("aws/bedrock.rss"), BEDROCK)


def test_another_page_s_rss_is_not_aws():
    """An empty channel of somebody else must not turn Bedrock green."""
    with pytest.raises(NotUnderstoodError, match="another page"):
        read(recorded("feed/empty.xml"), OREGON)


@pytest.mark.parametrize("broken", [{"arn": None}, {"impacted_services": []}, {"event_log": "x"}])
def test_a_broken_event_spoils_the_page(broken):
    """It may be the one that matters."""
    events = json.loads(recorded("aws/currentevents.json"))
    events[0] |= broken
    if broken == {"impacted_services": []}:  # empty: nothing named, the event's own service counts
        assert read(json.dumps(events).encode(), OREGON).claims[0].state is State.MAJOR
        return
    with pytest.raises(NotUnderstoodError):
        read(json.dumps(events).encode(), BEDROCK)


def test_rss_without_options_names_itself():
    """Its items' ids hold the key; an empty feed speaks for itself alone."""
    assert [(c.id, c.state) for c in read(recorded("aws/bedrock_open.rss"), {}).claims] == [
        ("bedrock-us-west-2", State.MAJOR)
    ]
    (claim,) = read(recorded("aws/bedrock_empty.rss"), {}).claims
    assert (claim.id, claim.name, claim.state) == (
        "page",
        "Amazon Bedrock (Oregon) Service Status",
        State.OPERATIONAL,
    )

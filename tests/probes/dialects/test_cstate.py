"""cState's index.json."""

import json

import pytest

from probes.dialects.cstate import read
from probes.dialects.errors import NotUnderstoodError
from probes.model import State
from tests.probes.dialects.recorded import at, recorded


def test_systems_by_name():
    """Systems have no ids: the name is the key."""
    page = read(recorded("cstate/index.json"), {"page": True})
    assert {c.id: c.state for c in page.claims} == {
        "API": State.MAJOR,
        "CDN": State.DEGRADED,
        "Docs": State.OPERATIONAL,
        "page": State.MAJOR,
    }


def test_an_issue_stands_once_with_all_its_systems():
    """It is repeated under every system; "<no value>" is no time."""
    (issue,) = read(recorded("cstate/index.json"), {}).incidents
    assert issue.components == ("API", "CDN")
    assert (issue.status, issue.impact) == ("unresolved", "down")
    assert (issue.started_at, issue.resolved_at) == (at("2026-04-15T15:00:00Z"), None)


def test_a_pinned_issue_names_what_it_affects():
    """Also where no system repeats it."""
    page = json.loads(recorded("cstate/index.json"))
    for system in page["systems"]:
        system["unresolvedIssues"] = []
    (issue,) = read(json.dumps(page).encode(), {}).incidents
    assert issue.components == ("API", "CDN")


def test_a_summary_we_do_not_know_is_unknown():
    """Never green."""
    body = json.dumps({"summaryStatus": "meh", "systems": []}).encode()
    assert read(body, {}).claims[0].state is State.UNKNOWN


def test_without_summary_status_it_is_another_page():
    """Its sign is missing."""
    with pytest.raises(NotUnderstoodError, match="summaryStatus"):
        read(b'{"systems": []}', {})

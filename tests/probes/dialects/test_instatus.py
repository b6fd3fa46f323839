"""Instatus: summary and components."""

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.instatus import read
from probes.model import State
from tests.probes.dialects.recorded import at, recorded


def test_components():
    """Four impacts in capitals."""
    page = read(recorded("instatus/components.json"), {})
    assert {c.id: c.state for c in page.claims} == {
        "cc1": State.OPERATIONAL,
        "cc2": State.DEGRADED,
        "cc3": State.MAJOR,
        "cc4": State.MAINTENANCE,
    }


def test_names_in_several_languages():
    """English where there is one."""
    body = b'{"components": [{"id": "c1", "name": {"default": "Hub", "en": "Core"}, "status": "OPERATIONAL"}]}'
    assert read(body, {}).claims[0].name == "Core"


def test_summary_says_the_worst_impact_where_it_only_has_issues():
    """HASISSUES alone is at least degraded; here an incident says more."""
    page = read(recorded("instatus/summary.json"), {})
    assert [(c.id, c.name, c.state) for c in page.claims] == [("page", "Example", State.PARTIAL)]
    assert page.incidents[0].started_at == at("2026-04-15T15:00:00Z")
    assert page.incidents[0].posted_at is None
    assert page.incidents[1].maintenance


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("UP", State.OPERATIONAL),
        ("HASISSUES", State.DEGRADED),
        ("ALLUNDERMAINTENANCE", State.MAINTENANCE),
        ("ONEMAJOROUTAGE", State.MAJOR),
        ("SOMEPARTIALOUTAGE", State.PARTIAL),
        ("FABULOUS", State.UNKNOWN),
        ("UNDERMAINTENANCE", State.MAINTENANCE),
    ],
)
def test_page_words(word, state):
    """The lists of what is active are left out on good days."""
    body = f'{{"page": {{"name": "x", "status": "{word}"}}}}'.encode()
    assert read(body, {}).claims[0].state is state


def test_a_page_without_status_is_not_understood():
    """Atlassian's `page` has none."""
    with pytest.raises(NotUnderstoodError, match="neither components"):
        read(b'{"page": {"id": "x"}}', {})


def test_no_components_are_not_understood():
    """An empty list is no good news."""
    with pytest.raises(NotUnderstoodError, match="no component"):
        read(b'{"components": []}', {})

"""Generic feeds with rules."""

import pytest

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.feed import read
from probes.model import State
from tests.probes.dialects.recorded import at, recorded

XAI = {"components": {"xai-api": ["[API]"], "grok-web": ["[Grok (Web)]"]}}


def test_status_in_cdata():
    """xAI writes "Status: RESOLVED" into the text; the component stands in the title's brackets."""
    page = read(recorded("feed/xai.xml"), XAI)
    assert [(c.id, c.state) for c in page.claims] == [("xai-api", State.OPERATIONAL), ("grok-web", State.MAJOR)]
    assert {i.id: (i.status, i.components) for i in page.incidents} == {
        "INC00000001": ("resolved", ("xai-api",)),
        "INC00000002": ("active", ("grok-web",)),
    }
    assert page.incidents[1].posted_at == at("2026-09-03T13:30:00Z")


def test_a_feed_never_states_an_end():
    """Ends are lost in feeds, so no duration can come of one."""
    page = read(recorded("feed/xai.xml"), XAI)
    assert [i.resolved_at for i in page.incidents] == [None, None]


def test_all_resolved_is_operational():
    """The vendor's own words say that it is over."""
    page = read(recorded("feed/xai_calm.xml"), {})
    assert [(c.id, c.state) for c in page.claims] == [("page", State.OPERATIONAL)]


def test_an_empty_feed_is_unknown_unless_the_rules_say_otherwise():
    """Empty can be calm or broken: only who knows the page may call it calm."""
    assert read(recorded("feed/empty.xml"), {}).claims[0].state is State.UNKNOWN
    assert read(recorded("feed/empty.xml"), {"empty": "operational"}).claims[0].state is State.OPERATIONAL


def test_incident_io_s_feed():
    """Status in bold, affected components with their states."""
    page = read(recorded("feed/incident_io.atom"), {})
    assert page.claims[0].state is State.PARTIAL
    assert page.incidents[0].status == "investigating"


def rss(title: str, text: str = "", extra: str = "") -> bytes:
    return (
        f"<rss><channel><title>t</title><item><title>{title}</title><description>{text}</description>{extra}"
        "</item></channel></rss>"
    ).encode()


@pytest.mark.parametrize(
    ("title", "text", "state"),
    [
        ("[RESOLVED] API", "", State.OPERATIONAL),
        ("Resolved: API", "", State.OPERATIONAL),
        ("API errors – Mitigated", "", State.OPERATIONAL),
        ("API errors - Applying mitigation", "", State.UNKNOWN),
        ("API", "&lt;strong&gt;In progress&lt;/strong&gt; - Works", State.MAINTENANCE),
        ("API", "&lt;b&gt;Status: Monitoring&lt;/b&gt;", State.DEGRADED),
        ("API", "&lt;strong&gt;RESOLVED&lt;/strong&gt; - This incident has been resolved.", State.OPERATIONAL),
        ("API", "It was resolved, or so they say", State.UNKNOWN),
        ("API", "&lt;strong&gt;Scheduled&lt;/strong&gt; - At night", State.OPERATIONAL),
        ("API", "&lt;strong&gt;Update&lt;/strong&gt; - The API has recovered", State.DEGRADED),
        ("All systems operational", "", State.UNKNOWN),
        ("API", "Status: ACTIVE. Severity: outage", State.MAJOR),
    ],
)
def test_phases(title, text, state):
    """Only a platform's status word counts, never prose; without one the state is unknown."""
    assert read(rss(title, text), {}).claims[0].state is state


def test_one_word_stands_for_a_list_of_one():
    """As people write YAML."""
    assert read(rss("API [RESOLVED]"), {"closed_words": "[resolved]"}).claims[0].state is State.OPERATIONAL


def test_own_words_and_severities():
    """A page's own phrases go first."""
    rules = {"open_words": ["trouble"], "closed_words": ["all good"], "severity": {"big": "major_outage"}}
    assert read(rss("Big trouble"), rules).claims[0].state is State.MAJOR
    assert read(rss("Trouble, all good now"), rules).claims[0].state is State.OPERATIONAL
    assert read(rss("Trouble"), {**rules, "state": "partial_outage"}).claims[0].state is State.PARTIAL


@pytest.mark.parametrize(
    "rules",
    [
        {"components": ["a"]},
        {"components": {"a": 3}},
        {"severity": "bad"},
        {"severity": {"a": "awful"}},
        {"empty": "fine"},
        {"closed_words": [1]},
    ],
)
def test_rules_of_a_wrong_kind_are_named(rules):
    """A mistake in the catalogue is said, not guessed around."""
    with pytest.raises(NotUnderstoodError, match="option"):
        read(rss("x"), rules)


def test_addresses_get_a_scheme_and_no_other_is_passed_on():
    """OpenRouter writes links without one; scripts are dropped."""
    assert read(rss("x", extra="<link>status.example.com/incidents/1</link>"), {}).incidents[0].url == (
        "https://status.example.com/incidents/1"
    )
    assert read(rss("x", extra="<link>javascript:alert(1)</link>"), {}).incidents[0].url == ""

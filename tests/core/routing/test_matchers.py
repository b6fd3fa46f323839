import contextlib
import re
import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.routing.matchers import KEYS, Matcher, facts_of, labelled, matcher, matchers, matches
from bot.core.routing.regex import LONGEST, pattern
from probes.model import State
from tests.support.situations import INCIDENT, NOTICE, told, voices

KEY = st.sampled_from([*KEYS, "team", "tier"])
VALUES = st.text(max_size=30)
OPS = st.sampled_from(["=", "!="])
SIMPLE = st.builds(Matcher, KEY, OPS, VALUES)
FACTS = st.dictionaries(KEY, st.frozensets(VALUES, max_size=3))
PARTS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\.", "-", "[a-c]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        inner.map("({})".format),
        st.tuples(inner.map("(?:{})".format), st.sampled_from("*+?")).map("".join),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('service="claude"', Matcher("service", "=", "claude")),
        ("service=claude", Matcher("service", "=", "claude")),
        ("  service = claude ", Matcher("service", "=", "claude")),
        ('state=~"major_outage|partial_outage"', Matcher("state", "=~", "major_outage|partial_outage")),
        ("state=~major_outage|partial_outage", Matcher("state", "=~", "major_outage|partial_outage")),
        ('team!="pay, ments"', Matcher("team", "!=", "pay, ments")),
        (r'note!~"say \"so\" or \\d"', Matcher("note", "!~", r'say "so" or \d')),
        ("team=", Matcher("team", "=", "")),
        ('team=""', Matcher("team", "=", "")),
    ],
)
def test_a_matcher_is_read_as_alertmanager_reads_it(text, read):
    """Quotes are optional, spaces around do not count."""
    assert matcher(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "service",
        "=claude",
        "service claude",
        "service==claude",
        "1x=y",
        "a=b c",
        'a="b',
        'a=b"',
        "a={b}",
        "a=~(b",
        "a=~b)",
        "a=~*b",
        "a=~^b$",
        "a=~[b",
        "a=~b**",
        r'a=~"\\q"',
        "a=~" + "(" * 50 + ")" * 50,
        "a=" + "b" * 9_999,
        "a=~[z-a]",
    ],
)
def test_what_is_no_matcher_is_said_in_one_sentence(text):
    """Never another error than ValueError, and never the whole of a long text."""
    with pytest.raises(ValueError, match=r"."):
        matcher(text)
    with pytest.raises(ValueError, match=r"^[^\n]{10,400}$"):
        matcher(text)


@given(st.text(max_size=300))
def test_hostile_text_is_read_or_refused(text):
    """Nothing typed breaks the reader."""
    for read in (matcher, matchers):
        with contextlib.suppress(ValueError):
            read(text)


@given(st.lists(SIMPLE, max_size=4))
def test_what_is_written_is_read_again(conditions):
    """Each by itself, and all with commas and braces."""
    assert [matcher(str(one)) for one in conditions] == conditions
    assert matchers("{" + ", ".join(map(str, conditions)) + "}") == tuple(conditions)


@given(FACTS, KEY, VALUES)
def test_one_value_of_several_is_enough_and_none_for_the_opposite(facts, key, value):
    """As in Alertmanager, a key without a value is the empty string."""
    values = facts.get(key) or {""}
    assert matches([Matcher(key, "=", value)], facts) is (value in values)
    assert matches([Matcher(key, "!=", value)], facts) is (value not in values)
    assert matches([Matcher(key, "=~", ".*")], facts) is not matches([Matcher(key, "!~", ".*")], facts)


@given(st.lists(SIMPLE, max_size=4), FACTS)
def test_all_conditions_must_hold(conditions, facts):
    """And of none this is true."""
    assert matches(conditions, facts) is all(matches([one], facts) for one in conditions)


@given(PARTS, st.text(alphabet="abc1.-", max_size=12))
@example("a|", "")
@example("(?:a*)*", "aaab")
def test_patterns_mean_what_pythons_mean(text, value):
    """The same words, another engine."""
    assert pattern(text)(value) is (re.fullmatch(text, value, re.DOTALL) is not None)


@pytest.mark.parametrize(
    "hostile", ["(a*)*b", "(a|a)*b", "(a|aa)+$"[:-1] + "b", "(.*a){1}"[:-3] + "*b", "a?" * 90 + "a" * 20]
)
def test_no_pattern_blows_up(hostile):
    """What holds Python's own engine for longer than the world stands."""
    began = time.perf_counter()
    pattern(hostile)("a" * LONGEST)
    assert time.perf_counter() - began < 0.5


def test_a_value_longer_than_any_is_matched_by_no_pattern():
    """The bound holds for both sides."""
    assert pattern(".*")("a" * LONGEST)
    assert not pattern(".*")("a" * (LONGEST + 1))


LABELS = {"": {"team": "ai", "tier": "1"}, "claude-api": {"team": "core"}}


def test_labels_of_a_component_go_before_its_services():
    """And a service without any is asked for nothing."""
    assert labelled(LABELS, ["claude-api"]) == {"team": {"core"}, "tier": {"1"}}
    assert labelled(LABELS, ["claude-api", "claude-ai"]) == {"team": {"core", "ai"}, "tier": {"1"}}
    assert labelled(LABELS, []) == {"team": {"ai"}, "tier": {"1"}}
    assert labelled({}, ["claude-api"]) == {}


def test_an_incident_is_its_components_its_worst_and_where_it_was_seen():
    """What an incident has been; a label never hides a fact."""
    incident = replace(INCIDENT, components=("claude-ai", "claude-api"), worst=State.MAJOR, state=State.PARTIAL)
    facts = facts_of(told(incident, voices()), {"": {"service": "trick"}, "claude-api": {"team": "core"}})
    assert facts["service"] == {INCIDENT.service}
    assert facts["component"] == {"claude-ai", "claude-api"}
    assert facts["state"] == {"major_outage"}
    assert facts["kind"] == {"incident"}
    assert facts["team"] == {"core"}
    assert facts["fault"] <= {"vendor", "edge"}


def test_a_discrepancy_is_its_kind_and_both_sides_words():
    """`kind="discrepancy"` is all of them, `kind="unacknowledged"` one."""
    facts = facts_of(told(INCIDENT, voices(), NOTICE), {})
    assert facts["kind"] == {"discrepancy", NOTICE.kind.value}
    assert facts["component"] == {NOTICE.component}
    assert facts["state"] == {NOTICE.measured.value, NOTICE.claimed.value}


def test_what_we_say_of_ourselves_is_own():
    """Without component and state."""
    facts = facts_of(replace(told(INCIDENT, voices()), incident=None), {})
    assert facts["kind"] == {"own"}
    assert not facts["component"]

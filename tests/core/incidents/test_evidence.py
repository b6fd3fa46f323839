"""What is kept of an incident: bounded however long it lasts, and the counts never lost."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.history.recent_counts import Minute, counted
from bot.core.incidents import evidence
from bot.core.incidents.evidence import (
    CLAIMS,
    EVERY_S,
    IDS,
    KINDS,
    POINTS,
    Evidence,
    EvidenceCollector,
    EvidenceState,
    NewEvidence,
)
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Failure
from bot.core.model.statuspage import PageStatus
from probes.model import State

START = 1_776_000_000.0
NONE: tuple[Minute, ...] = ()
INCIDENT = Incident("4F7K", "claude", "failures", IncidentStatus.OPEN, ("api",), State.PARTIAL, START, START + 60)


def failure(n, symptom="http_500"):
    """The n-th failure, with its request id."""
    return Failure(START + n, symptom, "app_backend", "eu", f"req_{n}")


def test_the_first_and_the_last_request_ids_stay():
    """How it began for the story, the freshest for the vendor's support."""
    kept = evidence.opened(("api", failure(n)) for n in range(100))

    assert [n for _, n in kept.ids] == [f"req_{n}" for n in (*range(5), *range(95, 100))]
    assert kept.symptoms == {"http_500": 100}
    assert len(kept.ids) == IDS


def test_what_failed_before_the_alert_is_counted_whole():
    """Only the latest failures are kept one by one; how many there were is known all the same."""
    latest = [("api", failure(n)) for n in range(12)]
    kept = evidence.opened(latest, {"api": (("http_500", 31), ("reset", 2)), "web": ()})

    assert kept.symptoms == {"http_500": 31, "reset": 2}
    assert kept.components == {"api": 33}
    assert evidence.opened(latest, {"api": (("http_500", 3),)}).symptoms == {"http_500": 12}


@given(st.lists(st.text(max_size=80), max_size=60))
def test_kinds_are_bounded_and_all_are_counted(words):
    """A hostile vendor may invent symptoms without end."""
    kept = evidence.opened(("api", failure(n, word)) for n, word in enumerate(words))

    assert len(kept.symptoms) <= KINDS + 1
    assert sum(kept.symptoms.values()) == len(words)


@given(st.lists(st.booleans(), min_size=1, max_size=700), st.integers(5, 90))
def test_the_course_counts_every_look_once(looks, apart):
    """However long it lasts: the minutes grow, the sums stay, nothing overlaps."""
    kept, minutes = Evidence({}, {}), NONE
    for n, bad in enumerate(looks):
        minutes = counted(minutes, START + n * apart, failed=bad)
        kept = evidence.followed(kept, INCIDENT, {"api": minutes})
    ends = [s.minute + s.minutes for s in kept.course]

    assert len(kept.course) <= POINTS
    assert sum(s.total for s in kept.course) == len(looks)
    assert sum(s.failed for s in kept.course) == sum(looks)
    assert all(end <= s.minute for end, s in zip(ends, kept.course[1:], strict=False))


def test_the_course_of_days_is_bounded():
    """Three days of looks every minute."""
    kept, minutes = Evidence({}, {}), NONE
    for n in range(3 * 1440):
        minutes = counted(minutes, START + n * 60, failed=n % 4 == 0)
        kept = evidence.followed(kept, INCIDENT, {"api": minutes})

    assert len(kept.course) <= POINTS
    assert sum(s.total for s in kept.course) == 3 * 1440


def test_the_page_is_noted_when_it_changes_its_word():
    """Once for each word, bounded for a page that flaps."""
    kept = Evidence({}, {})
    for n in range(100):
        state = State.MAJOR if n // 2 % 2 else State.OPERATIONAL
        kept = evidence.heard(kept, INCIDENT, {"api": PageStatus(state, "w", START + n, START + n // 2 * 2)})

    assert len(kept.said) == CLAIMS
    assert [s.at for s in kept.said[:3]] == [START, START + 2, START + 4]
    assert evidence.heard(kept, INCIDENT, {"api": PageStatus(unreadable="gone", read_at=1.0)}) == kept


def test_a_dossier_is_written_with_its_incident_and_forgotten_after_its_end():
    """At once when the incident changes, now and then while it stands, a last time when it is over."""
    files = EvidenceCollector(EvidenceState())
    evidence = NewEvidence({"api": (failure(1), Failure(START - 99, "old", "x", "eu"))}, {}, {})
    files.follow([INCIDENT], ["4F7K"], evidence)
    first = files.take(START)
    files.follow([INCIDENT], [], evidence)
    files.failed([INCIDENT], "api", failure(2))
    files.failed([INCIDENT], "other", failure(3))
    files = EvidenceCollector(files.state())

    assert first["4F7K"].symptoms == {"http_500": 1}, "a failure from before it is none of its own"
    assert files.take(START + 1) == {}
    assert files.take(START + EVERY_S)["4F7K"].symptoms == {"http_500": 2}
    over = Incident("4F7K", "claude", "failures", IncidentStatus.RESOLVED, ("api",), State.PARTIAL, START, START + 60)
    files.follow([over], ["4F7K"], evidence)
    assert "4F7K" in files.take(START + EVERY_S + 1)
    assert files.state() == EvidenceState()
    files.follow([over], ["4F7K"], evidence)
    assert files.take(START + EVERY_S + 2) == {}, "a vote after the end does not begin it anew"


def test_components_out_of_step_do_not_undo_each_other():
    """One component's results come half a minute, or five, before the other's."""
    kept, ahead, behind = Evidence({}, {}), NONE, NONE
    for n in range(60):
        ahead = counted(ahead, START + n * 60, failed=True)
        if n >= 5:
            behind = counted(behind, START + (n - 5) * 60, failed=True)
        both = Incident("4F7K", "claude", "failures", IncidentStatus.OPEN, ("api", "web"), State.PARTIAL, START, START)
        kept = evidence.followed(kept, both, {"api": ahead, "web": behind})

    assert sum(s.failed for s in kept.course) == 60 + 55


def test_the_worst_stretch_has_enough_looks_to_tell():
    """One failure of one is no worst minute."""
    minutes = (Minute(29_600_001, 1, 1), Minute(29_600_002, 10, 3), Minute(29_600_003, 10, 1))
    kept = evidence.followed(Evidence({}, {}), INCIDENT, {"api": minutes})

    assert kept.worst is not None
    assert (kept.worst.failed, kept.worst.total) == (3, 10)
    assert Evidence({}, {}).worst is None


@given(st.lists(st.booleans(), min_size=12, max_size=60))
def test_what_lies_before_the_kept_minutes_is_counted_too(pattern):
    """An alert that comes later than ten minutes after the first failure has every result since then, once."""
    pattern = [True, *pattern]
    minutes = NONE
    for n, bad in enumerate(pattern):
        minutes = counted(minutes, START + n * 60, failed=bad)
    new = NewEvidence({}, {"api": {"c": minutes}}, {}, counts={"api": (sum(pattern), len(pattern))})
    files = EvidenceCollector(EvidenceState())
    files.follow([INCIDENT], ["4F7K"], new)
    kept = files.take(START)["4F7K"].course

    assert (sum(s.failed for s in kept), sum(s.total for s in kept)) == (sum(pattern), len(pattern))
    assert kept[0].minute == START // 60
    assert [s.minute for s in kept] == sorted(s.minute for s in kept)


def test_a_component_that_joins_brings_its_earlier_failures():
    """The postmortem counts what the messages counted: from its own first failure on, once each."""
    both = replace(INCIDENT, components=("api", "web"), active=("api", "web"))
    files = EvidenceCollector(EvidenceState())
    files.follow([INCIDENT], [], NewEvidence({"api": (failure(1),)}, {}, {}, {"api": (("http_500", 1),)}))
    files.failed([INCIDENT], "web", failure(2))
    files.failed([both], "web", failure(3))
    known = {"api": (failure(1),), "web": (failure(2), failure(3))}
    files.follow([both], [], NewEvidence(known, {}, {}, {"api": (("http_500", 1),), "web": (("http_500", 4),)}))
    files.failed([both], "web", failure(9))
    kept = files.take(START)["4F7K"]

    assert kept.components == {"api": 1, "web": 5}
    assert kept.symptoms == {"http_500": 6}

"""A job in trouble from its report to the words that people read: of it there are no requests to count."""

from dataclasses import replace

from bot.core.answers.status import we_see
from bot.core.detection.assessment import AssessorSettings
from bot.core.incidents.blindness import reason
from bot.core.judging.judgement import Judgement
from bot.core.messages.facts import measured_facts
from bot.core.messages.headline import wordings
from bot.core.messages.incident_card import card
from bot.core.model.service import ServiceView
from bot.core.text.inline import utc
from probes.model import Fault, Layer, Observation, Outcome, State

START = 1_776_000_000.0
SAID = 'the last run failed with exit code 3 after 65 s: "disk full"'
VIEW = ServiceView("jobs", "Jobs", {"backup": "Nightly backup"}, {}, rules={"backup/ping": ((1, 1),)})


def seen(at: float, symptom: str = "", detail: str = "") -> Observation:
    """One reading of the heartbeat."""
    well = Observation("backup/ping", "jobs", "backup", "pings", START + at, Outcome.OK)
    failed = replace(well, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.JOB)
    return replace(failed, symptom=symptom, detail=detail) if symptom else well


def judged(*rows: Observation):
    """What was decided after each row, by a judge of hourly readings that has seen good days."""
    judgement = Judgement(VIEW, AssessorSettings(components=("backup",), interval_s=30.0))
    for n in range(20):
        judgement.see(seen(30.0 * n))
        judgement.settle(START + 30.0 * n)
    for row in rows:
        judgement.see(row)
        yield judgement.settle(row.at)


def test_one_failed_run_alerts_in_its_own_words() -> None:
    """At once, red, with what the job said; no request and no rate is named."""
    (decided,) = judged(seen(600, "exit_code_3", SAID))
    (incident,) = decided.incidents
    snapshot = decided.notices[0].snapshot
    made = card(incident, snapshot, START + 600, ())
    assert made.headline == "🔴 Jobs Nightly backup: its last run failed with exit code 3"
    assert made.lines[0][1].startswith(SAID)
    assert ("Do now", "See what it reported: why backup") in made.lines
    assert "request" not in str(made.lines)
    assert incident.peak_rate == 0


def test_a_missed_ping_lasts_until_a_success_and_no_longer() -> None:
    """However often it is read meanwhile; the success ends it at once."""
    missed = [seen(600 + 30 * n, "ping_missed") for n in range(20)]
    *during, over = judged(*missed, seen(1230))
    voices = during[-1].voices["backup"]
    assert utc(we_see(voices.measured, START + 1200), START + 1200).startswith("🔴 no ping in time, for ")
    assert {i.state for d in during for i in d.incidents} <= {State.PARTIAL, State.MAJOR}
    assert [n.snapshot.reason for d in during for n in d.notices].count("opened") == 1
    (incident,) = over.incidents
    assert incident.resolved_at == START + 1230
    assert incident.peak_rate == 0
    headline = next(iter(wordings(incident, over.notices[0].snapshot, START + 1230)))
    assert headline == "Jobs Nightly backup recovered after 10 min"


def test_the_facts_say_since_when() -> None:
    """In the reader's own time."""
    (decided,) = judged(seen(600, "run_overdue"))
    (incident,) = decided.incidents
    said = measured_facts(incident, [decided.voices["backup"]], "Jobs", START + 660)
    assert utc(said[0], START + 660) == "its run has not ended in time, since 13:30 UTC"


def test_what_is_not_known_is_said_as_such() -> None:
    """Before the first ping, and after our own absence."""
    for symptom, said in (
        ("no_ping_yet", "no ping has come yet"),
        ("door_closed", "its ping was due while Groundtruth could not be reached, so it may have been lost"),
    ):
        blind = Observation(
            "backup/ping", "jobs", "backup", "pings", START, Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.JOB, symptom
        )
        assert reason(blind) == said

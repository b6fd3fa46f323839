"""The report after an incident: the golden one of 13 April, and nothing hostile in any."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.core.incidents.evidence import Evidence, PageStatusChange
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.person import Person
from bot.core.postmortem.casefile import Casefile
from bot.core.postmortem.report import postmortem
from bot.core.text.durations import duration
from bot.core.text.markdown import code, plain
from bot.store.types import Delivery
from probes.model import State

GOLDEN = Path(__file__).parents[2] / "data" / "report-cards"
START = 1_776_000_000.0
EVIL = "<!channel> @everyone </a> **x** & <script>alert(1)</script> [y](https://evil.example) | `z` www.evil.example"


def casefile(**changes):
    """The casefile of the demo's incident as it was kept."""
    kept = json.loads((GOLDEN / "april-13.json").read_text("utf-8"))
    found = {
        "incident": TypeAdapter(Incident).validate_python(kept["incident"]),
        "service": kept["service"],
        "names": kept["names"],
        "dossier": TypeAdapter(Evidence).validate_python(kept["dossier"]),
        "records": TypeAdapter(tuple[Discrepancy, ...]).validate_python(kept["records"]),
        "deliveries": TypeAdapter(tuple[Delivery, ...]).validate_python(kept["deliveries"]),
        "usual_lag_s": tuple(kept["usual_lag_s"]),
        "workarounds": tuple(kept["workarounds"]),
    }
    return Casefile(**(found | changes)), kept["now"]


def test_the_report_of_13_april_reads_as_it_was_read_by_eye():
    """Word for word; REWRITE_CARDS=1 writes it anew, to be read again."""
    answer = postmortem(*casefile())
    path = GOLDEN / "april-13.md"
    if os.environ.get("REWRITE_CARDS"):
        path.write_text(answer.text, "utf-8")

    assert answer.text == path.read_text("utf-8")
    assert json.loads(json.dumps(answer.data))["never_admitted"] == ["claude-api"]
    assert answer.data["detection_lag_s"] < answer.data["page_lag_s"]
    assert [line["at"] for line in answer.data["timeline"]] == sorted(line["at"] for line in answer.data["timeline"])


def test_the_trouble_ends_with_its_last_failure_in_every_part_of_the_report():
    """As in the message: we resolve it later, which is said beside it."""
    case, now = casefile()
    incident = case.incident
    ended = incident.resolved_at - 900.0
    answer = postmortem(replace(case, incident=replace(incident, failed_at=ended)), now)
    lasted = duration(ended - incident.started_at)
    assert f"From 15:31 UTC to 16:16 UTC ({lasted}) we measured frequent failures on" in answer.text
    assert "; resolved at 16:31 UTC." in answer.text
    assert f"| Lasted | {lasted} |" in answer.text
    assert answer.data["duration_s"] == ended - incident.started_at
    assert "| Last failure | 16:16:" in answer.text
    assert "| Resolved | 16:31:" in answer.text


def hostile(words, **changes):
    """An incident in which everything upstream says `words`."""
    page = Discrepancy(
        "D1", "claude", "api", DiscrepancyKind.UNACKNOWLEDGED, START, START, outcome=words, closed_at=START
    )
    lost = Delivery("x", words, words, 1, 0, 0, "", 3, words, None, START)
    incident = Incident(
        words, "claude", "failures", IncidentStatus.RESOLVED, ("api", words), State.PARTIAL, START, START + 60,
        resolved_at=START + 600, acknowledged_at=START + 90, why=words, worst=State.PARTIAL, peak_rate=0.2,
        acknowledged_by=Person("slack", words, words, words),
        timeline=(TimelineEntry(START + 60, words, words), TimelineEntry(START + 90, "acknowledged", words)), **changes,
    )  # fmt: skip
    said = (
        PageStatusChange(START + 70, "api", State.MAJOR, words),
        PageStatusChange(START + 80, words, State.MAJOR, words),
    )
    dossier = Evidence({words: 3}, {words: 3}, ((START, words),), (), said, {words: 2, "api": 1})
    return Casefile(incident, words, {"api": words}, dossier, (page,), (lost,), None, (words,))


def test_nothing_upstream_formats_links_or_mentions():
    """In Markdown as GitHub and the platforms read it: every mark is escaped or in a code span."""
    text = postmortem(hostile(EVIL), START + 700).text
    outside = re.sub(r"`[^`\n]*`", "", text)

    assert "evil" in text
    assert not re.search(r"(?<!\\)<", outside)
    assert not re.search(r"(?<!\\)\*\*x", outside)
    assert not re.search(r"(?<!\\)\]\(", outside)
    assert "https://" not in outside
    assert "www.evil" not in outside
    assert "@everyone" not in outside


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_words_leave_the_report_whole(words):
    """Every section is there once, every table row has its cells, and the data are JSON."""
    answer = postmortem(hostile(words), START + 700)
    lines = answer.text.split("\n")

    assert [line for line in lines if line.startswith("## ")] == [
        "## Summary", "## Impact", "## Timeline", "## Detection and acknowledgement", "## Cause",
        "## Workarounds", "## Messages sent", "## To fill in",
    ]  # fmt: skip
    head = 0
    for line in lines:
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not head or cells in (0, head), line
        head = cells
    json.dumps(answer.data)


@given(st.text(max_size=300))
def test_a_code_span_cannot_be_ended_from_inside(words):
    """Nor can the table it stands in."""
    made = code(words)
    assert made.count("`") in (0, 2)
    assert "|" not in made
    assert "\n" not in made + plain(words)


@pytest.mark.parametrize("words", ["- a", "1. a", "2) b", "+ c", "# d", "> e", "===", "***"])
def test_no_words_begin_a_list_or_heading(words):
    """At the start of a point they are words."""
    assert plain(words).startswith("\\") or re.match(r"\d\\", plain(words))


def test_an_incident_that_goes_on_is_a_draft():
    """With what is known so far, and nothing claimed about its end."""
    full, now = casefile()
    open_one = Incident(
        "4F7K", "claude", "failures", IncidentStatus.OPEN, ("claude-api",), State.PARTIAL, now - 600, now - 500
    )
    answer = postmortem(Casefile(open_one, "Claude", full.names), now)

    assert "**A draft: the incident goes on.**" in answer.text
    assert "has not admitted it yet" in answer.text
    assert answer.data["draft"] is True
    assert answer.data["evidence"] is None

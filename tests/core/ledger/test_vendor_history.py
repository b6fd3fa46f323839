"""Vendors' own histories as rows, and the figures that must come out of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.ledger import vendor_history
from bot.core.ledger.accuracy import figures, grade, honesty, lags, usual_lag
from bot.core.model.ledger import LedgerEntry, Source, quarter
from bot.core.stats.quantiles import quantile

SHARED = Path(__file__).parents[4] / "shared" / "data"
recorded = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings are not beside the repository")
APRIL = "statuspage_claude_incident_2026-04-13.json"
OURS = {"rwppv331jlwc": "claude-ai", "yyzkbfz2thpt": "claude-code", "k8w3r06qmzrp": "claude-api", "copilot": "copilot"}


def rows(name, folder="lag"):
    """The rows of a recording."""
    return vendor_history.read((SHARED / folder / name).read_bytes(), "claude", OURS)


def total(of, source):
    """The figures of all rows of a source, which are there."""
    found = of.overall(source)
    assert found is not None
    return found


def minutes(measured):
    """Median, p75, p90 and max in minutes."""
    return tuple(round(v / 60, 1) for v in (measured.median, measured.p75, measured.p90, measured.max))


@recorded
def test_claude_s_own_words_on_2026():
    """39 incidents: median 15 min, p90 57 by the definition that is named (54 by nearest rank), longest 237."""
    found = figures(rows("claude_ack_lag_2026.csv"), Source.STATED)

    assert (found.n, found.ack.n, found.left_out) == (39, 39, 0)
    assert minutes(found.ack) == (15.0, 33.0, 57.2, 237.0)
    assert minutes(found.closing) == (25.0, 49.5, 80.0, 112.0)
    assert (found.late, found.never, found.grade) == (5, 0, "D")


@recorded
def test_github_s_own_words():
    """152 of 163 are within -5 min and 12 h: median 39.5, p75 79, p90 169."""
    found = figures(rows("github_ack_lag.csv"), Source.STATED)

    assert (found.n, found.left_out) == (152, 11)
    assert [int(m * 2) / 2 for m in minutes(found.ack)[:3]] == [39.5, 79.0, 169.0]
    assert found.grade == "F"


@recorded
def test_slices_by_component_and_quarter():
    """An incident counts once in all and once in each of its components; quarters are of its beginning."""
    of = honesty("github-copilot", rows("github_ack_lag.csv"))
    by = {f.slice: f for f in of.figures}

    assert by["copilot"].n > 30
    assert sum(f.n for name, f in by.items() if name[:3] == "202") == by[""].n == 152
    assert by["2024Q1"].n > 0


@recorded
def test_posts_after_the_fact_are_counted_as_such_and_have_no_lag():
    """A list of posts that came when all was over gives no beginning: nothing is made of its sentences."""
    found = figures(rows("claude_retro_only_posts_2026.csv"), Source.STATED)

    assert (found.n, found.page_only, found.afterwards, found.late, found.ack.n) == (0, 6, 6, 0, 0)


@recorded
def test_a_statuspage_incident_with_its_window_in_words():
    """13 April: "betwen 15:31 to 16:19 UTC" is the stated impact, 15:40:43.659 the post, of what was marked red."""
    [row] = rows(APRIL, "status-pages")

    assert (row.source, row.incident, row.impact) == (Source.STATED, "6jd2m42f8mld", "critical")
    assert (round(row.ack_s), round(row.closing_s)) == (9 * 60 + 44, 16 * 60 + 58)
    assert set(row.components) == {"claude-ai", "claude-code", "Claude Cowork"}


@recorded
def test_a_start_that_is_the_moment_of_the_post_is_no_stated_impact():
    """15 April: no window is stated, and "8:01 PT / 16:01 UTC" in the text is none."""
    [row] = rows("statuspage_claude_incident_2026-04-15.json", "status-pages")

    assert (row.began_at, row.ended_at, row.ack_s, row.closing_s) == (None, None, None, None)
    assert quarter(row.at) == "2026Q2"


@pytest.mark.parametrize(
    ("words", "written", "expected"),
    [
        ("errors between 15:31 to 16:19 UTC.", "2026-04-13T16:36:00Z", ("13T15:31", "13T16:19")),
        ("from 23:50 UTC until 00:20 UTC", "2026-04-13T00:40:00Z", ("12T23:50", "13T00:20")),
        ("from 22:46 - 23:52 UTC", "2026-04-13T00:10:00Z", ("12T22:46", "12T23:52")),
        ("between 17:00 and 18:00 UTC", "2026-04-13T16:36:00Z", None),
        ("between 25:00 and 26:00 UTC", "2026-04-13T16:36:00Z", None),
        ("between 8:01 and 9:01 PT", "2026-04-13T16:36:00Z", None),
        ("all is well", "2026-04-13T16:36:00Z", None),
    ],
)
def test_windows_in_words(words, written, expected):
    """Only plain sentences about a possible time, near the update, are believed."""
    update = {"created_at": written, "body": words}
    incident = {"id": "x", "created_at": written, "incident_updates": [update], "resolved_at": written}
    [row] = vendor_history.read(json.dumps({"incidents": [incident]}).encode(), "claude", {})
    times = (row.began_at, row.ended_at)
    found = tuple(datetime.fromtimestamp(at, UTC).strftime("%dT%H:%M") for at in times if at is not None)

    assert found == (expected or ())


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"{", b"[]", b"{}", b'{"incidents": 5}', b'{"incidents": [{"id": 1}]}', b"a,b\n1,2\n",
        b"posted_utc\n2026-01-01T00:00Z\n", b"[" * 100_000, b'{"components": []}', b"<html>",
    ],
)  # fmt: skip
def test_what_is_no_history_is_refused_in_words(body):
    """Every other file ends in one sentence."""
    with pytest.raises(vendor_history.HistoryError):
        vendor_history.read(body, "claude", {})


def test_hostile_histories_are_bounded():
    """Endless names and times that are none neither break nor fill anything."""
    long = "x" * 10_000
    update = {"created_at": long, "body": long, "affected_components": [{"code": long, "name": long}] * 99}
    good = {"created_at": "2026-01-01T00:00:00Z", "body": 7, "affected_components": 5}
    incident = {"id": long, "impact": long, "incident_updates": [update, good, 5], "components": [7, {"name": long}]}
    [row] = vendor_history.read(json.dumps({"incidents": [incident, None, 5]}).encode(), "claude", {})

    assert (len(row.incident), len(row.impact), len(row.components)) == (80, 40, 1)


def test_hosts_tell_whose_history_it_is():
    """The page's own address is among what a history names."""
    body = b"incident_id,url\n1,https://www.githubstatus.com/incidents/a\n2,https://www.githubstatus.com/incidents/b\n"

    assert vendor_history.hosts(body) == ("www.githubstatus.com",)
    assert "status.claude.com" in vendor_history.hosts(b'{"page":{"url":"https://status.claude.com"}}')


def test_the_quantile_is_the_named_one():
    """Linear between the closest ranks; the ends are the extremes."""
    assert [quantile([4, 1, 3, 2], share) for share in (0, 0.5, 0.75, 1)] == [1, 2.5, 3.25, 4]
    assert quantile([7], 0.9) == 7
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def measured(ack_min, **more):
    """A measured row with this lag, None for never."""
    seen = None if ack_min is None else 1000.0 + 60 * ack_min
    row = {"began_at": 1000.0, "alerted_at": 1120.0, "ended_at": 4600.0, "page_seen_at": seen}
    return LedgerEntry("claude", ("api",), Source.MEASURED, "4F7K", **{**row, **more})


@pytest.mark.parametrize(
    ("acks", "expected"),
    [
        ([5] * 9 + [None], "A"),
        ([5] * 8 + [None] * 2, "B"),
        ([5, 5, 5, 11, None], "C"),
        ([5, 5, 11, 12, None], "D"),
        ([11] * 5, "F"),
        ([1, 1, 1, 1], ""),
    ],
)
def test_grades_follow_the_printed_rule(acks, expected):
    """Prompt is within ten minutes; never is not; four troubles are too few."""
    assert grade([measured(a) for a in acks]) == expected


TABLE = b"""incident_id,posted_utc,impact_start_utc,impact_end_utc,resolved_utc,impact,components
1,2024-01-28T13:20:00Z,2024-01-28T13:00:00Z,2024-01-28T14:00:00Z,2024-01-28T14:42:00Z,minor,Pages|Copilot
2,2024-04-01T00:00:00Z,2024-03-31T23:58:00Z,2024-03-31T23:59:00Z,,major,
3,2024-04-01T10:00:00Z,2024-03-31T21:59:00Z,,,major,Pages
4,2024-04-01T10:00:00Z,2024-04-01T10:05:01Z,,,major,Pages
"""


def test_a_table_of_incidents():
    """Times, components by our names where we have them; what is beyond belief is left out and counted."""
    found = vendor_history.read(TABLE, "github-copilot", OURS)
    all_of_it = figures(found, Source.STATED)

    assert [row.components for row in found[:2]] == [("Pages", "copilot"), ()]
    assert [(row.ack_s, row.closing_s) for row in found[:2]] == [(1200.0, 2520.0), (120.0, None)]
    assert (all_of_it.n, all_of_it.left_out, all_of_it.late) == (2, 2, 1)
    assert [f.slice for f in honesty("github-copilot", found).figures] == ["", "Pages", "copilot", "2024Q1", "2024Q2"]


@recorded
def test_two_accounts_of_one_incident_count_once():
    """The table and the page's own record both have 13 April: the one that names components stays."""
    of = honesty("claude", [*rows("claude_ack_lag_2026.csv"), *rows(APRIL, "status-pages")])
    names = [f.slice for f in of.figures]

    assert total(of, Source.STATED).n == 39
    assert "claude-code" in names


@recorded
def test_measured_and_stated_are_never_mixed():
    """Each source has figures of its own; the usual lag is measured where there is enough of it."""
    stated = rows("claude_ack_lag_2026.csv")
    both = [*stated, *(measured(2) for _ in range(9)), measured(None)]
    of = honesty("claude", both)

    assert (total(of, Source.MEASURED).n, total(of, Source.STATED).n) == (10, 39)
    assert (total(of, Source.MEASURED).never, total(of, Source.MEASURED).ack.n) == (1, 9)
    assert usual_lag(both) == pytest.approx((900, 3432))
    assert usual_lag([*both, measured(2)]) == (120, 120)
    assert usual_lag([]) is None


def test_what_a_row_tells():
    """Who was first, how long each lag, and a word without a mark counts as a word."""
    first = measured(1, page_ended_at=4500.0)

    assert (first.page_first, first.ack_s, first.closing_s) == (True, 60.0, -100.0)
    assert not measured(3).page_first
    assert measured(None, mention_at=1300.0).ack_s == 300.0
    assert measured(70).late
    assert lags([None]).n == 0


def test_what_we_measured_is_believed_however_late():
    """Only stated times can be slips of the pen; those that state no beginning are neither in nor left out."""
    late = [
        measured(13 * 60),
        *vendor_history.read(TABLE, "x", {}),
        LedgerEntry("x", (), Source.STATED, "9", page_posted_at=5.0),
    ]
    of = honesty("x", late)

    assert (total(of, Source.MEASURED).n, total(of, Source.MEASURED).left_out) == (1, 0)
    assert (total(of, Source.STATED).n, total(of, Source.STATED).left_out, total(of, Source.STATED).page_only) == (
        2,
        2,
        1,
    )


@pytest.mark.parametrize(
    ("started", "began"), [("15:40:43.562", None), ("15:40:10", None), ("14:32:10", "14:32:10"), (None, None)]
)
def test_a_start_well_before_the_post_is_the_vendor_s_statement(started, began):
    """The moment of posting says nothing of the impact; a backdated start does."""
    posted = "2026-04-13T15:40:43.659Z"
    incident = {
        "id": "i",
        "started_at": started and f"2026-04-13T{started}Z",
        "incident_updates": [{"created_at": posted}],
    }
    [row] = vendor_history.read(json.dumps({"incident": incident}).encode(), "claude", {})

    assert row.began_at == (began and datetime.fromisoformat(f"2026-04-13T{began}+00:00").timestamp())


CASES = Path(__file__).parents[2] / "data" / "page-cases"


def test_the_day_in_a_sentence_is_the_start():
    """Posted on 8 June of something of 25 May: fourteen days late, and counted, because the sentence states its day."""
    found = vendor_history.read((CASES / "ledger_date_in_sentence.json").read_bytes(), "github-copilot", {})
    late = next(row for row in found if row.incident == "tm84vy58jq0h")

    assert datetime.fromtimestamp(late.began_at or 0, UTC).isoformat() == "2026-05-25T09:02:00+00:00"
    assert late.ack_s is not None
    assert round(late.ack_s / 86_400) == 14
    assert late.afterwards
    assert (figures(found, Source.STATED).n, figures(found, Source.STATED).left_out) == (3, 0)


def one(**more):
    """An incident of Statuspage's as its file has it."""
    update = {"status": "investigating", "created_at": "2026-05-01T10:00:00Z", "body": ""}
    return {"id": "i1", "name": "Errors", "impact": "minor", "incident_updates": [update], **more}


def test_a_bare_list_is_a_history_like_another():
    """As some exports are."""
    [row] = vendor_history.read(json.dumps([one()]).encode(), "claude", {})
    assert (row.incident, row.page_posted_at) == ("i1", 1777629600.0)


def test_a_page_of_several_products_gives_each_only_its_own():
    """By id; where no component is named, by the title; what names others only is theirs."""
    entries = [
        one(id="a", components=[{"id": "cop", "name": "Copilot"}, {"id": "act", "name": "Actions"}]),
        one(id="b", components=[{"id": "act", "name": "Actions"}], name="Copilot in Actions"),
        one(id="c", name="Incident with Copilot"),
        one(id="d", name="Incident with Actions"),
    ]
    ours, title = {"cop": "copilot"}, lambda words: ("copilot",) if "Copilot" in words else ()
    found = vendor_history.read(json.dumps({"incidents": entries}).encode(), "github-copilot", ours, title)
    assert [(row.incident, row.components) for row in found] == [("a", ("copilot",)), ("c", ("copilot",))]
    assert len(vendor_history.read(json.dumps({"incidents": entries}).encode(), "github-copilot", ours)) == 4


GOOGLE = {
    "id": "g1", "begin": "2026-05-01T10:00:00+00:00", "end": "2026-05-01T12:00:00+00:00",
    "created": "2026-05-01T10:40:00+00:00", "external_desc": "Errors", "status_impact": "SERVICE_DISRUPTION",
    "affected_products": [{"id": "Z0FZ", "title": "Vertex Gemini API"}, {"id": "other", "title": "Other"}],
    "updates": [{"created": "2026-05-01T12:30:00+00:00"}, {"created": "2026-05-01T10:45:00+00:00"}],
}  # fmt: skip


def test_google_s_file():
    """Its own beginning and end; only what names a product of ours."""
    entries = [GOOGLE, {**GOOGLE, "id": "g2", "affected_products": [{"id": "other", "title": "Other"}]}]
    [row] = vendor_history.read(json.dumps(entries).encode(), "vertex-ai", {"Z0FZ": "vertex-gemini"})
    assert (row.incident, row.components, row.impact) == ("g1", ("vertex-gemini",), "service_disruption")
    assert (row.ack_s, row.closing_s, row.afterwards) == (45 * 60.0, 30 * 60.0, False)


@recorded
def test_google_s_recorded_file():
    """Products that no incident of the excerpt names have no rows; those that one names do."""
    body = (SHARED / "status-pages" / "google_cloud_incidents_excerpt.json").read_bytes()
    products = {p["id"]: "x" for entry in json.loads(body) for p in entry.get("affected_products", [])}
    assert vendor_history.read(body, "vertex-ai", {"nosuch": "x"}) == []
    found = vendor_history.read(body, "vertex-ai", products)
    assert found
    assert all(row.began_at is not None and row.page_posted_at is not None for row in found)


def test_an_end_beyond_belief_is_no_lag():
    """A record that somebody closed nine days later says nothing of how late the page was."""
    good = LedgerEntry(
        "x", (), Source.STATED, "1", began_at=0.0, ended_at=600.0, page_posted_at=60.0, page_ended_at=1200.0
    )
    late = LedgerEntry(
        "x", (), Source.STATED, "2", began_at=0.0, ended_at=600.0, page_posted_at=60.0, page_ended_at=800_000.0
    )
    of = figures([good, late], Source.STATED)
    assert (of.n, of.ack.n, of.closing.n, of.closing.max) == (2, 2, 1, 600.0)

"""The answer to `history`: figures, a line of text, the same in words, and the series for machines."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.core.answers.history import history_answer, share_up
from bot.core.history.ranges import SPANS, RangeHistory, past
from bot.core.history.rollups import HOURS, MINUTES, Rollup
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.stats.histogram import bin_of
from bot.core.text.sparkline import ASCII_BLOCKS, ASCII_GAP, BLOCKS, GAP, spark
from probes.model import State

NOW = 493_360 * 3_600.0 + 1_830
DAY = SPANS["24h"]


def hour(ok, failed, up_s, partial_s=0):
    """An hour's sums."""
    return Rollup([ok, 0, failed, 1], [up_s * 1000, 0, partial_s * 1000, 0, 0], {bin_of(80.0): ok})


def known(hours, name="Claude API", span=DAY, written_to=NOW - 30, incidents=()):
    """A component of which these hours (before now, sums) are known."""
    buckets = {(HOURS, int(NOW // 3600) - ago): sums for ago, sums in hours.items()}
    return RangeHistory("claude", "claude-api", name, span, NOW, written_to, past(buckets, span, NOW), incidents)


def test_one_component_in_full():
    """A day with an hour of trouble and the rest unknown."""
    trouble = Incident(
        "4F7K", "claude", "failures", IncidentStatus.RESOLVED, ("claude-api",), State.PARTIAL, NOW - 9_000, NOW - 8_900,
        resolved_at=NOW - 5_400, peak_rate=0.25,
    )  # fmt: skip
    told = history_answer(
        [known({2: hour(90, 30, 600, 3_000), 3: hour(120, 0, 3_600)}, incidents=(trouble,))], "Claude", NOW
    )
    lines = dict(told.lines)

    assert told.title == "Claude API, 24h: uptime 58.3% of the 2h 0m known, 12% of checks failed"
    assert lines["Uptime"] == "58.3% · partial outage 50 min · unknown 21h 59m of 24h 0m"
    assert lines["Failures"] == "30 of 240 checks failed: 12% (95% interval 9–17%)"
    assert lines["Latency"].startswith("p50 ")
    assert lines["Over time"].startswith(GAP * 21 + BLOCKS[0] + BLOCKS[5] + GAP * 2)
    assert "25% (30 of 120)" in lines["Worst"]
    assert "4F7K" in lines["Incidents"]
    assert lines["Left out"].startswith("2 results")


def test_ascii_and_an_empty_past():
    """Where blocks cannot be shown, and where nothing was measured: never green, never zero."""
    told = history_answer([known({2: hour(90, 30, 600)})], "Claude", NOW, ascii_only=True)
    empty = history_answer([known({}, written_to=0.0)], "Claude", NOW)

    assert dict(told.lines)["Over time"].startswith(ASCII_GAP * 22 + ASCII_BLOCKS[5])
    assert dict(told.plainly().lines)["Over time"].isascii()
    assert empty.title == "Claude API, 24h: nothing measured"
    assert dict(empty.lines)["Uptime"].startswith("unknown")
    assert dict(empty.lines)["Counted"] == "nothing yet"
    assert set(dict(empty.lines)["Over time"].split()[0]) == {GAP}
    assert history_answer([], "Claude", NOW).title == "Claude: nothing is measured"


def test_a_service_is_a_table():
    """One row a component; the lowest uptime is the headline."""
    told = history_answer(
        [known({2: hour(90, 30, 600, 3_000)}, "Claude API"), known({2: hour(120, 0, 3_600)}, "<!channel>")],
        "Claude",
        NOW,
    )

    assert told.title == "Claude, 24h: lowest uptime 16.7% (Claude API)"
    assert told.table is not None
    assert [row[0] for row in told.table.rows] == ["Claude API", "<!channel>"]
    assert [row[1] for row in told.table.rows] == ["16.7%", "100%"]


def test_the_series_adds_up_for_machines():
    """JSON, every point with its figures, for any span."""
    for span in SPANS.values():
        told = history_answer([known({2: hour(90, 30, 600, 3_000)}, span=span)], "Claude", NOW)
        [data] = json.loads(json.dumps(told.data))["history"]
        assert sum(point["seconds"] for point in data["series"]) == span.seconds
        assert len(data["series"]) <= (365 if span.name == "1y" else 170)
        assert data["span"] == span.name
    assert sum(point["failed"] for point in data["series"]) in (0, 30)
    assert MINUTES.seconds == 60


@given(st.lists(st.none() | st.floats(0, 1), max_size=50))
def test_a_gap_is_never_a_bar(shares):
    """Unknown is not zero failures, and any failure at all is higher than none."""
    line = spark(shares)
    assert len(line) == len(shares)
    for share, mark in zip(shares, line, strict=True):
        assert (mark == GAP) is (share is None)
        assert share is None or (mark == BLOCKS[0]) is (share == 0)
    assert spark(shares, ascii_only=True).isascii()


def test_uptime_never_rounds_to_whole():
    """What was down for a second of a quarter was not up all the time."""
    assert [share_up(s) for s in (1.0, 0.999999, 0.99984, 0.973, 0.0)] == [
        "100%",
        "99.99%",
        "99.98%",
        "97.3%",
        "0%",
    ]

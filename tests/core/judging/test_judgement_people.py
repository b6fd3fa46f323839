"""People's reports through the whole judgement: seen, looked into, never an outage by themselves."""

from dataclasses import replace

from bot.core.answers.incidents import why
from bot.core.answers.status import overview
from bot.core.judging.judgement import Judgement
from bot.core.messages.compose import card
from bot.core.messages.sources import people_say
from bot.core.model.card import Colour
from bot.core.model.incident import IncidentStatus
from bot.core.model.report import Report
from bot.core.model.status import ServiceStatus
from bot.core.reports.surge import SUSTAINED_S, WINDOW_S
from bot.core.text.reports import links
from bot.store.codec import REMEMBERED
from bot.store.stream_rows import decode, encode
from probes.model import Fault, Layer, Observation, Outcome, PublicMention, State
from tests.support.judgement import SETTINGS, START, VIEW, seen
from tests.support.judgement_people import healthy

HOUR = 3600.0


def says(at, who, works=False, place="work"):
    return Report(START + at, "api", who, works, place=place)


def surge(made, people=6, at=HOUR):
    for n in range(people):
        made.report(says(at + n, f"p{n}"))
    return made.settle(START + at + people)


def going_on(made, at, until):
    """Healthy looks every half minute; what was decided."""
    decided = []
    while at < until:
        made.see(seen(at))
        decided.append(made.settle(START + at))
        at += 30.0
    return decided


def test_a_surge_is_seen_and_looked_into():
    """It stands in the voices, quickens the looks, and is no incident while every look is fine."""
    made = healthy()
    assert made.settle(START + HOUR).plans == {}
    decided = surge(made)

    assert people_say([decided.voices["api"]]).startswith("6 reports in 15 min (normally 0–1)")
    assert decided.plans["api"].every_s == 5.0
    standing = ServiceStatus("claude", "Claude", (decided.voices["api"],))
    assert overview([standing], START + HOUR + 7).title == "🟡 people report trouble with Claude API, none measured"
    later = going_on(made, HOUR + 30, HOUR + 4 * WINDOW_S)
    assert not any(d.incidents for d in later)
    assert all(d.voices["api"].measured.state is State.OPERATIONAL for d in later)
    assert later[-1].voices["api"].reports.since is None
    assert later[-1].plans == {}


def test_a_flood_of_one_changes_nothing():
    """The same decisions as without it but for the one voice."""
    made = healthy()
    for n in range(1000):
        made.report(says(HOUR + n / 100, "ann", works=n % 3 == 1))
    decided = made.settle(START + HOUR + 10)

    assert decided.plans == {}
    assert decided.voices["api"].reports.affected == 1
    assert not decided.eventful


def test_an_incident_of_people_where_it_is_wanted():
    """It says that only people report it, is no outage, and ends when they are quiet."""
    made = healthy(replace(VIEW, people_open=True))
    surge(made)
    later = going_on(made, HOUR + 30, HOUR + SUSTAINED_S + 60)
    [incident] = [i for d in later for i in d.incidents if d.notices]

    assert (incident.kind, incident.state, incident.reports) == ("reports", State.DEGRADED, 6)
    assert "only people report it" in incident.why
    snapshot = next(n.snapshot for d in later for n in d.notices)
    shown = card(snapshot, snapshot.at, ())
    assert shown.headline == "🟡 Claude API: 6 people report trouble, we measure none"
    assert shown.lines == (("", "0 of 19 requests failed in 10 min · 6 people affected"),)
    assert shown.tone is Colour.YELLOW
    ends = [i for d in going_on(made, HOUR + SUSTAINED_S + 60, HOUR + 2 * WINDOW_S) for i in d.incidents]
    assert ends[-1].status is IncidentStatus.RESOLVED


def test_an_incident_counts_its_people():
    """Each once over its whole length, however often they say so; after a restart as well."""
    made = healthy()
    at = HOUR
    for n in range(20):
        made.see(seen(at + 30.0 * n, failed=True))
        made.settle(START + at + 30.0 * n)
    for n in range(3):
        made.report(says(at + 700, f"p{n}"))
    [incident] = made.settle(START + at + 701).incidents
    assert incident.reports == 3

    made = Judgement(VIEW, SETTINGS, REMEMBERED.load(REMEMBERED.dump(made.state())))
    for n in range(40):
        made.see(seen(at + 720 + 30.0 * n, failed=True))
        made.settle(START + at + 720 + 30.0 * n)
    for who in ("p0", "p1", "p9"):
        made.report(says(at + 1950, who))
    [incident] = made.settle(START + at + 1951).incidents
    assert incident.reports == 4


def mentioned(at, n=4, title="Claude API down"):
    posts = tuple(
        PublicMention(
            "hackernews", str(i), START + at - i, title, f"https://news.ycombinator.com/item?id={i}", ("api",)
        )
        for i in range(n)
    )
    how = (Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.UNKNOWN, "posts")
    return Observation("claude:hackernews", "claude", "", "eu", START + at, *how, mentions=posts)


def test_public_posts_are_a_voice_beside_the_others():
    """Through the stream's row and back: counted, quoted with links, no evidence, no plan, no incident."""
    made = healthy()
    row = decode(encode(mentioned(HOUR, title="Claude <!channel> @everyone down\n**x**")))
    assert row == replace(mentioned(HOUR, title="Claude <!channel> @everyone down\n**x**"))
    made.see(row)
    decided = made.settle(START + HOUR)
    [voice] = [decided.voices["api"]]

    assert people_say([voice]) == "no reports in 15 min · 4 posts on Hacker News in 30 min (normally 0–1)"
    told = why(voice, ServiceStatus("claude", "Claude", (voice,)), None, START + HOUR)
    assert any("https://news.ycombinator.com/item?id=0" in text for _, text in told.lines)
    lines = links(voice.reports)
    assert [label for label, _ in lines] == ["Hacker News", "", ""]
    assert all("https://news.ycombinator.com/item?id=" in text and "\n" not in text for _, text in lines)
    assert decided.plans == {}
    assert not decided.incidents

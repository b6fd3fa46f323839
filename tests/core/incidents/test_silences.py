"""What silences cover: by matchers, until it is over, in windows to come; what the vendor's page announces."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answers.silences import announced
from bot.core.commands import timing
from bot.core.commands.errors import Misunderstood
from bot.core.commands.names import Named, Names
from bot.core.commands.parser import Request, parse
from bot.core.incidents import actions, silences
from bot.core.incidents.silences import MatchContext, written
from bot.core.incidents.tracker import IncidentTracker
from bot.core.messages.compose import card
from bot.core.model import silence
from bot.core.model.action import ActionRequest
from bot.core.model.card import Colour
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.silence import Silence
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.routing.matchers import matcher
from bot.core.statuspage import claims
from bot.core.statuspage.maintenance import LONGEST_S, works_of
from bot.core.text.inline import utc
from bot.core.text.silences import hushed
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State, VendorIncident
from tests.support.incidents import ANN, NOW, VIEW, opened, said, step
from tests.support.judgement import START, seen
from tests.support.judgement_people import healthy
from tests.support.situations import API

HOUR = 3600.0
ANNA = Person("slack", "T1", "U1", "Ann")


def fits(*conditions):
    """A silence's target."""
    return written(map(matcher, conditions))


def test_matchers_hold_back_what_they_fit_and_no_more():
    """While it is only partial it is silent; once it is worse it speaks."""
    cases, name = opened("api")
    told = actions.act(cases, said(10, "silence", fits("state=partial_outage", "service=claude"), "2h", "known"))
    assert (told.ok, told.covers) == (True, 1)
    assert cases.incidents[name].silence.target == 'service="claude", state="partial_outage"'
    cases.follow([step(60, "changed", "api", state=State.MAJOR)])
    cases.hush(NOW + 61)
    assert cases.incidents[name].silence is None
    assert cases.incidents[name].timeline[-1].text == "trouble beyond what Ann on Slack silenced"


def test_a_matcher_on_one_component_does_not_hide_another():
    """All that is affected must be covered."""
    cases, name = opened("api", "code")
    actions.act(cases, said(10, "silence", fits("component=api"), "2h"))
    assert cases.incidents[name].silence is None
    actions.act(cases, said(20, "silence", fits('component=~"c.*"'), "2h"))
    assert cases.incidents[name].silence is not None


def test_what_others_see_too_is_not_one_vantages():
    """`vantage=eu` covers what only eu sees."""
    cases, name = opened("api")
    one = Silence(fits("vantage=eu"), NOW, NOW + HOUR, ANNA)
    for vantages, covered in ((("eu",), True), (("eu", "us"), False), ((), False)):
        ground = MatchContext("claude", {}, {"api": replace(API, component="api", vantages=vantages)})
        assert bool(silences.of_incident((one,), cases.incidents[name], ground)) is covered


def test_labels_are_known_and_what_is_not_is_refused():
    """A slip of the pen never silences anything."""
    cases = IncidentTracker(replace(VIEW, labels={"": {"team": "ai"}, "code": {"team": "web"}}), {})
    assert actions.act(cases, said(1, "silence", fits("team=web"), "1h")).ok
    for wrong in ("sate=major_outage", "colour!=red", "service=other", "component=none"):
        refused = actions.act(cases, said(2, "silence", fits(wrong), "1h"))
        assert not refused.ok
        assert refused.text.startswith("Claude has no")


def test_until_resolved_ends_with_the_incident_and_says_so():
    """Its line is in the trail, and the silence is gone."""
    cases, name = opened("api")
    told = actions.act(cases, said(10, "silence", name, "until resolved"))
    assert told.text == f"incident {name} is silenced until it is over, for 30 days at the longest"
    assert cases.incidents[name].mute
    cases.hush(NOW + 20 * 86_400)
    assert cases.incidents[name].silence is not None
    cases.follow([step(60, "resolved", "api")])
    cases.hush(NOW + 61)
    assert (cases.silences, cases.expired) == ((), [])
    assert [line.event for line in cases.incidents[name].timeline[-2:]] == ["resolved", "silence ended"]
    assert not cases.incidents[name].mute


def test_until_resolved_on_a_component_ends_with_its_trouble():
    """Trouble that comes later is news."""
    cases, _ = opened("api")
    actions.act(cases, said(10, "silence", fits("component=api"), "until resolved"))
    cases.follow([step(60, "resolved", "api")])
    cases.hush(NOW + 61)
    assert cases.silences == ()


def test_until_resolved_needs_something_that_is_open():
    """Nothing would ever end it."""
    cases = IncidentTracker(VIEW, {})
    for target in ("api", "claude", fits("component=api")):
        assert "say for how long" in actions.act(cases, said(1, "silence", target, "until resolved")).text
    assert cases.silences == ()


def test_maintenance_to_come_holds_nothing_back_before():
    """It begins by itself, and is told with its times."""
    cases, name = opened("api")
    told = actions.act(cases, said(10, "maintenance", "api", f"2h from {NOW + HOUR:.0f}", "move"))
    assert utc(told.text, NOW) == "Claude API will be under maintenance from 14:20 UTC to 16:20 UTC (2h 0m; in 1h 0m)"
    assert cases.incidents[name].silence is None
    cases.hush(NOW + HOUR)
    assert cases.incidents[name].silence.work
    cases.hush(NOW + 3 * HOUR)
    assert cases.silences == ()


def test_a_silence_that_ran_out_over_nothing_is_remembered_once():
    """For whoever asked."""
    cases = IncidentTracker(VIEW, {})
    actions.act(cases, replace(said(1, "silence", "api", "10m"), id="press"))
    [one] = cases.silences
    assert (len(one.id), one.where) == (5, "slack:T1")
    cases.hush(NOW + 700)
    assert cases.take_expired() == [one]
    assert cases.take_expired() == []


def test_a_silence_ends_by_its_id():
    """The id is the same on every service."""
    cases = IncidentTracker(VIEW, {})
    told = actions.act(cases, replace(said(1, "silence", fits("component=api"), "1h"), id="press"))
    assert actions.act(cases, said(2, "unsilence", told.silence)).ok
    assert cases.silences == ()


@given(
    st.lists(
        st.tuples(st.sampled_from(["api", "code", ""]), st.integers(0, 20), st.integers(1, 20), st.booleans()),
        max_size=12,
    ),
    st.integers(0, 50),
)
def test_windows_never_lose_what_is_to_come(asked, minute):
    """The newest wish stands; what it takes the place of was on the same target, and corrected or covered by it."""
    kept: silence.Silences = ()
    for target, after, lasts, work in asked:
        one = Silence(target, NOW + 60 * after, NOW + 60 * (after + lasts), ANNA, "", work)
        before, kept = kept, silences.with_one(kept, one, NOW)
        assert kept[-1] == one
        for lost in (s for s in before if s not in kept):
            assert (lost.target, lost.work) == (target, work)
            covered = one.since <= lost.since and lost.until <= one.until
            assert covered or one.since == lost.since or max(lost.since, one.since) <= NOW
    now = silences.under_way(kept, NOW + 60 * minute)
    for s in now:
        found = silences.of_component(now, s.target or "api")
        assert found is not None
        assert found.until >= s.until


def work(since=HOUR, until=3 * HOUR, about="k8w", status="scheduled"):
    """An entry of a page."""
    return VendorIncident(
        "m1", "Move", status, "", (about,), NOW, NOW + since, maintenance=True, ends_at=NOW + until
    )  # fmt: skip


def read(at, *planned, before=None, state=State.OPERATIONAL):
    """What is heard of the API."""
    page = Page("https://status.example", (Claim("k8w", "API", state),), planned=planned)
    return claims.listen(page, NOW + at, before or {}, {"api": "k8w"})


def held(heard, began, now):
    """What holds an incident back that began then."""
    cases, name = opened("api")
    incident = replace(cases.incidents[name], opened_at=NOW + began)
    found = silences.under_way(claims.announced(heard, "Claude"), NOW + now)
    return silences.of_incident(found, incident)


def test_announced_work_holds_back_what_began_in_it():
    """Trouble before it, beyond it, or after its end is told like any other."""
    heard = read(0, work())
    assert [w.title for w in heard["api"].works] == ["Move"]
    quiet = held(heard, HOUR + 60, 2 * HOUR)
    assert quiet is not None
    assert quiet.announced
    assert held(heard, HOUR - 60, 2 * HOUR) is None
    assert held(heard, HOUR + 60, 3 * HOUR) is None
    assert held(read(0, work(about="other")), HOUR + 60, 2 * HOUR) is None


def test_work_announced_afterwards_explains_nothing():
    """A page that posts a window when it already fails, or moves one back over it, does not excuse that."""
    assert held(read(2 * HOUR, work(since=0.0)), HOUR, 2 * HOUR + 1) is None
    moved = read(2 * HOUR, work(), before=read(0, work(since=4 * HOUR, until=6 * HOUR)))
    assert held(moved, 1.5 * HOUR, 2 * HOUR + 1) is None


def test_nobody_announces_work_for_ever():
    """A day is the longest; what is over or called off is gone."""
    claim = Claim("k8w", "API", State.OPERATIONAL)
    [one] = works_of(Page("", planned=(work(until=1e6),)), claim, (), NOW, NOW)
    assert one.until - one.since == LONGEST_S
    for status in ("completed", "Cancelled", "resolved"):
        assert works_of(Page("", planned=(work(status=status),)), claim, (), NOW, NOW) == ()


def test_a_component_marked_under_maintenance_is_work_for_some_hours():
    """Even where no entry of the page says so."""
    later = read(60, state=State.MAINTENANCE, before=read(0, state=State.MAINTENANCE))
    assert held(later, 120, 180) is not None
    assert held(later, 7 * HOUR, 7 * HOUR + 60) is None


def test_work_that_is_overdue_excuses_nothing_more():
    """Its stated end is its end, though the page still marks the component: a total outage then is told as one."""
    overdue = work(status="in_progress")
    before = read(2 * HOUR, overdue, before=read(0, work()), state=State.MAINTENANCE)
    heard = read(4 * HOUR, overdue, before=before, state=State.MAINTENANCE)

    assert heard["api"].state is State.MAINTENANCE
    assert heard["api"].works == ()
    assert held(before, 2 * HOUR + 60, 2 * HOUR + 120) is not None
    assert held(heard, 4 * HOUR + 60, 4 * HOUR + 120) is None


def test_an_end_that_the_page_does_not_state_is_not_told():
    """How long such work excuses trouble is our own rule, and no end of it."""
    entry = replace(work(since=0.0, status="in_progress"), ends_at=None)
    for heard in (read(60, state=State.MAINTENANCE), read(60, entry, state=State.MAINTENANCE)):
        [quiet] = claims.announced(heard, "Claude")
        assert hushed(quiet).startswith("announced maintenance without a stated end, says Claude's status page")
        standing = ServiceStatus(
            "claude", "Claude", (ComponentStatus(Measurement("api", "API", State.MAJOR), heard["api"]),)
        )
        [line] = announced(standing, NOW + 60)
        assert "without a stated end" in line
        assert "to" not in line.split()


@pytest.mark.parametrize(
    ("text", "after"),
    [("14:00", 40 * 60), ("13:00", 23 * HOUR + 40 * 60), ("2026-04-12T15:20+02:00", 0), ("2026-04-12 13:20", 0)],
)
def test_moments_as_people_write_them(text, after):
    """A time of day is the next one in UTC."""
    assert timing.moment(text, NOW) == NOW + after


@pytest.mark.parametrize("text", ["", "noon", "25:00", "2026-13-01T00:00", "1776000000", "22:00:99"])
def test_what_is_no_moment(text):
    """It is none."""
    assert timing.moment(text, NOW) is None


def test_a_command_of_the_stream_does_not_speak_for_the_page():
    """People's maintenance is theirs."""
    cases, _ = opened("api")
    actions.act(cases, ActionRequest(NOW, "maintenance", ("api", "1h"), ANN, "", "Ann"))
    assert not any(s.announced for s in cases.silences)


NAMES = Names(
    [Named("claude", "", "Claude"), Named("claude", "api", "Claude API"), Named("claude", "code", "Claude Code")]
)


@pytest.mark.parametrize(
    ("line", "target", "length", "reason"),
    [
        (
            "silence state=partial_outage service=claude 2h known",
            'service="claude", state="partial_outage"',
            7200,
            "known",
        ),
        ('silence component=~".*-api" 30m', 'component=~".*-api"', 1800, ""),
        ("silence api vantage=eu 1h a=b", 'component="api", vantage="eu"', 3600, "a=b"),
        (
            "silence {team\u003d\u201cthe web\u201d, state!=major_outage} 1d",
            'state!="major_outage", team="the web"',
            86_400,
            "",
        ),
        ("unsilence component=api", 'component="api"', None, ""),
    ],
)
def test_matchers_in_a_line(line, target, length, reason):
    """In place of a name, or beside it; what follows the length is the reason."""
    request = parse(line, NAMES)
    assert isinstance(request, Request)
    assert (written(request.conditions), request.length_s, request.text) == (target, length, reason)
    assert request.target is None


@pytest.mark.parametrize(
    "line", ["silence 4F7K state=x 1h", "silence component=~(( 1h", "silence " + "a=b " * 3 + "c=" + "x" * 450 + " 1h"]
)
def test_matchers_that_cannot_be_are_said(line):
    """A sentence, and nothing happens."""
    assert isinstance(parse(line, NAMES), Misunderstood)


def understood(line: str) -> Request:
    """A line that must make sense."""
    request = parse(line, NAMES)
    assert isinstance(request, Request)
    return request


def test_until_resolved_and_beginnings_in_a_line():
    """The words stand where a length would; a beginning stands on either side of it."""
    whole = understood("silence 4F7K until resolved vendor knows")
    assert (whole.word, whole.till_over, whole.text) == ("4F7K", True, "vendor knows")
    for line in (
        "maintenance api 2h from 22:00 move",
        "maintenance api from 22:00 for 2h move",
        "maintenance api 2h move start=22:00",
    ):
        request = understood(line)
        assert request.target is not None
        assert (request.target.id, request.length_s, request.begins, request.text) == ("api", 7200, "22:00", "move")
    assert isinstance(parse("maintenance api 2h from tomorrow", NAMES), Misunderstood)
    assert isinstance(parse("maintenance api until resolved", NAMES), Misunderstood)
    assert understood("unsilence S4F7K").word == "S4F7K"


def test_trouble_under_announced_work_is_told_in_blue():
    """It has a message with the vendor's words, and after the window it is told like any other."""
    made = healthy()
    began = HOUR + 600
    window = VendorIncident(
        "m1",
        "Move <!channel>",
        "scheduled",
        "",
        ("k8w",),
        START,
        START + began,
        maintenance=True,
        ends_at=START + 2 * HOUR,
    )
    page = Page("https://status.example", (Claim("k8w", "API", State.OPERATIONAL),), planned=(window,))
    how = (Outcome.OK, Fault.NONE, Layer.OK)
    made.see(Observation("claude:page", "claude", "", "eu", START + HOUR, *how, page=page))
    assert "maintenance announced" in " ".join(announced(standing_of(made.settle(START + HOUR + 1)), START + HOUR + 1))
    told = []
    for n in range(100):
        made.see(seen(began + 30.0 * (n + 1), failed=True))
        told += [(n, x.snapshot) for x in made.settle(START + began + 30.0 * (n + 1)).notices if x.snapshot.incident]
    first = next(snapshot for _, snapshot in told)
    shown = card(first, first.at, ())
    assert (first.incident.announced, shown.tone) == (True, Colour.BLUE)
    assert shown.footer.startswith("🔵 maintenance until ")
    last = told[-1][1].incident
    assert not last.announced
    assert "maintenance ended, still failing" in [line.text for line in last.timeline]


def standing_of(decided):
    """As the desk sees it."""
    return ServiceStatus("claude", "Claude", tuple(decided.voices.values()))

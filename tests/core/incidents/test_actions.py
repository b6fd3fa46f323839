"""What people do to incidents: the first wins, the late are told, and whatever is said, the record goes on."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.incidents import actions, silences
from bot.core.incidents.tracker import IncidentTracker
from bot.core.model.action import ActionRequest
from bot.core.model.incident import IncidentStatus
from bot.core.model.person import Person
from bot.core.model.silence import Silence
from bot.core.text import durations
from bot.core.text.inline import parts, utc
from probes.model import State
from tests.support.incidents import ANN, BOB, NOW, VIEW, opened, said, step


def events(cases, name):
    """The timeline in words."""
    return [(line.event, line.text) for line in cases.incidents[name].timeline]


def test_the_second_is_told_who_was_first():
    """One acknowledges; the other, and the first again, hear when and by whom; the timeline has it once."""
    cases, name = opened()
    first = actions.act(cases, said(60, "ack", name))
    second = actions.act(cases, said(72, "ack", name, who=BOB))
    again = actions.act(cases, said(90, "ack", name))

    assert (first.ok, first.incident) == (True, name)
    assert (second.ok, utc(second.text, NOW + 72)) == (False, "already acknowledged by Ann on Slack 12 s ago")
    assert utc(again.text, NOW + 90) == "already acknowledged by you 30 s ago"
    assert events(cases, name)[1:] == [("acknowledged", "by Ann on Slack")]
    assert cases.incidents[name].acknowledged_by == Person("slack", "T1", "U1", "Ann")


def test_a_thread_says_who_did_what_to_which_component():
    """People are tokens, which each channel shows as mentions or names; every line names what it is about."""
    cases, name = opened()
    actions.act(cases, said(60, "ack", name))
    actions.act(cases, said(70, "release", name, who=BOB))
    actions.act(cases, said(80, "silence", name, "1h", "known", who=BOB))
    actions.act(cases, said(90, "unsilence", name))
    actions.act(cases, said(95, "resolve", name))
    lines = [line for line in cases.incidents[name].timeline if line.event != "opened"]
    ann, bob, what = "Ann on Slack", "Bob on Discord", cases.called(["api"])

    assert [utc(line.said, NOW).partition(" until ")[0] for line in lines] == [
        f"{ann} acknowledged {what}",
        f"{bob} released {what} (was {ann})",
        f"🔕 {bob} silenced {what}",
        f"🔔 {ann} ended the silence on {what}",
        f"🟢 {what} was resolved by {ann} after 95 s",
    ]
    assert [sum(isinstance(part, Person) for part in parts(line.said)) for line in lines] == [1, 2, 1, 1, 1]


def test_what_is_handed_back_can_be_taken_again():
    """Anybody may hand back; whoever had it stands in the line."""
    cases, name = opened()
    assert not actions.act(cases, said(50, "unack", name)).ok
    actions.act(cases, said(60, "ack", name))

    assert actions.act(cases, said(70, "unack", name, who=BOB)).ok
    assert events(cases, name)[-1] == ("released", "Bob on Discord released it (was Ann on Slack's)")
    assert actions.act(cases, said(80, "ack", name, who=BOB)).ok


def test_a_late_press_is_told_how_it_ended():
    """After the end nothing changes; the sentence says who ended it and when."""
    cases, name = opened()
    actions.act(cases, said(60, "resolve", name, "known; vendor fixed it"))
    over = cases.take()[name][0]
    late = [
        actions.act(cases, said(120, verb, name, "1h", who=BOB), over)
        for verb in ("ack", "unack", "resolve", "silence")
    ]

    assert over.timeline[-1].text == 'by Ann on Slack: "known; vendor fixed it"'
    assert {utc(o.text, NOW + 120) for o in late} == {f"incident {name} is already resolved by Ann on Slack, 60 s ago"}
    assert not any(o.ok for o in late)
    assert cases.take() == {}


def test_what_a_person_called_over_is_news_only_when_it_is_worse_or_new():
    """The detector's episode goes on unsaid: the same again is none, another state, component or episode is."""
    for ending, count in (
        ([step(90, "changed", "api")], 0),
        ([step(90, "changed", "api", state=State.MAJOR)], 1),
        ([step(90, "changed", "api", "code")], 1),
        ([step(90, "resolved", "api")], 0),
        ([step(90, "resolved", "api"), step(200, "opened", "api")], 1),
        ([step(90, "changed", "api"), step(95, "changed", "api", "code"), step(99, "changed", "api", "code")], 1),
    ):
        cases, name = opened()
        actions.act(cases, said(60, "resolve", name))
        cases.take()
        cases.follow(ending)
        fresh = list(cases.take())

        assert len(fresh) == count, ending
        assert name not in fresh
        if fresh:
            assert cases.incidents[fresh[0]].started_at >= NOW + 60 or ending[-1].event == "opened"


def test_slowness_that_was_called_over_stays_so_while_another_component_slows():
    """Slowness opens component by component."""
    cases = IncidentTracker(VIEW, {})
    cases.follow([step(0, "opened", "api", kind="slowness")])
    actions.act(cases, said(10, "resolve", next(iter(cases.incidents))))
    cases.take()
    cases.follow([step(20, "opened", "code", kind="slowness")])

    assert [i.components for i in cases.open()] == [("code",)]
    assert [a.components for a in cases.asides] == [("api",)]


def test_a_silence_covers_what_comes_under_it_and_ends_with_a_word():
    """By component or service; an incident that opens under it is recorded silent; at its end it speaks."""
    for target in ("api", "claude"):
        cases = IncidentTracker(VIEW, {})
        told = actions.act(cases, said(0, "silence", target, "10m", "vendor", "knows"))
        cases.follow([step(60, "opened", "api")])
        cases.hush(NOW + 61)
        [incident] = cases.open()

        assert told.ok
        assert "silenced until 13:30 UTC (10 min)" in utc(told.text, NOW)
        assert incident.silenced_until == NOW + 600
        assert incident.timeline[-1].text == 'silenced by Ann on Slack until 13:30 UTC: "vendor knows"'

        cases.hush(NOW + 601)
        [incident] = cases.open()
        assert (incident.silence, cases.silences) == (None, ())
        assert incident.timeline[-1].event == "silence ended"
        assert incident.timeline[-1].text == "still failing"


def test_trouble_beyond_what_is_silenced_speaks():
    """A second component that nobody silenced ends the quiet of the incident."""
    cases, name = opened("api")
    actions.act(cases, said(10, "silence", "api", "1h"))
    cases.follow([step(20, "changed", "api", "code")])
    cases.hush(NOW + 21)

    assert cases.incidents[name].silence is None
    assert events(cases, name)[-1] == ("silence ended", "trouble beyond what Ann on Slack silenced")


def test_unsilence_lifts_all_that_covers_and_says_whose_it_was():
    """The button on an incident ends its own silence and the component's."""
    cases, name = opened()
    actions.act(cases, said(10, "silence", "api", "1h"))
    actions.act(cases, said(20, "silence", name, "2h", who=BOB))
    done = actions.act(cases, said(30, "unsilence", name))

    assert done.ok
    assert "Claude API (by you)" in done.text
    assert f"incident {name} (by Bob on Discord)" in done.text
    assert cases.silences == ()
    assert events(cases, name)[-1] == ("silence ended", "by Ann on Slack")
    assert not actions.act(cases, said(40, "unsilence", name)).ok


def test_maintenance_can_be_ended_early():
    """It is a silence of its own kind; "end" ends no other."""
    cases, name = opened()
    actions.act(cases, said(5, "silence", name, "1h"))
    assert actions.act(cases, said(10, "maintenance", "api", "90m", "gateway")).ok
    assert cases.incidents[name].silence == Silence(
        "api", NOW + 10, NOW + 5410, Person("slack", "T1", "U1", "Ann"), "gateway", work=True
    )
    assert actions.act(cases, said(20, "maintenance", "api", "end")).ok
    assert [s.work for s in cases.silences] == [False]
    assert not actions.act(cases, said(30, "maintenance", "api", "end")).ok


def test_work_on_what_is_silenced_does_not_end_the_silence():
    """Both stand side by side; the end of the work leaves the silence."""
    cases, _ = opened()
    actions.act(cases, said(5, "silence", "api", "8h"))
    actions.act(cases, said(10, "maintenance", "api", "5m"))
    assert [s.work for s in cases.silences] == [False, True]
    actions.act(cases, said(20, "maintenance", "api", "end"))
    assert [s.until for s in cases.silences] == [NOW + 5 + 8 * 3600]


@pytest.mark.parametrize("length", ["", "soon", "-5m", "5", "0m", "30s", "31d", "9999999d", "1h and", "∞"])
def test_a_silence_needs_an_end(length):
    """From a minute to thirty days."""
    cases, name = opened()
    assert not actions.act(cases, said(10, "silence", name, length)).ok
    assert cases.silences == ()


@pytest.mark.parametrize(("text", "seconds"), [("90m", 5400), ("1h30m", 5400), ("1 d", 86400), ("2592000s", 2592000)])
def test_lengths_as_people_write_them(text, seconds):
    """Parts add up."""
    assert durations.seconds_of(text) == seconds


def test_silences_are_few():
    """Fifty of one service; another on the same target takes its place."""
    view = replace(VIEW, names={f"c{n}": f"C {n}" for n in range(silences.MOST + 1)})
    cases = IncidentTracker(view, {})
    for n in range(silences.MOST):
        assert actions.act(cases, said(n, "silence", f"c{n}", "1h")).ok
    assert not actions.act(cases, said(60, "silence", f"c{silences.MOST}", "1h")).ok
    assert actions.act(cases, said(60, "silence", "c0", "2h")).ok
    assert len(cases.silences) == silences.MOST


def test_one_voice_a_person_on_whether_it_was_right():
    """After the end only; a second word of the same person takes the place of the first."""
    cases, name = opened()
    assert not actions.act(cases, said(10, "right", name)).ok
    cases.follow([step(60, "resolved", "api")])
    over = cases.take()[name][0]
    assert actions.act(cases, said(70, "right", name), over).ok
    assert not actions.act(cases, said(71, "right", name), over).ok
    assert actions.act(cases, said(72, "wrong", name), over).ok
    assert actions.act(cases, said(73, "right", name, who=BOB), over).ok
    incident, lines = cases.take()[name]

    assert sorted((v.by.name, v.right) for v in incident.verdict) == [("Ann", False), ("Bob", True)]
    assert [line.event for line in lines] == ["feedback"] * 3


def test_what_is_not_known_is_said():
    """Wrong ids, unknown verbs, no argument: a sentence, nothing else."""
    cases = IncidentTracker(VIEW, {})
    for command in (said(1, "ack", "ZZZZ"), said(1, "ack"), said(1, "explode", "api"), said(1, "silence", "x", "1h")):
        outcome = actions.act(cases, command)
        assert not outcome.ok
        assert outcome.text
    assert cases.take() == {}


def test_a_component_stands_for_its_only_incident():
    """Where there is but one, its name will do."""
    cases, name = opened()
    assert actions.act(cases, said(10, "ack", "api")).incident == name
    assert actions.act(cases, said(20, "resolve", "claude")).incident == name


nasty = st.text(max_size=40) | st.sampled_from(
    ["<!channel>", "@everyone\n\n", "a:b:c:d", "\x1b[31m", "\u202ex", "x" * 700]
)
components = st.lists(st.sampled_from(["api", "code"]), min_size=1, max_size=2, unique=True).map(sorted)
wishes = st.tuples(
    st.just("act"),
    st.sampled_from([*sorted(actions.VERBS), "nonsense"]),
    st.sampled_from(["#0", "#1", "#2", "api", "code", "claude"]) | nasty,
    st.sampled_from(["1m", "1h", "30d", "end"]) | nasty,
    st.sampled_from([ANN, BOB]) | nasty,
    nasty,
)
moves = st.tuples(
    st.just("step"),
    st.sampled_from(["opened", "changed", "resolved"]),
    components,
    st.sampled_from([State.PARTIAL, State.MAJOR]),
    st.sampled_from(["failures", "slowness"]),
)


class Record:
    """Everything ever written of each incident; what may never happen is looked for at each writing."""

    def __init__(self):
        self.cases = IncidentTracker(VIEW, {})
        self.kept = {}

    def write(self):
        """One commit."""
        for name, (incident, lines) in self.cases.take().items():
            before = self.kept.get(name)
            if before is not None:
                assert incident.version == before.version + len(lines)
                assert incident.version > before.version
                assert before.status is not IncidentStatus.RESOLVED or incident.status is IncidentStatus.RESOLVED
                assert before.resolved_at is None or before.resolved_at == incident.resolved_at
            assert incident.timeline[-len(lines) :] == lines
            assert all("\n" not in line.text and "\x1b" not in line.text for line in lines)
            assert len({(v.by.platform, v.by.place, v.by.user) for v in incident.verdict}) == len(incident.verdict)
            self.kept[name] = incident
        for incident in self.cases.open():
            assert self.kept[incident.id] == incident
            wanted = silences.of_incident(self.cases.silences, incident)
            assert incident.silence == wanted
        assert len(self.cases.silences) <= silences.MOST

    def do(self, at, move):
        """One thing that happens."""
        if move[0] == "step":
            _, event, about, state, kind = move
            self.cases.follow([step(at, event, *about, state=state, kind=kind)])
            return
        _, verb, target, length, who, name = move
        ids = [*self.kept, "", "", ""]
        target = ids[int(target[1])] if target in {"#0", "#1", "#2"} else target
        at_hand = self.cases.incidents.get(target.upper())
        past = None if at_hand else self.kept.get(target.upper())
        outcome = actions.act(self.cases, ActionRequest(NOW + at, verb, (target, length, name), who, who, name), past)
        assert outcome.text
        assert "\n" not in outcome.text
        assert len(outcome.text) < 5000


@example(
    [
        (1.0, ("step", "opened", ["api"], State.PARTIAL, "failures"), True),
        (1.0, ("act", "responded", "#0", "", ANN, ""), True),
    ]
)
@given(st.lists(st.tuples(st.floats(1, 4000), wishes | moves, st.booleans()), max_size=25))
def test_whatever_happens_the_record_goes_on(happenings):
    """Versions grow with each line, what is resolved stays so, silence hides nothing, words stay in a line."""
    record, at = Record(), 0.0
    for later, move, write in happenings:
        at += later
        record.do(at, move)
        if write:
            record.cases.hush(NOW + at)
            record.write()
    record.cases.hush(NOW + at)
    record.write()

"""Which of many new messages are told together: the rule by itself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.messages.compose import card
from bot.core.model.card import Colour
from bot.core.model.group import Kind, NoticeGroup
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.person import Person
from bot.core.model.silence import Silence
from bot.core.model.snapshot import Snapshot
from bot.core.routing.grouping import Group, GroupTiming, Member, Step, kind_of, member, step, told_as_one
from probes.model import State

START = 1_776_000_000.0
PACE = GroupTiming()
GROUP = Group(Kind.INCIDENTS, "slack:C1", START)
ONE = Member("Claude", 3, State.PARTIAL, START - 60)
INCIDENT = Incident("4F7K", "claude", "failures", IncidentStatus.OPEN, ("api",), State.PARTIAL, START, START + 30)


def members(count, **changes):
    """So many that are held back, each of a service of its own."""
    return {f"s{n}/I{n}": replace(ONE, service=f"Service {n:03}", **changes) for n in range(count)}


def said_of(step: Step) -> NoticeGroup:
    """What a step says."""
    assert step.say is not None
    return step.say


def shown(said, at=START):
    """The message as it reads."""
    return card(Snapshot(at, "GROUNDTRUTH", "Groundtruth", None, None, (), "", several=said), at)


def test_a_group_is_told_once_its_first_half_minute_is_over():
    """Not before, for more are to be expected; then at once."""
    held = members(97)
    assert step(GROUP, held, PACE, START + 29.9) == Step()
    said = said_of(step(GROUP, held, PACE, START + 30))
    assert (said.total, said.going, said.components, said.spread) == (97, 97, 291, 97)


def test_its_figures_are_fresher_while_it_gathers():
    """Every half minute in its first five, every five minutes later, and only if something changed."""
    said = step(GROUP, members(40), PACE, START + 30).say
    young = replace(GROUP, said_at=START + 30, said=said)
    assert step(young, members(97), PACE, START + 59) == Step()
    assert said_of(step(young, members(97), PACE, START + 60)).going == 97
    assert step(young, members(40), PACE, START + 90) == Step()
    old = replace(GROUP, said_at=START + 600, said=said)
    assert step(old, members(97), PACE, START + 899) == Step()
    assert said_of(step(old, members(97), PACE, START + 900)).going == 97


def test_when_few_remain_they_are_left_to_themselves():
    """After the interval, not before; the message says so and is over."""
    held = members(97, over=True) | {"x/1": ONE, "x/2": ONE}
    told = replace(GROUP, said_at=START + 30, said=step(GROUP, members(99), PACE, START + 30).say)
    assert not step(told, held, PACE, START + 299).over
    last = step(told, held, PACE, START + 300)
    assert (last.over, said_of(last).own, said_of(last).over_at) == (True, 2, START + 300)
    message = shown(last.say, START + 300)
    assert message.closed
    assert message.headline.endswith(": 97 over, 2 go on by themselves")


def test_when_all_is_over_it_says_so_at_once():
    """Green, with the story, even where it never came to a message before."""
    last = step(GROUP, members(5, over=True), PACE, START + 10)
    message = shown(last.say, START + 10)
    assert (last.over, message.tone, message.closed) == (True, Colour.GREEN, True)
    assert message.headline.startswith("🟢 5 more incidents on 5 services: all over after ")


def test_one_alone_is_no_group():
    """Its own message says more."""
    assert step(GROUP, members(1), PACE, START + 30) == Step(over=True)


def test_what_people_keep_quiet_is_no_news():
    """Silenced ones are neither counted as going on nor left to themselves."""
    held = members(4) | {"q": replace(ONE, quiet=True)}
    assert said_of(step(GROUP, held, PACE, START + 30)).going == 4
    assert step(GROUP, members(9, quiet=True), PACE, START + 30).over


def test_what_everybody_took_is_acknowledged_and_keeps_its_colour():
    """Pagers acknowledge the group when every one of it is in somebody's hands; what people do is no state."""
    said = told_as_one(Kind.INCIDENTS, "4F7K", members(9, taken=True).values())
    message = shown(said)
    assert (message.tone, message.facts.acknowledged) == (Colour.ORANGE, True)
    said = told_as_one(Kind.INCIDENTS, "4F7K", (members(9, taken=True) | {"x": ONE}).values())
    assert (shown(said).tone, shown(said).facts.acknowledged) == (Colour.ORANGE, False)


def test_the_message_names_few_and_counts_the_rest():
    """However many there are it fits a headline, alarms as one of them would, and says where to see all."""
    message = shown(told_as_one(Kind.INCIDENTS, "4F7K", members(3000, worst=State.MAJOR).values()))
    assert message.headline == "🔴 3 000 more incidents on 3 000 services"
    few = shown(told_as_one(Kind.INCIDENTS, "4F7K", members(30, worst=State.MAJOR).values()))
    assert few.headline == "🔴 30 more incidents on 30 services, worst: major outage"
    assert (message.kind, message.tone, message.closed) == ("incident", Colour.RED, False)
    assert sum(len(label) + len(text) for label, text in message.lines) < 800
    assert "incidents lists them" in dict(message.lines)["See all"]


def test_disagreements_wake_nobody():
    """They are grouped by themselves, as what they are."""
    message = shown(told_as_one(Kind.DISCREPANCIES, "4F7K", members(97).values()))
    assert (message.kind, message.tone) == ("discrepancy", Colour.YELLOW)
    assert message.headline.startswith("⚖️ 97 more status page discrepancies on 97 services")


def test_what_is_said_of_ourselves_is_in_no_group():
    """It is told at once."""
    ours = Snapshot(START, "GROUNDTRUTH", "Groundtruth", None, None, (), "a test")
    assert kind_of(ours) is None
    with pytest.raises(ValueError, match="no group"):
        member(ours)


def test_a_member_is_its_newest_edition_in_brief():
    """Taken, quiet, over."""
    somebody = Person("slack", "T1", "U1", "Ann")
    states = {
        "": INCIDENT,
        "taken": replace(INCIDENT, acknowledged_at=START + 60, acknowledged_by=somebody),
        "quiet": replace(INCIDENT, silence=Silence("", START, START + 600, somebody)),
        "over": replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=START + 90),
    }
    for name, incident in states.items():
        brief = member(Snapshot(START, "claude", "Claude", incident, None, (), "opened"))
        assert [field for field in ("taken", "quiet", "over") if getattr(brief, field)] == [name] * bool(name)
        assert (brief.service, brief.components, brief.worst) == ("Claude", 1, State.PARTIAL)


BRIEFS = st.builds(
    Member,
    st.sampled_from(["Claude", "OpenAI", "<!channel> @everyone", ""]),
    st.integers(0, 3000),
    st.sampled_from(State),
    st.floats(START - 1e6, START),
    taken=st.booleans(),
    quiet=st.booleans(),
    over=st.booleans(),
)
PACES = st.builds(GroupTiming, st.floats(0, 600), st.floats(1, 3600), st.integers(1, 20))


@given(st.dictionaries(st.text(max_size=4), BRIEFS, min_size=1, max_size=30), PACES, st.floats(0, 7200))
def test_whatever_comes_it_is_told_in_one_bounded_message(held, pace, age):
    """What goes on is in the message or left to itself; nobody is forgotten, and the words always fit."""
    going = [one for one in held.values() if not (one.over or one.quiet)]
    now = START + age
    follows = step(GROUP, held, pace, now)
    if follows.over and follows.say is not None:
        assert follows.say.own == len(going)
        assert follows.say.own <= pace.at_once
    if follows.over and follows.say is None:
        assert len(going) == 1
    if not follows.over:
        assert going, "what is over is not left standing"
    if follows.say is not None:
        message = shown(follows.say, now)
        assert len(message.headline) <= 60
        assert follows.say.total == len(held)
        assert step(replace(GROUP, said_at=now, said=follows.say), held, pace, now).say in {None, follows.say}


@given(st.dictionaries(st.text(max_size=4), BRIEFS, min_size=1, max_size=30), PACES)
def test_a_group_ends(held, pace):
    """As soon as few go on and its time is over, whatever was said before."""
    going = sum(not (one.over or one.quiet) for one in held.values())
    late = START + max(pace.group_wait_s, pace.group_interval_s) + 0.001
    assert step(GROUP, held, pace, late).over == (going <= pace.at_once or len(held) == 1)

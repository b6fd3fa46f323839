"""Who counts how much when people report, what is usual, and when it is a surge."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.core.model.report import APPS, Report
from bot.core.reports import surge as surges
from bot.core.reports.public_posts import KNOWN_S
from bot.core.reports.public_posts import WINDOW_S as POSTS_S
from bot.core.reports.surge import BY_PEOPLE, LEAST, LONE_MOST, SUSTAINED_S, WINDOW_S, SurgeDetector
from bot.core.stats.seasonal import WEEK_H, Baseline, surprise
from probes.model import PublicMention, State

START = 1_775_001_600.0
STATE = TypeAdapter(surges.SurgeState)


def says(at, who, place="work", works=False, component="api"):
    return Report(START + at, component, who, works, place=place)


def gathered(reports, at=60.0, troubled=(), **more):
    """A crowd that heard these and let time pass to `at` after the start."""
    made = SurgeDetector(("api", "web"), **more)
    made.settle(START, ())
    for report in reports:
        made.take(report)
    made.settle(START + at, troubled)
    return made


def affected(made, at=60.0, component="api"):
    return made.reports(component, START + at).affected


def known(*places):
    """Workspaces that several people have spoken in before, longer ago than a window."""
    return [says(-3600.0, f"{place}-{n}", place) for place in places for n in range(LEAST)]


def test_one_person_is_one_voice():
    """However often and however fast, on one component."""
    made = gathered([says(n, "ann") for n in range(500)])

    assert affected(made) == 1
    assert made.surging() == {}


def test_a_flood_of_one_person_is_told_once():
    """The detector hears of a person once a window, also of one who changes their mind all the time."""
    made = SurgeDetector(("api",))

    assert sum(made.take(says(n, "ann", works=n % 2 == 1)) for n in range(500)) == 1


def test_the_last_word_holds():
    """ "Works" takes back "affected", and the other way round."""
    made = gathered([says(0, "ann"), says(1, "ann", works=True), says(2, "bob", works=True), says(3, "bob")])
    heard = made.reports("api", START + 60)

    assert (heard.affected, heard.works) == (1, 1)


def test_a_voice_lasts_its_window():
    made = gathered([says(0, "ann")], WINDOW_S - 1)
    assert affected(made, WINDOW_S - 1) == 1
    made.settle(START + WINDOW_S, ())
    assert affected(made, WINDOW_S) == 0


def test_colleagues_make_a_surge():
    """Four of the one workspace there is, where hardly anybody ever reports."""
    made = gathered([says(n, f"p{n}") for n in range(4)])
    heard = made.reports("api", START + 60)

    assert heard.surprise >= surges.SURGE
    assert heard.since == START + 60
    assert made.surging() == {"api": START + 60}
    assert made.reports("web", START + 60).since is None


def test_two_people_are_no_surge():
    assert gathered([says(0, "ann"), says(1, "bob")]).surging() == {}


def test_a_workspace_alone_weighs_one_voice():
    """Where several are known, a thousand accounts of one of them are one voice, and change nothing."""
    flood = [says(n / 100, f"x{n}", "raid") for n in range(1000)]
    made = gathered([*known("work", "other"), *flood])
    heard = made.reports("api", START + 60)

    assert (heard.affected, heard.beyond) == (1, surges.OF_ONE_PLACE - 1)
    assert made.surging() == {}


def test_a_workspace_weighs_as_much_as_the_others():
    """Two voices elsewhere and the flood beside them are four."""
    flood = [says(n / 100, f"x{n}", "raid") for n in range(90)]
    made = gathered([*known("work", "other"), *flood, says(20, "ann"), says(21, "bob", "other")])

    assert affected(made) == 4


def test_the_only_workspace_is_bounded_as_well():
    assert affected(gathered([says(n / 10, f"p{n}") for n in range(90)])) == LONE_MOST


def test_a_terminal_is_no_second_workspace():
    """One who reports from a terminal does not silence the colleagues on chat."""
    made = gathered([says(-3600.0, "root", "terminal"), *[says(n, f"p{n}") for n in range(5)]])

    assert affected(made) == 5


def test_more_who_say_it_works_are_no_surge():
    made = gathered([*[says(n, f"p{n}") for n in range(4)], *[says(n, f"q{n}", works=True) for n in range(4)]])

    assert made.surging() == {}


def test_a_surge_ends_with_its_voices():
    made = gathered([says(n, f"p{n}") for n in range(6)])
    made.settle(START + WINDOW_S + 10, ())

    assert made.surging() == {}


def test_what_is_usual_at_this_hour_is_no_surge():
    """Six reports every Thursday at this hour, for eight weeks, are normal there and not at others."""
    hour, week = 3600.0, WEEK_H * 3600.0
    usual = Baseline().begun(START - 8 * week)
    for weeks in range(8, 0, -1):
        for n in range(24):
            usual = usual.learn(START - weeks * week + n * 150.0)
    kept = surges.SurgeState({"api": surges.ComponentReports(usual=usual)})

    def surge(at):
        made = SurgeDetector(("api",), kept)
        for n in range(6):
            made.take(says(at + n, f"p{n}"))
        made.settle(START + at + 60, ())
        return bool(made.surging())

    assert not surge(900.0)
    assert surge(12 * hour)


def test_a_surge_is_hardly_learned():
    """What was said in trouble counts a tenth, quiet reports wholly."""

    def learned(troubled):
        made = gathered([says(n, f"p{n}") for n in range(2)], troubled=troubled)
        made.settle(START + WINDOW_S + 10, troubled)
        return sum(made.state().components["api"].usual.hours.values())

    assert learned(()) == pytest.approx(2.0, abs=1e-3)
    assert learned(("api",)) == pytest.approx(0.2, abs=1e-3)


def test_an_incident_only_where_it_is_wanted():
    """A surge that lasts opens one that says whose word it is, once; without the setting never."""
    reports = [says(n, f"p{n}") for n in range(6)]
    made = gathered(reports, opens=True)
    assert made.steps(START + 60, ()) == []
    at = START + 60 + SUSTAINED_S
    made.settle(at, ())
    [step] = made.steps(at, ())
    assert (step.event, step.kind, step.state, step.started_at) == ("opened", BY_PEOPLE, State.DEGRADED, START + 60)
    assert step.why.startswith("only people report it: 6 reports in 15 min")
    assert made.steps(at + 1, ()) == []
    made.settle(START + WINDOW_S + 10, ())
    assert [s.event for s in made.steps(START + WINDOW_S + 10, ())] == ["resolved"]

    never = gathered(reports)
    never.settle(at, ())
    assert never.steps(at, ()) == []


def test_what_is_measured_needs_no_incident_of_people():
    made = gathered([says(n, f"p{n}") for n in range(6)], opens=True)
    at = START + 60 + SUSTAINED_S
    made.settle(at, ())
    assert made.steps(at, ("api",)) == []
    assert [s.event for s in made.steps(at, ())] == ["opened"]
    assert [s.event for s in made.steps(at + 1, ("api",))] == ["resolved"]


def post(n, at=0.0, components=("api",), source="hackernews"):
    return PublicMention(
        source, str(n), START + at, f"API down {n}", f"https://news.ycombinator.com/item?id={n}", components
    )


def test_posts_are_told_apart_and_are_no_people():
    """Found again they are the same; many make a loud place, which is one voice more and never affected."""
    made = SurgeDetector(("api", "web"))
    for _ in range(3):
        made.hear([post(n, n) for n in range(5)], START + 60)
    made.settle(START + 60, ())
    [voice] = made.reports("api", START + 60).public

    assert (voice.posts, voice.loud, len(voice.latest)) == (5, True, 3)
    assert made.reports("api", START + 60).affected == 0
    assert made.surging() == {}
    assert made.reports("web", START + 60).public == ()


def test_a_loud_place_is_one_voice_more():
    quiet = [says(n, f"p{n}") for n in range(3)]
    assert gathered(quiet).surging() == {}
    made = SurgeDetector(("api",))
    made.settle(START, ())
    made.hear([post(n, n) for n in range(5)], START + 30)
    for report in quiet:
        made.take(report)
    made.settle(START + 60, ())
    assert made.surging()


def test_posts_about_the_service_are_about_each_component():
    made = SurgeDetector(("api", "web"))
    made.hear([post(1, components=())], START + 10)

    assert all(made.reports(c, START + 10).public[0].posts == 1 for c in ("api", "web"))


def test_posts_leave_the_window_and_become_usual():
    made = SurgeDetector(("api",))
    made.hear([post(n) for n in range(3)], START + 10)
    made.settle(START + POSTS_S + 1, ())
    made.hear([post(n) for n in range(3)], START + POSTS_S + 2)
    made.settle(START + POSTS_S + 3, ())

    assert made.reports("api", START + POSTS_S + 3).public == ()
    assert sum(made.state().talk.usual["hackernews/api"].hours.values()) == pytest.approx(3, abs=1e-3)
    made.settle(START + KNOWN_S, ())
    assert made.state().talk.found == {}


@pytest.mark.parametrize("at", [float("nan"), float("inf"), 9e9 - START, -KNOWN_S])
def test_posts_of_no_time_are_left_out(at):
    made = SurgeDetector(("api",))
    made.hear([post(1, at)], START)

    assert made.state().talk.found == {}


def test_surprise_is_the_poisson_tail():
    """Against sums by hand: P(N>=3 | 0.5) = 0.01439, P(N>=10 | 2) = 4.65e-5."""
    assert surprise(3, 0.5) == pytest.approx(1.842, abs=1e-3)
    assert surprise(10, 2.0) == pytest.approx(4.333, abs=1e-3)
    assert surprise(2, 2.0) == surprise(0, 1.0) == surprise(5, float("nan")) == 0.0
    assert surprise(100_000, 0.1) == 300.0


people = st.builds(
    says,
    st.floats(0, WINDOW_S / 2),
    st.sampled_from("abcdefgh"),
    st.sampled_from(["work", "guild", "terminal"]),
    st.booleans(),
)


@given(st.lists(people, max_size=40).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_order_within_a_window_does_not_matter(both):
    """Rows of several probers and replicas come as they come."""
    one, other = (gathered(rows, WINDOW_S / 2) for rows in both)

    assert one.reports("api", START + 450) == other.reports("api", START + 450)
    assert one.surging() == other.surging()


@given(st.lists(people, max_size=60))
def test_never_more_voices_than_people(rows):
    made = gathered(rows, WINDOW_S / 2)
    heard = made.reports("api", START + 450)

    assert heard.affected + heard.beyond + heard.works == len({r.who for r in rows})
    assert heard.affected >= (heard.beyond > 0)


@given(st.lists(people, max_size=40), st.integers(0, 40))
def test_a_state_written_and_read_has_the_same_future(rows, cut):
    whole, half = gathered(rows[:cut]), gathered(rows[:cut])
    half = SurgeDetector(("api", "web"), STATE.validate_json(STATE.dump_json(half.state(), exclude_defaults=True)))
    for made in (whole, half):
        for row in rows[cut:]:
            made.take(replace(row, at=row.at + 100))
        made.settle(START + 700, ())

    assert whole.state() == half.state()
    assert whole.reports("api", START + 700) == half.reports("api", START + 700)


def test_the_state_is_bounded():
    """Thousands of accounts of a hundred workspaces on every component, and a thousand posts."""
    made = SurgeDetector(("api", "web"))
    for component in ("api", "web"):
        for n in range(4_000):
            made.take(says(n / 100, f"{n:016x}", f"{n % 100:016x}", component=component))
    made.hear([post(n) for n in range(1000)], START + 10)

    assert len(STATE.dump_json(made.state(), exclude_defaults=True)) < 250_000


def test_apps_are_one_voice_and_never_a_surge():
    """However many report, whatever their number: one more beside people, both ways, and nobody left out by them."""
    apps = [says(n, f"app{n}", APPS) for n in range(50)]
    alone = gathered(apps)
    assert (affected(alone), alone.surging()) == (1, {})
    assert alone.reports("api", START + 60).beyond == 0
    people = [says(n, f"p{n}") for n in range(3)]
    both = gathered([*people, *apps])
    assert affected(both) == 4
    assert both.surging()
    assert not gathered(people).surging()
    fine = gathered([*(says(n, f"p{n}") for n in range(4)), *(says(n, f"app{n}", APPS, works=True) for n in range(50))])
    assert fine.reports("api", START + 60).works == 1
    assert fine.surging()

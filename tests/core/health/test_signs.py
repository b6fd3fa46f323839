"""Our own troubles: told after a while and once, ended after a while, and never flapping."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.health.signs import END_S, Courses, HealthChange, HealthSign, Kind, listeners, ready, watched
from bot.core.health.text import modelled, told

ILL = HealthSign("vantage eu", ok=False, sentence="silent", kind=Kind.VANTAGE, back="heard of again")


def looks(course, every_s=15.0):
    """What is told over a course of looks: (time, over)."""
    kept: Courses = {}
    told: list[tuple[float, bool]] = []
    for number, ill in enumerate(course):
        kept, news = watched(kept, [ILL] if ill else [], number * every_s)
        told += [(number * every_s, one.over) for one in news]
    return told


def test_a_trouble_is_told_after_a_while_and_its_end_after_a_while():
    assert looks([True] * 40 + [False] * 40) == [(60.0, False), (660.0, True)]


def test_a_moment_is_no_trouble():
    assert looks(([True] * 3 + [False]) * 100) == []


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=400))
def test_beginnings_and_ends_take_turns(course):
    overs = [over for _, over in looks(course)]
    assert overs == [bool(n % 2) for n in range(len(overs))]


@settings(deadline=None, max_examples=40)
@given(st.integers(5, 60), st.integers(5, 60))
def test_whatever_comes_and_goes_is_told_ever_less(ill, well):
    day = ([True] * ill + [False] * well) * (5_760 // (ill + well))
    assert len(looks(day)) <= 12


def test_an_end_is_told_soon_however_often_it_came_back():
    """A message does not go on saying for an hour what is not so, and says how long it was so."""
    kept: Courses = {}
    for number in range(3_000):
        kept, _ = watched(kept, [ILL] if number % 100 < 70 else [], number * 15.0)
    for number in range(3_000, 3_400):
        kept, _ = watched(kept, [ILL], number * 15.0)
    for number in range(3_400, 3_430):
        kept, news = watched(kept, [], number * 15.0)
        if news:
            break
    assert number - 3_400 <= END_S / 15.0
    assert news[0].over
    assert news[0].until == 3_400 * 15.0
    assert told(news[0], number * 15.0) == "vantage eu: heard of again after 1h 40m"


def test_what_somebody_else_tells_of_is_not_told():
    sign = HealthSign("channel slack", ok=False, sentence="rests", elsewhere=True)
    kept: Courses = {}
    told: tuple[HealthChange, ...] = ()
    for number in range(100):
        kept, news = watched(kept, [sign], number * 15.0)
        told += news
    assert told == ()


def test_many_of_one_kind_are_one_message():
    signs = [HealthSign(f"vantage {n}", ok=False, sentence="silent", kind=Kind.VANTAGE) for n in range(50)]
    kept, _ = watched({}, signs, 0.0)
    _, news = watched(kept, signs, 60.0)
    assert [len(one.courses) for one in news] == [50]


def test_without_a_channel_that_is_well_nothing_works():
    bad, good = HealthSign("channel a", ok=False, sentence=""), HealthSign("channel b", ok=True, sentence="")
    assert ready([bad]) == (bad,)
    assert ready([bad, good]) == ()
    assert ready([good, HealthSign("Claude", ok=False, sentence="", kind=Kind.JUDGE)])


def test_who_cannot_be_reached_is_not_told_but_somebody_is():
    assert listeners(["slack:C1"], ["discord:2", "slack:C2"], frozenset({"slack"})) == ("discord:2",)


def test_a_model_that_is_gone_is_told_as_ours():
    """It names the check, and no vendor."""
    from_vantage = modelled("eu", ("groq-api/chat",), 100.0)
    assert (from_vantage.ok, modelled("eu", (), 100.0).ok) == (False, True)
    assert from_vantage.sentence == (
        "gone, or not for our key: the model of groq-api/chat; set another one in the check's options"
    )

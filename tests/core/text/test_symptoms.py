"""The words for a component's symptom follow its own figures."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.detection.severity import FULL, Severity
from bot.core.judging.measurement import measured
from bot.core.model.measurement import Measurement
from bot.core.text.symptoms import DOWN, Ailment, how_much, words
from probes.model import State
from tests.support.results import START, assessor, failing, fed, quiet

ALL_FAIL = Measurement(
    "api", "API", State.MAJOR, rate=1.0, low=0.4, high=1.0, failed=8, total=8, window_s=40, at=0.0, down=True
)


def said(one: Measurement) -> str:
    return f"{words(one)}, {how_much(Ailment(words(one), 3, (one,)))}"


def test_down_is_said_without_an_interval():
    """What fails throughout is certain, however few results there are: what is counted is said."""
    assert said(ALL_FAIL) == "down, every request has failed for 40 s (8 of 8)"
    some = replace(ALL_FAIL, failed=58, total=60, rate=0.96)
    assert said(some) == "down, about 96% of requests fail"


@given(st.integers(1, 200), st.data())
def test_never_every_request_where_one_has_worked(total, data):
    """ "Every request" is said only where all that were counted failed, and never of what is not down."""
    failed = data.draw(st.integers(0, total))
    state = data.draw(st.sampled_from([State.PARTIAL, State.MAJOR]))
    one = replace(ALL_FAIL, failed=failed, total=total, rate=failed / total, state=state, down=data.draw(st.booleans()))
    if "every request" in said(one):
        assert failed == total
        assert one.down
        assert state is State.MAJOR
    if words(one) == DOWN:
        assert failed >= 0.9 * total


def test_down_is_said_from_nine_tenths_on_and_no_figure_beside_it_is_lower():
    """Not where the rate merely rounds to 90%; of the first results, which the rate forgets a little, the counts."""
    late = replace(ALL_FAIL, failed=57, total=60, rate=0.8951)
    assert said(late).startswith("most requests fail")
    assert said(replace(late, rate=0.9)) == "down, about 90% of requests fail"
    first = replace(ALL_FAIL, failed=9, total=10, rate=0.884)
    assert said(first) == "down, 9 of 10 requests failed"
    assert words(replace(first, failed=8)) != DOWN
    assert words(replace(first, failed=11, total=13)) != DOWN


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.sampled_from([5.0, 30.0]))
def test_the_detector_and_the_words_have_one_rule(failed, every):
    """A course that begins as a total one is called down by its counts, or by a rate of nine tenths, and else not."""
    severity, total, bad = Severity(), 1, 1
    for n, one in enumerate(failed, 1):
        severity.take(START + n * every, every, one, True)
        fresh = severity.level < FULL
        severity.classify()
        total, bad = total + 1, bad + one
        shown = replace(ALL_FAIL, failed=bad, total=total, rate=severity.rate, down=severity.down)
        nearly_all = severity.rate >= 0.9 or (total <= 11 and bad / total >= 0.9)
        if fresh and severity.level == FULL and severity.total <= 10:
            assert nearly_all
            assert words(shown) == DOWN
        if words(shown) == DOWN:
            assert nearly_all
            assert not any(f"about {n}%" in said(shown) for n in range(90))


def test_the_detector_says_down_of_a_total_failure_and_of_no_lesser_one():
    """As soon as what was counted cannot be half of the requests, within half a minute of the first failure."""
    for rate, down in ((1.0, True), (0.5, False)):
        judge = assessor()
        fed(judge, quiet(1))
        at = START + 3600
        for seen in failing(rate, 35 / 60, at):
            steps = fed(judge, [seen])
            if any(step.event == "opened" for step in steps):
                assert not steps[-1].down
                assert words(measured(judge.assessments(seen.at)["api"], "API", (), (0, 0, 0.0))) == "failures"
        figures = judge.assessments(seen.at)["api"]
        assert figures.down is down
        assert (words(measured(figures, "API", (), (0, 0, 0.0))) == DOWN) is down

"""The words for a component's symptom follow its own figures."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

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

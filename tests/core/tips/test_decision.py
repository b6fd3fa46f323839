"""Wait, retry, switch or one's own code: never one's own fault in trouble, never to what is not measured up."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.measurement import Measurement
from bot.core.model.report import Reports
from bot.core.model.severity import TROUBLE
from bot.core.stats.remaining import RemainingTime
from bot.core.text.symptoms import present, suspected
from bot.core.tips.alternatives import Option
from bot.core.tips.decision import (
    MOST_ATTEMPTS,
    SURE,
    Decision,
    Reason,
    Situation,
    Verdict,
    attempts_for,
    backoff_s,
    decide,
)
from probes.model import State
from tests.support import options
from tests.support.options import NOW

DOWN = Measurement("claude-api", "Claude API", State.MAJOR, 1.0, 0.9, 1.0, 30, 30, 600.0, NOW - 600, NOW - 5, down=True)
SOME = replace(DOWN, state=State.PARTIAL, rate=0.18, low=0.13, high=0.25, failed=29, total=160, down=False)
WELL = replace(DOWN, state=State.OPERATIONAL, rate=0.0, low=0.0, high=0.02, failed=0, total=160, down=False)
NOBODY = Reports()
CROWD = Reports(affected=9, since=NOW - 120)
LONG, SHORT = RemainingTime([7_200.0] * 20, 600.0), RemainingTime([900.0] * 40, 600.0)
BEDROCK = options.live("bedrock")


def asked(
    own: Measurement,
    offered: tuple[Option, ...] = (BEDROCK,),
    lasting: RemainingTime = LONG,
    deadline_s: float | None = None,
    reports: Reports = NOBODY,
) -> Decision:
    return decide(Situation(own, reports, offered, lasting, deadline_s), NOW)


def test_what_works_here_and_for_others_is_ones_own_fault() -> None:
    assert asked(WELL) == Decision(Verdict.FIX, Reason.UP)


def test_where_others_report_trouble_it_is_nobodys_own_fault() -> None:
    assert asked(WELL, reports=CROWD).verdict is Verdict.RETRY


def test_some_failures_are_retried_as_often_as_it_takes() -> None:
    made = asked(SOME)

    assert (made.verdict, made.reason, made.attempts) == (Verdict.RETRY, Reason.SOME_FAIL, 4)
    assert 1 - SOME.high**made.attempts >= SURE


def test_no_time_for_attempts_is_a_reason_to_switch() -> None:
    assert asked(SOME, deadline_s=2.0).verdict is Verdict.SWITCH


def test_down_means_elsewhere_or_waiting() -> None:
    assert (asked(DOWN).verdict, asked(DOWN).option) == (Verdict.SWITCH, BEDROCK)
    assert asked(DOWN, ()).verdict is Verdict.WAIT
    assert asked(DOWN, lasting=SHORT, deadline_s=3_600.0).verdict is Verdict.WAIT
    assert asked(DOWN, lasting=LONG, deadline_s=600.0).verdict is Verdict.SWITCH


def test_only_what_is_measured_up_is_somewhere_to_go() -> None:
    """Failing, stale, not measured, or admitted by its page: none of them."""
    offered = tuple(make("x") for make in (options.failing, options.stale, options.unmeasured, options.admitted))

    assert asked(DOWN, offered).verdict is Verdict.WAIT


def test_unknown_is_nobodys_fault() -> None:
    made = asked(replace(WELL, at=NOW - 4_000))

    assert (made.verdict, made.reason) == (Verdict.RETRY, Reason.UNKNOWN)


def test_maintenance_slowness_and_quiet() -> None:
    assert asked(replace(WELL, state=State.MAINTENANCE)).verdict is Verdict.SWITCH
    assert asked(replace(WELL, state=State.MAINTENANCE), ()).verdict is Verdict.WAIT
    assert asked(replace(SOME, state=State.DEGRADED, slow=True)).reason is Reason.SLOW
    assert asked(replace(DOWN, monitoring=True)).reason is Reason.QUIET


SHARES = st.floats(0.0, 1.0)
MEASURED = st.builds(
    replace,
    st.just(WELL),
    state=st.sampled_from(State),
    rate=SHARES,
    high=SHARES,
    failed=st.integers(0, 20),
    total=st.integers(0, 40),
    at=st.sampled_from([NOW - 5, NOW - 4_000, None]),
    slow=st.booleans(),
    monitoring=st.booleans(),
    down=st.booleans(),
)
MAKERS = (options.live, options.failing, options.stale, options.unmeasured, options.admitted)
OFFERED = st.lists(st.sampled_from(MAKERS), max_size=4).map(lambda makers: tuple(make("x") for make in makers))


@given(MEASURED, OFFERED, st.none() | st.floats(0.0, 1e7), st.sampled_from([Reports(), CROWD]), st.floats(0.0, 1e5))
def test_whatever_is_measured(own, offered, deadline_s, reports, elapsed) -> None:
    made = decide(Situation(own, reports, offered, RemainingTime([900.0, 7_200.0], elapsed), deadline_s), NOW)
    state = present(own, NOW)

    if made.verdict is Verdict.FIX:
        assert state is State.OPERATIONAL
        assert not suspected(own)
        assert reports.since is None
    assert (made.option is not None) == (made.verdict is Verdict.SWITCH)
    if made.option is not None:
        assert made.option.live
        assert state in TROUBLE | {State.MAINTENANCE} or suspected(own)
    assert (made.attempts > 0) == (made.verdict is Verdict.RETRY)
    assert made.attempts <= MOST_ATTEMPTS
    if made.retry_after_s is not None and deadline_s is not None:
        assert made.retry_after_s <= deadline_s
    if made.reason is Reason.SOME_FAIL and deadline_s is not None:
        assert backoff_s(made.attempts) <= deadline_s


@given(SHARES)
def test_attempts_suffice(share: float) -> None:
    attempts = attempts_for(share)

    if attempts:
        assert share**attempts <= 1 - SURE + 1e-9
    else:
        assert share**MOST_ATTEMPTS > 1 - SURE

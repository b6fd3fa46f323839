"""The evidence is kept as a sum of what changed: it is that of all hypotheses at any moment, and after a restart."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from bot.core.detection.assessment import AssessorSettings
from bot.core.detection.assessor import Assessor
from tests.support.judgement import START, seen

STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans(), st.integers(0, 400)), max_size=80)


@given(STEPS)
def test_evidence_is_the_sum_of_its_parts(steps):
    settings = AssessorSettings(interval_s=30.0)
    assessor, at = Assessor(settings), 0
    for component, vantage, failed, later in steps:
        at += later
        result = seen(at, failed=failed, vantage=f"v{vantage}")
        assessor.see(type(result)(**{**_fields(result), "component": f"c{component}"}))
        assessor.advance(START + at)
        again = Assessor(settings, assessor.dump())
        for one in (assessor, again):
            detector = one.episodes.detector
            plain = sum(share * detector.suspicions[name].value for name, share in detector.shares.items())
            assert isclose(detector.evidence(), plain, rel_tol=1e-9, abs_tol=1e-12)
        assert again.episodes.detector.by_name() == assessor.episodes.detector.by_name()


def _fields(result):
    return {name: getattr(result, name) for name in result.__dataclass_fields__}

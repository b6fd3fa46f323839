"""Healthy results around what people do."""

from bot.core.judging.judgement import Judgement
from tests.support.judgement import SETTINGS, START, VIEW, seen


def healthy(view=VIEW, hours=1.0):
    """A judgement after so long of nothing but successes."""
    made = Judgement(view, SETTINGS)
    for n in range(int(hours * 120)):
        made.see(seen(30.0 * n))
        made.settle(START + 30.0 * n)
    return made

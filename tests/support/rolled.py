"""What a recorder of roll-ups keeps, as the store gives it back."""

from bot.core.history.recorder import Rolled
from bot.core.judging.decisions import JudgementState
from bot.store.codec import REMEMBERED
from tests.support.stores import readable


def through_json(rolled: Rolled) -> Rolled:
    """As another process finds it."""
    return readable(REMEMBERED.load(REMEMBERED.dump(JudgementState(rolled=rolled)))).rolled

"""Re-probe plans: whose turn it is, and never outside the plan."""

from bot.core.detection.reprobe import Plan, due


def test_turns_go_round_the_vantages():
    """Every five seconds the next vantage; the moment is the same however late one asks within the slot."""
    plan = Plan(100.0, 130.0, 5.0, ("us", "ap"))
    assert due(plan, "us", 100.0) == 100.0
    assert due(plan, "us", 104.9) == 100.0
    assert due(plan, "us", 105.0) is None
    assert due(plan, "ap", 105.0) == 105.0
    assert due(plan, "us", 111.0) == 110.0


def test_nothing_is_due_outside_the_plan():
    """Before, after, from elsewhere, or with a senseless interval."""
    plan = Plan(100.0, 130.0, 5.0, ("us",))
    assert due(plan, "us", 99.9) is None
    assert due(plan, "us", 130.0) is None
    assert due(plan, "eu", 100.0) is None
    assert due(Plan(100.0, 130.0, 0.0, ("us",)), "us", 110.0) is None
    assert due(Plan(0.0, 1e9, 5.0, ()), "us", 110.0) is None

"""Times in words."""

import pytest

from bot.core.text.durations import ago, clock, duration, lag


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "less than 1 s"),
        (0.4, "less than 1 s"),
        (0.5, "1 s"),
        (35, "35 s"),
        (119, "119 s"),
        (120, "2 min"),
        (720, "12 min"),
        (3569, "59 min"),
        (3599, "1h 0m"),
        (3900, "1h 5m"),
        (86_400, "24h 0m"),
        (3 * 86_400 + 4 * 3600, "3d 4h"),
        (float("nan"), "an unknown time"),
        (float("-inf"), "less than 1 s"),
        (float("inf"), "over 100 years"),
    ],
)
def test_durations_read_as_spoken(seconds, words):
    """Seconds, then minutes, then hours with minutes, then days."""
    assert duration(seconds) == words


def test_clock_times_carry_the_day_when_it_is_another():
    """Today needs no date, yesterday does, last year needs its year."""
    noon = 1_776_081_600.0
    assert clock(noon, noon) == "12:00 UTC"
    assert clock(noon - 86_400, noon, seconds=True) == "12 Apr 12:00:00 UTC"
    assert clock(noon - 365 * 86_400, noon) == "13 Apr 2025 12:00 UTC"
    assert clock(float("nan"), noon) == "at an unknown time"


def test_ages_and_lags():
    """The future of a skewed clock is now; before and after are told apart."""
    assert ago(105, 100) == "just now"
    assert ago(65, 100) == "35 s ago"
    assert lag(720, 0, "our alert") == "12 min after our alert"
    assert lag(0, 180, "our alert") == "3 min before our alert"
    assert lag(0, 0.5, "our alert") == "at the same time as our alert"

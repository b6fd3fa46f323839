"""What an app's counts say: one voice, like a person's, or none. Pure.

An app knows how its own requests ended, not why; so its word is weighed as a report and never as a check. Few failures
among many requests are no trouble that anybody would report.
"""

from bot.core.stats.intervals import wilson

FEWEST, LEAST_SHARE = 3, 0.02
"""It fails for an app where so many requests failed, and the share's 95 % interval lies above this."""
ENOUGH, MOST_SHARE = 20, 0.02
"""It works for an app where it made so many requests, of which no more than this share failed."""


def voice(failed: int, total: int) -> bool | None:
    """Whether it works for the app; None where its counts do not say."""
    if total <= 0 or failed > total:
        return None
    share = failed / total
    if failed >= FEWEST and wilson(share, total)[0] > LEAST_SHARE:
        return False
    return True if total >= ENOUGH and share <= MOST_SHARE else None

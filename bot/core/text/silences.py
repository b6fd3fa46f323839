"""Silences and maintenance in words, with their times for each platform to show. Pure."""

from bot.core.model.silence import Silence
from bot.core.text.inline import moment
from bot.core.text.people import person
from bot.core.text.quoting import quoted


def hushed(silence: Silence, *, reason: bool = True) -> str:
    """`silenced by Ann on Slack until 16:30 UTC: "known"`."""
    why = f": {quoted(silence.reason)}" if silence.reason and reason else ""
    if silence.announced:
        until = "without a stated end" if silence.endless else f"until {moment(silence.until)}"
        return f"announced maintenance {until}, says {person(silence.by)}{why}"
    what = "maintenance announced" if silence.work else "silenced"
    if silence.till_over:
        return f"{what} by {person(silence.by)} until it is over{why}"
    return f"{what} by {person(silence.by)} until {moment(silence.until)}{why}"

"""People in words: who, and on which platform. Pure; names are hostile."""

from bot.core.model.person import Person
from bot.core.model.silence import Silence
from bot.core.text.durations import clock
from bot.core.text.quoting import clean, quoted

PLATFORMS = {
    "slack": "Slack",
    "discord": "Discord",
    "pagerduty": "PagerDuty",
    "terminal": "the terminal",
    "page": "",
    "configuration": "",
}
SOMEBODY = "somebody"


def person(who: Person | None) -> str:
    """`Ann on Slack`; whoever has no name is somebody."""
    if who is None:
        return SOMEBODY
    name = clean(who.name, 40) or SOMEBODY
    platform = PLATFORMS.get(who.platform, clean(who.platform, 20))
    return f"{name} on {platform}" if platform else name


def hushed(silence: Silence, now: float, *, reason: bool = True) -> str:
    """`silenced by Ann on Slack until 16:30 UTC: "known"`."""
    why = f": {quoted(silence.reason)}" if silence.reason and reason else ""
    if silence.announced:
        until = "without a stated end" if silence.endless else f"until {clock(silence.until, now)}"
        return f"announced maintenance {until}, says {person(silence.by)}{why}"
    what = "maintenance announced" if silence.work else "silenced"
    if silence.till_over:
        return f"{what} by {person(silence.by)} until it is over{why}"
    return f"{what} by {person(silence.by)} until {clock(silence.until, now)}{why}"


def same(one: Person | None, other: Person) -> bool:
    """Whether both are one person: names change, ids do not."""
    return one is not None and (one.platform, one.place, one.user) == (other.platform, other.place, other.user)

"""People in words: who, and on which platform. Pure; names are hostile."""

from bot.core.model.person import Person
from bot.core.text.quoting import clean

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


def same(one: Person | None, other: Person) -> bool:
    """Whether both are one person: names change, ids do not."""
    return one is not None and (one.platform, one.place, one.user) == (other.platform, other.place, other.user)

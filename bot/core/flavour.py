"""What a page that is red while we measure no trouble is: early, lingering, or about something elsewhere. Pure."""

from enum import StrEnum


class Flavour(StrEnum):
    """How it turned out; `UNKNOWN` while it may still be early news or about what we do not measure."""

    UNKNOWN = ""
    EARLY = "early"
    LINGERING = "lingering"
    ELSEWHERE = "elsewhere"


def flavoured(*, after_ours: bool, troubled: bool, over: bool) -> Flavour:
    """The flavour as far as it is known.

    Args:
        after_ours: the page's red belongs to trouble of ours there that is over.
        troubled: we see trouble there now.
        over: page and measurement agree again.
    """
    if after_ours:
        return Flavour.LINGERING
    if troubled:
        return Flavour.EARLY
    return Flavour.ELSEWHERE if over else Flavour.UNKNOWN

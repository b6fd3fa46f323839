"""What became of an announcement on the status page. Pure."""

from collections.abc import Sequence

from bot.core.answers.answer import Answer
from bot.core.model.announcement import Announcement
from bot.core.text.inline import moment
from bot.core.text.jsonable import plain
from bot.core.text.numbers import number
from bot.core.text.quoting import clean, listed, quoted

EXAMPLE = ("Example", "announce 4h We move our gateway tonight at 22:00 UTC")


def announced(one: Announcement, now: float) -> Answer:
    """It stands on the page from now on."""
    return Answer(
        f"announcement {one.id} is on the page until {moment(one.until)}: {quoted(one.text)}",
        now,
        (("To end it", f"announce {one.id} end"),),
        changed=True,
        data={"at": now, "announcement": plain(one)},
    )


def ended(taken: Sequence[Announcement], wanted: str, now: float) -> Answer:
    """These are off the page."""
    data = {"at": now, "ended": [one.id for one in taken]}
    if not taken:
        what = f"no announcement {clean(wanted, 20)} stands" if wanted else "no announcement stands"
        return Answer(f"{what} on the page", now, (("Changed", "nothing"),), understood=not wanted, data=data)
    said = number(len(taken), "announcement is", "announcements are")
    return Answer(f"{said} off the page: {listed(one.id for one in taken)}", now, changed=True, data=data)


def no_words(now: float) -> Answer:
    """A length of time alone."""
    return Answer("announce what? Say the sentence after the length of time", now, (EXAMPLE,), understood=False)


def too_many(most: int, now: float) -> Answer:
    """The page is full."""
    return Answer(f"{most} announcements stand already; end one first: announce end", now, (("Changed", "nothing"),))


def no_page(now: float) -> Answer:
    """There is no page to put it on."""
    said = "there is no status page: web.listen is not set in the configuration"
    return Answer(said, now, (("Changed", "nothing"),), data={"at": now, "ok": False})

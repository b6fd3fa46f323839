"""The words around what people report: the answer to a report, a surge of them, public posts with their links. Pure."""

from collections.abc import Sequence

from bot.core.model.report import Apps, Public, Reports
from bot.core.text.durations import duration
from bot.core.text.inline import moment
from bot.core.text.numbers import number, usually
from bot.core.text.quoting import clean, quoted

PLACES = {"hackernews": "Hacker News", "github_issues": "GitHub"}
"""What people call the places that the kinds of checks search."""

SURGE = "people report trouble"


def thanks(component: str, others: Reports, *, works: bool, repeated: bool) -> str:
    """The answer to a report: that it is noted, and what others say."""
    name = clean(component, 60)
    window = duration(others.window_s)
    if others.affected:
        who = number(others.affected, "other person reports", "other people report")
        said = f"{who} trouble with {name} in {window} ({usually(others.usual)})"
    elif repeated or works:
        said = f"Nobody else has reported trouble with {name} in {window}"
    else:
        said = f"You're the first to report {name} in {window}"
    if others.works:
        said += f", {number(others.works, 'says', 'say')} it works"
    before = " You'd already told me." if repeated else ""
    return f"Thanks{', noted that it works for you' if works else ''}.{before} {said}"


def voices_of(reports: Sequence[Reports]) -> str:
    """Voices of people on some components together, how many are usual, and whether that is a surge."""
    affected, works = sum(r.affected for r in reports), sum(r.works for r in reports)
    beyond = sum(r.beyond for r in reports)
    said = f"{number(affected, 'report', 'reports')} in {duration(max(r.window_s for r in reports))}"
    if affected:
        said += f" ({usually(sum(r.usual for r in reports))})"
    if beyond:
        said += f", {number(beyond, 'more', 'more')} from one workspace not counted"
    if works:
        said += f" · {number(works, 'says', 'say')} it works"
    for more in (apps_say([r.apps for r in reports if r.apps is not None]), posted(reports)):
        said += f" · {more}" if more else ""
    return f"{said} · far more than usual" if any(r.since is not None for r in reports) else said


def apps_say(said: Sequence[Apps]) -> str:
    """What apps count of their own requests: "apps say: 212 of 980 calls failed (3 apps)"; "" where none counts."""
    if not said:
        return ""
    failed, total = sum(one.failed for one in said), sum(one.total for one in said)
    apps = number(max(one.apps for one in said), "app", "apps")
    return f"apps say: {failed} of {number(total, 'call', 'calls')} failed ({apps})"


def posted(reports: Sequence[Reports]) -> str:
    """Posts by public place: "3 posts on Hacker News in 30 min (normally none)"; each place once, where it is most."""
    most: dict[str, Public] = {}
    for voice in (p for r in reports for p in r.public):
        if voice.source not in most or voice.posts > most[voice.source].posts:
            most[voice.source] = voice
    return " · ".join(
        f"{number(v.posts, 'post', 'posts')} on {_place(v)} in {duration(v.window_s)} ({usually(v.usual)})"
        for v in most.values()
    )


def links(reports: Reports) -> list[tuple[str, str]]:
    """The latest posts of each place as lines: who wrote it is nobody's business, the headline is quoted."""
    return [
        (_place(voice) if first else "", f"{moment(post.at)} {quoted(post.title, 100)} {clean(post.url, 200)}")
        for voice in reports.public
        for first, post in zip([True, False, False, False], voice.latest, strict=False)
    ]


def _place(voice: Public) -> str:
    return PLACES.get(voice.source) or clean(voice.source, 40)

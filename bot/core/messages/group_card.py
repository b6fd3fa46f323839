"""The one message about several incidents or discrepancies: how many, where, how bad, since when, where to see all.

Pure. Names are few and the rest is a count, whatever their number.
"""

from collections.abc import Iterator, Mapping

from bot.core.messages.headline import LONGEST, fitting
from bot.core.model.card import Action, Card, CardFacts, Colour
from bot.core.model.group import Kind, NoticeGroup
from bot.core.text.durations import dated, duration
from bot.core.text.inline import Style, moment
from bot.core.text.numbers import number
from bot.core.text.quoting import clean, cut
from bot.core.text.states import EMOJI, SCALES, TONE, WORDS
from probes.model import State

LISTED = 12
"""Services named in the lines."""
WAKES: Mapping[Kind, str] = {Kind.INCIDENTS: "incident", Kind.DISCREPANCIES: "discrepancy"}
"""The kind of card that channels take it for: a group of incidents alarms as one of them does."""
SEE_ALL = "incidents lists them, status shows what is affected now"


def card(several: NoticeGroup, at: float, now: float) -> Card:
    """The message as it should read now; `at` is when its figures were counted (Unix seconds)."""
    over = several.over_at is not None
    tone, lines = _tone(several), _closed(several, now) if over else _open(several)
    emoji = SCALES if several.kind is Kind.DISCREPANCIES else EMOJI[tone]
    room = LONGEST - len(emoji) - 1
    text = fitting(_ends(several) if over else _headlines(several), room)
    return Card(
        subject=several.id,
        kind=WAKES[several.kind],
        tone=tone,
        emoji=emoji,
        headline=f"{emoji} {text}",
        lines=tuple((label, cut(said, 700)) for label, said in lines if said),
        footer=_footer(several, at),
        actions=() if over else _actions(several),
        closed=over,
        times=dated(("Began", several.since), ("Over", several.over_at)),
        facts=CardFacts(worst=several.worst, acknowledged=_all_taken(several)),
    )


def _actions(several: NoticeGroup) -> tuple[Action, ...]:
    """What can be done to all of them at once; nobody acts on discrepancies."""
    if several.kind is not Kind.INCIDENTS:
        return ()
    verbs = (("incidents", "Show all"), ("ack", "Acknowledge all"), ("silence", "Silence all"))
    return tuple(Action(verb, label, several.subject) for verb, label in verbs)


def services(several: NoticeGroup, shown: int) -> str:
    """`Claude, OpenAI and 3 more`; with a count where a service has several: `Claude ×2`."""
    names = [f"{clean(name, 40)} ×{n}" if n > 1 else clean(name, 40) for name, n in several.services[:shown]]
    more = several.spread - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _tone(several: NoticeGroup) -> Colour:
    if several.over_at is not None:
        return Colour.GREY if several.own or several.kind is Kind.DISCREPANCIES else Colour.GREEN
    if several.kind is Kind.DISCREPANCIES:
        return Colour.YELLOW
    return Colour.ORANGE if several.worst is State.PARTIAL else TONE[several.worst]


def _all_taken(several: NoticeGroup) -> bool:
    return several.over_at is None and 0 < several.going <= several.taken


def _what(several: NoticeGroup, count: int) -> str:
    """`97 more incidents on 90 services`."""
    if several.kind is Kind.DISCREPANCIES:
        things = number(count, "more status page discrepancy", "more status page discrepancies")
    else:
        things = number(count, "more incident", "more incidents")
    return f"{things} on {number(several.spread, 'service', 'services')}"


def _headlines(several: NoticeGroup) -> Iterator[str]:
    what = _what(several, several.going)
    taken = f", {several.taken} acknowledged" if several.taken else ""
    if several.kind is Kind.INCIDENTS and several.worst is not State.UNKNOWN:
        yield f"{what}, worst: {WORDS[several.worst]}{taken}"
        yield f"{what}, worst: {WORDS[several.worst]}"
    yield f"{what}{taken}"
    yield what
    yield what.partition(" on ")[0]


def _ends(several: NoticeGroup) -> Iterator[str]:
    lasted = duration((several.over_at or several.since) - several.since)
    what = _what(several, several.total)
    if several.own:
        own = number(several.own, "goes on by itself", "go on by themselves")
        yield f"{what}: {several.total - several.own} over, {own}"
        yield f"{what.partition(' on ')[0]}: {several.total - several.own} over, {own}"
    else:
        yield f"{what}: all over after {lasted}"
        yield f"{what.partition(' on ')[0]}: all over after {lasted}"


def _open(several: NoticeGroup) -> list[tuple[str, str]]:
    over = several.total - several.going
    counted = [
        f"{several.going} open" + (f", {over} over or silenced" if over else ""),
        number(several.components, "component", "components"),
        f"worst: {WORDS[several.worst]}" if several.worst is not State.UNKNOWN else "",
        f"{several.taken} acknowledged" if several.taken else "",
    ]
    return [
        ("Where", services(several, LISTED)),
        ("Now", " · ".join(part for part in counted if part)),
        ("", "Too many for one message each; the last few open ones get their own"),
        ("See all", SEE_ALL),
    ]


def _closed(several: NoticeGroup, now: float) -> list[tuple[str, str]]:
    end = several.over_at if several.over_at is not None else now
    parts = [
        f"{moment(several.since)} – {moment(end)} ({duration(end - several.since)})",
        _what(several, several.total),
        services(several, LISTED),
        f"worst: {WORDS[several.worst]}" if several.worst is not State.UNKNOWN else "",
    ]
    return [("", " · ".join(part for part in parts if part)), ("See all", SEE_ALL)]


def _footer(several: NoticeGroup, at: float) -> str:
    if several.over_at is not None:
        return f"#{clean(several.id, 20)}"
    return f"Started {moment(several.since, Style.AGO)} · updated {moment(at)} · #{clean(several.id, 20)}"

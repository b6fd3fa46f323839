"""The message about vendors that fail together: what they share, by what evidence, and what that may mean. Pure.

What is measured and what is inferred are lines of their own; nobody is said to be at fault.
"""

from collections.abc import Iterator, Mapping

from bot.core.messages.headline import LONGEST, fitting
from bot.core.model.card import Card, CardFacts, Colour
from bot.core.model.group import CommonFactor, Correlation
from bot.core.text.durations import dated, duration
from bot.core.text.inline import Style, moment
from bot.core.text.layers import LAYER
from bot.core.text.numbers import number
from bot.core.text.quoting import clean, cut, listed
from bot.core.text.states import EMOJI
from probes.model import Layer

LINE = 700
NAMED, LISTED = 3, 12
"""Vendors named in the headline, and in the lines."""
EDGES: Mapping[str, str] = {
    "akamai": "Akamai",
    "alb": "AWS load balancers",
    "azure front door": "Azure Front Door",
    "cloudflare": "Cloudflare",
    "cloudfront": "Amazon CloudFront",
    "fastly": "Fastly",
    "google": "Google's front end",
    "imperva": "Imperva",
    "vercel": "Vercel",
}
"""The networks whose marks are known; another one is called what the configuration calls it."""
MANNERS: Mapping[str, str] = {
    "dns": "their names do not resolve",
    "tls": "no secure connection can be made",
    "connections": "connections fail or bring no answer",
}
BEHIND: Mapping[str, str] = {
    "dns": "our resolver, or a name service that they share",
    "tls": "our clock, our certificates or something between that opens TLS; or a network that they share",
    "connections": "a network on the way that they share, ours included",
}
"""What may be behind each manner."""


def card(cause: Correlation, at: float, now: float) -> Card:
    """The message as it should read now; `at` is when its figures were counted (Unix seconds)."""
    over = cause.over_at is not None
    tone = Colour.GREEN if over else Colour.ORANGE
    lines = _closed(cause, now) if over else _open(cause)
    return Card(
        subject=cause.id,
        kind="notice",
        tone=tone,
        emoji=EMOJI[tone],
        headline=f"{EMOJI[tone]} {fitting(_ends(cause) if over else _headlines(cause), LONGEST - 2)}",
        lines=tuple((label, cut(said, LINE)) for label, said in lines if said),
        footer=_footer(cause, at),
        closed=over,
        times=dated(("Began", cause.since), ("Over", cause.over_at)),
        facts=CardFacts(),
    )


def together(cause: Correlation) -> str:
    """Who fails and what they share, in one line: "3 services fail at once, all behind Cloudflare: …"."""
    names = _names(cause, NAMED)
    who = f"{number(len(names_of(cause)), 'service', 'services')} fail at once"
    match cause.kind:
        case CommonFactor.NOTHING:
            return f"{who}: {names}; nothing shared found"
        case CommonFactor.NETWORK:
            total = len(names_of(cause)) + cause.fine + len(cause.beside)
            some = "all" if total == len(names_of(cause)) else f"{len(names_of(cause))} of"
            return f"{some} {total} services cannot be connected to: {names}; perhaps our own network"
        case CommonFactor.FAULT:
            return f"{who} in one way: {MANNERS.get(cause.what, 'alike')}: {names}"
        case CommonFactor.VANTAGE:
            return f"{who}, only from {clean(cause.what, 40)}: {names}"
        case _:
            return f"{who}, all {_shared(cause)}: {names}"


def _headlines(cause: Correlation) -> Iterator[str]:
    """Who fails and what they share, from the fullest wording to the shortest."""
    yield together(cause)
    who = number(len(names_of(cause)), "service", "services")
    match cause.kind:
        case CommonFactor.NETWORK:
            yield f"{who} cannot be connected to, perhaps our own network"
            yield f"{who} cannot be connected to"
        case CommonFactor.FAULT:
            yield f"{who} fail at once, {MANNERS.get(cause.what, 'alike')}"
            yield f"{who} fail at once in one way"
        case CommonFactor.NOTHING:
            yield f"{who} fail at once, nothing shared found"
        case _:
            yield f"{who} fail at once, all {_where(cause)}"
            yield f"{who} fail at once"


def names_of(cause: Correlation) -> tuple[str, ...]:
    """The services that still fail; of one that is over, all of them."""
    return tuple(dict.fromkeys(one.name for one in cause.going or cause.struck))


def _names(cause: Correlation, shown: int) -> str:
    return listed([clean(name, 40) for name in names_of(cause)], shown)


def _shared(cause: Correlation) -> str:
    what = EDGES.get(cause.what, clean(cause.what, 40))
    return f"in {what}" if cause.kind is CommonFactor.CLOUD else f"behind {what}"


def _ends(cause: Correlation) -> Iterator[str]:
    lasted = duration((cause.over_at or cause.since) - cause.since)
    who = number(len({one.service for one in cause.struck}), "service", "services")
    if cause.going:
        yield f"Only {_names(cause, 1)} still fails; {who} failed at once for {lasted}"
        yield f"No longer failing together after {lasted}"
    if cause.kind not in (CommonFactor.NETWORK, CommonFactor.FAULT, CommonFactor.NOTHING):
        yield f"{who} {_where(cause)} recovered after {lasted}"
    yield f"{who} that failed at once recovered after {lasted}"
    yield f"Over after {lasted}"


def _where(cause: Correlation) -> str:
    return f"from {clean(cause.what, 40)}" if cause.kind is CommonFactor.VANTAGE else _shared(cause)


def _open(cause: Correlation) -> list[tuple[str, str]]:
    return [
        ("We measure", _seen(cause)),
        ("In common", _evidence(cause)),
        ("Likely", _meaning(cause)),
        (
            "Also failing",
            f"{listed([clean(n, 40) for n in cause.beside])}, but not in this way" if cause.beside else "",
        ),
        ("Each", "has its own message; this one is about what they share"),
    ]


def _seen(cause: Correlation) -> str:
    """Where each breaks, those that break alike in one."""
    alike = dict[str, list[str]]()
    for one in cause.going[:LISTED]:
        words = LAYER.get(Layer(one.layer), "") if one.layer in set(Layer) else ""
        names = alike.setdefault(words or "unclear where it breaks", [])
        if one.name not in names:
            names.append(one.name)
    return "; ".join(f"{listed([clean(n, 40) for n in names], LISTED)}: {words}" for words, names in alike.items())


def _evidence(cause: Correlation) -> str:
    """What was measured, and what the configuration says."""
    failing = len({one.service for one in cause.going})
    match cause.kind:
        case CommonFactor.EDGE | CommonFactor.CLOUD:
            mark = f"their latest answers came through {EDGES.get(cause.what, clean(cause.what, 40))}"
            by = "the configuration says so" if cause.stated else mark
            share = f"{failing} of {number(cause.of, 'service', 'services')} measured {_shared(cause)} fail"
            return f"{by}; {share}{_elsewhere(cause, 'elsewhere')}"
        case CommonFactor.VANTAGE:
            return "from the other locations none of them fails"
        case CommonFactor.NETWORK:
            from_here = "every failure is one of connecting, from our only location; control hosts answer"
            return f"{from_here}{_elsewhere(cause, 'meanwhile')}"
        case _:
            return f"{MANNERS.get(cause.what, '')}{_elsewhere(cause, 'meanwhile')}"


def _elsewhere(cause: Correlation, where: str) -> str:
    fine = (
        f"{where} {number(cause.fine, 'service is', 'services are')} fine"
        if cause.fine
        else "no other is known to be fine"
    )
    return f"; {fine}"


def _meaning(cause: Correlation) -> str:
    """What follows from it, said to be inferred."""
    match cause.kind:
        case CommonFactor.EDGE:
            what = f"{EDGES.get(cause.what, clean(cause.what, 40))}, or the path to it"
        case CommonFactor.CLOUD:
            what = f"{clean(cause.what, 40)}, or the path to it"
        case CommonFactor.VANTAGE:
            what = f"the network of {clean(cause.what, 40)}, hardly the services"
        case CommonFactor.NETWORK:
            what = "our own network or its way out: check there first"
        case _:
            what = BEHIND.get(cause.what, "chance")
    return f"{what} (inferred, not measured)"


def _closed(cause: Correlation, now: float) -> list[tuple[str, str]]:
    end = cause.over_at if cause.over_at is not None else now
    every = listed([clean(name, 40) for name in dict.fromkeys(one.name for one in cause.struck)], LISTED)
    # Fewer than two are left, else it would not be over.
    goes_on = "its own message goes on" if len(names_of(cause)) == 1 else "their own messages go on"
    alone = f"{_names(cause, 1)}; {goes_on}" if cause.going else ""
    return [
        ("", f"{moment(cause.since)} – {moment(end)} ({duration(end - cause.since)}) · {every}"),
        ("Still failing", alone),
    ]


def _footer(cause: Correlation, at: float) -> str:
    if cause.over_at is not None:
        return f"#{clean(cause.id, 20)}"
    return f"Started {moment(cause.since, Style.AGO)} · updated {moment(at)} · #{clean(cause.id, 20)}"

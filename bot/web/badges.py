"""Badges: a service's or component's state as a small picture of our own, and as shields.io's endpoint."""

from html import escape
from typing import Any

from aiohttp import web

from bot.core.model.card import Colour
from bot.core.text.quoting import clean
from bot.web.pages.renderer import missing
from bot.web.pages.state_labels import StateLabel, label_of, label_of_service, name_of
from bot.web.replies import Body, as_json, reply
from bot.web.routing import Call

CACHE_S = 60
COLOURS = {
    Colour.GREEN: "#1a7f4b",
    Colour.YELLOW: "#8a6100",
    Colour.ORANGE: "#b54708",
    Colour.RED: "#c02626",
    Colour.BLUE: "#1d5fbf",
    Colour.GREY: "#5d6673",
}
"""Dark enough for white words on them: 4.5 to 1 at least."""
_WIDE, _NARROW = set("mwMW%@"), set("iljtfr.,:;'|!I ()[]")


async def svg(call: Call) -> web.Response:
    """The picture."""
    label, look = _of(call)
    return reply(call, Body(drawn(label, look).encode(), "image/svg+xml"), cache=f"max-age={CACHE_S}", headers=_open())


async def shields(call: Call) -> web.Response:
    """What https://shields.io/badges/endpoint-badge reads."""
    label, look = _of(call)
    answer: dict[str, Any] = {
        "schemaVersion": 1,
        "label": label,
        "message": look.word,
        "color": COLOURS[look.tone].removeprefix("#"),
        "cacheSeconds": CACHE_S,
        "isError": look.tone is Colour.GREY,
    }
    return reply(call, as_json(answer), cache=f"max-age={CACHE_S}", headers=_open())


def drawn(label: str, look: StateLabel) -> str:
    """The badge, the same bytes for the same words; it loads no font and runs nothing."""
    left, right = _width(label), _width(look.word)
    label, word = escape(label), escape(look.word)
    hatch = (
        '<pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path d="M0 0v6" stroke="#fff" stroke-opacity=".18" stroke-width="3"/></pattern>'
    )
    over = f'<path fill="url(#h)" d="M{left} 0h{right}v20h-{right}z"/>' if look.tone is Colour.GREY else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{label}: {word}"><title>{label}: {word}</title><defs>{hatch}'
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="4"/></clipPath></defs>'
        f'<g clip-path="url(#r)"><path fill="#3b424d" d="M0 0h{left}v20H0z"/>'
        f'<path fill="{COLOURS[look.tone]}" d="M{left} 0h{right}v20h-{right}z"/>{over}</g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 12}">{label}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{word}</text></g></svg>'
    )


def _of(call: Call) -> tuple[str, StateLabel]:
    """The label and look of what the path names, a service or a component. Raises HttpError."""
    name = call.params["name"]
    for standing in call.site.visible(call.visitor).values():
        if standing.service == name:
            return clean(standing.name, 40), _fresh(call, label_of_service(standing, call.now))
        for voices in standing.voices:
            if voices.measured.component == name:
                return name_of(voices), _fresh(call, label_of(voices, call.now))
    raise missing("service or component")


def _fresh(call: Call, look: StateLabel) -> StateLabel:
    """A page that has read nothing lately knows nothing."""
    return StateLabel(Colour.GREY, "unknown") if call.site.freshness(call.now).stale else look


def _width(words: str) -> int:
    """The width of words in Verdana 11, nearly, with room at both sides."""
    return round(sum(9.5 if c in _WIDE else 4.2 if c in _NARROW else 7.0 for c in words)) + 12


def _open() -> dict[str, str]:
    return {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
            "Content-Security-Policy": "default-src 'none'; sandbox"}  # fmt: skip

"""Rows of the stream as compact JSON: one-letter keys, defaults left out, texts cut.

A row is written by one version and may be read by an older or a newer one: unknown fields are ignored, unknown words of
an enumeration become its careful member (never green, never the vendor's fault). Times keep milliseconds, durations
tenths of one.
"""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from bot.core.people import Command, Report, Row
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State, Timings, VendorIncident

WORD, LINE, TEXT = 100, 300, 600
"""Longest word (ids, symptoms), line (names, addresses) and text for people, in characters."""
CLAIMS, INCIDENTS, ARGS = 500, 50, 20
"""Most claims and incidents of one page, arguments of one command."""

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
Fields = dict[str, Any]


def encode(row: Row) -> bytes:
    """One row as it stands in the stream's field `r`.

    Raises:
        ValueError: when its time is not a finite number.
    """
    match row:
        case Observation():
            fields = _observation(row)
        case Report():
            fields = {"k": "r", "t": _time(row.at), "c": _cut(row.component), "w": _cut(row.who)}
            fields |= {"y": int(row.works) or None, "d": _cut(row.text, TEXT), "n": row.n if row.n != 1 else None}
        case Command():
            fields = {"k": "c", "t": _time(row.at), "b": _cut(row.verb), "w": _cut(row.who), "p": _cut(row.where)}
            fields["a"] = [_cut(arg, TEXT) for arg in row.args[:ARGS]]
    return _pack(fields)


def decode(raw: bytes) -> Row | None:
    """The row in `raw`; None when it is none we understand (the caller counts those, and goes on)."""
    try:
        fields = json.loads(raw)
        return _DECODERS[fields["k"]](fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _pack(fields: Fields) -> bytes:
    slim = {key: value for key, value in fields.items() if value is not None and value not in ("", [])}
    text = json.dumps(slim, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace")


def _cut(text: str, most: int = WORD) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _time(at: float) -> float:
    if not math.isfinite(at):
        raise ValueError(f"not a time: {at}")
    return _plain(round(at, 3))


def _optional_time(at: float | None) -> float | None:
    return None if at is None or not math.isfinite(at) else _plain(round(at, 3))


def _plain(number: float) -> float:
    """A whole number without its `.0`."""
    return int(number) if number == int(number) else number


def _word(member: StrEnum, default: StrEnum) -> str | None:
    return None if member is default else member.value


def _observation(o: Observation) -> Fields:
    return {
        "k": "o",
        "i": _cut(o.check),
        "s": _cut(o.service),
        "c": _cut(o.component),
        "v": _cut(o.vantage),
        "t": _time(o.at),
        "o": _word(o.outcome, Outcome.OK),
        "f": _word(o.fault, Fault.NONE),
        "l": _word(o.layer, Layer.OK),
        "y": _cut(o.symptom),
        "h": o.status,
        "m": _timings(o.timings),
        "q": _cut(o.request_id),
        "e": _cut(o.pop),
        "a": _cut(o.advice),
        "d": _cut(o.detail, TEXT),
        "n": None if o.control is None else ("y" if o.control else "n"),
        "p": None if o.page is None else _page(o.page),
    }


def _timings(t: Timings) -> list[float | None]:
    phases = (t.dns, t.connect, t.tls, t.first_byte, t.total)
    return _short([None if ms is None or not math.isfinite(ms) else _plain(round(ms, 1)) for ms in phases])


def _page(page: Page) -> Fields:
    fields = {
        "u": _cut(page.url, LINE),
        "c": [[_cut(c.id), _cut(c.name, LINE), c.state.value] for c in page.claims[:CLAIMS]],
        "i": [_incident(i) for i in page.incidents[:INCIDENTS]],
        "w": _cut(page.words, TEXT),
        "x": _cut(page.unreadable, TEXT),
        "s": int(page.unchanged),
    }
    return {key: value for key, value in fields.items() if value}


def _incident(i: VendorIncident) -> list[Any]:
    return _short([
        _cut(i.id), _cut(i.name, LINE), _cut(i.status), _cut(i.impact), [_cut(c) for c in i.components[:CLAIMS]],
        _optional_time(i.posted_at), _optional_time(i.started_at), _optional_time(i.resolved_at),
        _cut(i.url, LINE) or None, int(i.maintenance) or None,
    ])  # fmt: skip


def _short(items: list[Any]) -> list[Any]:
    """Without the empty tail."""
    while items and items[-1] is None:
        items.pop()
    return items


# Reading: everything is checked, because another version, or another hand, may have written it.


def _text(value: object, most: int = WORD) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("text expected")
    return _cut(value, most)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("number expected")
    return value


def _maybe(read: Callable[[object], T], value: object) -> T | None:
    return None if value is None else read(value)


def _whole(value: object) -> int:
    return int(_number(value))


def _member(kind: type[E], value: object, default: E, unknown: E) -> E:
    if value is None:
        return default
    return next((member for member in kind if member.value == value), unknown)


def _pad(items: Sequence[Any], length: int) -> list[Any]:
    return [*items[:length], *[None] * (length - len(items))]


def _bounded(items: object, most: int) -> Iterable[Any]:
    if items is None:
        return ()
    if not isinstance(items, list):
        raise TypeError("list expected")
    return items[:most]


def _read_observation(f: Fields) -> Observation:
    return Observation(
        check=_text(f.get("i")),
        service=_text(f.get("s")),
        component=_text(f.get("c")),
        vantage=_text(f.get("v")),
        at=_number(f["t"]),
        outcome=_member(Outcome, f.get("o"), Outcome.OK, Outcome.INCONCLUSIVE),
        fault=_member(Fault, f.get("f"), Fault.NONE, Fault.UNKNOWN),
        layer=_member(Layer, f.get("l"), Layer.OK, Layer.UNKNOWN),
        symptom=_text(f.get("y")),
        status=_maybe(_whole, f.get("h")),
        timings=Timings(*(_maybe(_number, ms) for ms in _pad(list(_bounded(f.get("m"), 5)), 5))),
        request_id=_text(f.get("q")),
        pop=_text(f.get("e")),
        advice=_text(f.get("a")),
        detail=_text(f.get("d"), TEXT),
        control={"y": True, "n": False}.get(_text(f.get("n"))),
        page=_maybe(_read_page, f.get("p")),
    )


def _read_page(value: object) -> Page:
    if not isinstance(value, dict):
        raise TypeError("page expected")
    claims = (_pad(list(_bounded(claim, 3)), 3) for claim in _bounded(value.get("c"), CLAIMS))
    return Page(
        url=_text(value.get("u"), LINE),
        claims=tuple(
            Claim(_text(c[0]), _text(c[1], LINE), _member(State, c[2], State.UNKNOWN, State.UNKNOWN)) for c in claims
        ),
        incidents=tuple(_read_incident(_pad(list(_bounded(i, 10)), 10)) for i in _bounded(value.get("i"), INCIDENTS)),
        words=_text(value.get("w"), TEXT),
        unreadable=_text(value.get("x"), TEXT),
        unchanged=bool(value.get("s")),
    )


def _read_incident(i: list[Any]) -> VendorIncident:
    return VendorIncident(
        id=_text(i[0]),
        name=_text(i[1], LINE),
        status=_text(i[2]),
        impact=_text(i[3]),
        components=tuple(_text(c) for c in _bounded(i[4], CLAIMS)),
        posted_at=_maybe(_number, i[5]),
        started_at=_maybe(_number, i[6]),
        resolved_at=_maybe(_number, i[7]),
        url=_text(i[8], LINE),
        maintenance=bool(i[9]),
    )


def _read_report(f: Fields) -> Report:
    n = 1 if f.get("n") is None else _whole(f["n"])
    works = bool(f.get("y"))
    return Report(_number(f["t"]), _text(f.get("c")), _text(f.get("w")), works, _text(f.get("d"), TEXT), n)


def _read_command(f: Fields) -> Command:
    args = tuple(_text(arg, TEXT) for arg in _bounded(f.get("a"), ARGS))
    return Command(_number(f["t"]), _text(f.get("b")), args, _text(f.get("w")), _text(f.get("p")))


_DECODERS: dict[str, Callable[[Fields], Row]] = {"o": _read_observation, "r": _read_report, "c": _read_command}

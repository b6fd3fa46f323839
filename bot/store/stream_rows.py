"""Rows of the stream as compact JSON: one-letter keys, defaults left out, texts cut.

A row is written by one version and may be read by an older or a newer one: unknown fields are ignored, unknown words of
an enumeration become its careful member (never green, never the vendor's fault). Times keep milliseconds, durations
tenths of one, money billionths of a dollar.
"""

import json
import math
from collections.abc import Callable
from typing import Any

from bot.core.model.action import ActionRequest
from bot.core.model.report import Report
from bot.core.model.stream import StreamRow
from bot.store.row_fields import LINE, TEXT, bounded, cut, finite, maybe, member, number, pad, short, text, whole, word
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, PublicMention, State, Timings, VendorIncident

CLAIMS, INCIDENTS, ARGS, MENTIONS = 500, 50, 20, 50
"""Most claims and incidents of one page, arguments of one command, posts of one look."""

Fields = dict[str, Any]


def encode(row: StreamRow) -> bytes:
    """One row as it stands in the stream's field `r`.

    Raises:
        ValueError: when its time is not a finite number.
    """
    match row:
        case Observation():
            fields = _observation(row)
        case Report():
            fields = {"k": "r", "t": _time(row.at), "c": cut(row.component), "w": cut(row.who)}
            fields |= {"y": int(row.works) or None, "d": cut(row.text, TEXT), "n": row.n if row.n != 1 else None}
            fields |= {"p": cut(row.place), "x": row.failed or None, "z": row.total or None}
        case ActionRequest():
            fields = {"k": "c", "t": _time(row.at), "b": cut(row.verb), "w": cut(row.who), "p": cut(row.where)}
            fields |= {"a": [cut(arg, TEXT) for arg in row.args[:ARGS]], "m": cut(row.name), "i": cut(row.id)}
    return _pack(fields)


def decode(raw: bytes) -> StreamRow | None:
    """The row in `raw`; None when it is none we understand (the caller counts those, and goes on)."""
    try:
        fields = json.loads(raw)
        return _DECODERS[fields["k"]](fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _pack(fields: Fields) -> bytes:
    slim = {key: value for key, value in fields.items() if value is not None and value not in ("", [])}
    packed = json.dumps(slim, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return packed.encode("utf-8", "replace")


def _time(at: float) -> float:
    if not math.isfinite(at):
        raise ValueError(f"not a time: {at}")
    return finite(at, 3) or 0


def _observation(o: Observation) -> Fields:
    return {
        "k": "o",
        "i": cut(o.check),
        "s": cut(o.service),
        "c": cut(o.component),
        "v": cut(o.vantage),
        "t": _time(o.at),
        "o": word(o.outcome, Outcome.OK),
        "f": word(o.fault, Fault.NONE),
        "l": word(o.layer, Layer.OK),
        "y": cut(o.symptom),
        "h": o.status,
        "m": _timings(o.timings),
        "q": cut(o.request_id),
        "e": cut(o.pop),
        "j": cut(o.edge),
        "a": cut(o.advice),
        "d": cut(o.detail, TEXT),
        "n": None if o.control is None else ("y" if o.control else "n"),
        "p": None if o.page is None else _page(o.page),
        "g": cut(o.model),
        "r": finite(o.quota, 4),
        "u": o.tokens or None,
        "x": finite(o.cost_usd, 9) or None,
        "b": [_mention(m) for m in o.mentions[:MENTIONS] if math.isfinite(m.at)],
        "z": None if o.expires_at is None else finite(o.expires_at, 0),
        "w": finite(o.warn_days, 3) or None,
    }


def _timings(t: Timings) -> list[float | None]:
    phases = (t.dns, t.connect, t.tls, t.first_byte, t.total, t.first_token)
    return short([finite(ms, 1) for ms in phases])


def _mention(m: PublicMention) -> list[Any]:
    named = [cut(c) for c in m.components[:CLAIMS]] or None
    return short([cut(m.source), cut(m.id), finite(m.at, 3), cut(m.title, LINE), cut(m.url, LINE), named])


def _page(page: Page) -> Fields:
    fields = {
        "u": cut(page.url, LINE),
        "c": [[cut(c.id), cut(c.name, LINE), c.state.value] for c in page.claims[:CLAIMS]],
        "i": [_incident(i) for i in page.incidents[:INCIDENTS]],
        "w": cut(page.words, TEXT),
        "x": cut(page.unreadable, TEXT),
        "s": int(page.unchanged),
        "n": [_incident(i) for i in page.planned[:INCIDENTS]],
    }
    return {key: value for key, value in fields.items() if value}


def _incident(i: VendorIncident) -> list[Any]:
    return short([
        cut(i.id), cut(i.name, LINE), cut(i.status), cut(i.impact), [cut(c) for c in i.components[:CLAIMS]],
        finite(i.posted_at, 3), finite(i.started_at, 3), finite(i.resolved_at, 3),
        cut(i.url, LINE) or None, int(i.maintenance) or None,
        [[cut(c), finite(at, 3)] for c, at in i.posted[:CLAIMS] if math.isfinite(at)] or None, finite(i.ends_at, 3),
    ])  # fmt: skip


def _read_observation(f: Fields) -> Observation:
    return Observation(
        check=text(f.get("i")),
        service=text(f.get("s")),
        component=text(f.get("c")),
        vantage=text(f.get("v")),
        at=number(f["t"]),
        outcome=member(Outcome, f.get("o"), Outcome.OK, Outcome.INCONCLUSIVE),
        fault=member(Fault, f.get("f"), Fault.NONE, Fault.UNKNOWN),
        layer=member(Layer, f.get("l"), Layer.OK, Layer.UNKNOWN),
        symptom=text(f.get("y")),
        status=maybe(whole, f.get("h")),
        timings=Timings(*(maybe(number, ms) for ms in pad(list(bounded(f.get("m"), 6)), 6))),
        request_id=text(f.get("q")),
        pop=text(f.get("e")),
        edge=text(f.get("j")),
        advice=text(f.get("a")),
        detail=text(f.get("d"), TEXT),
        control={"y": True, "n": False}.get(text(f.get("n"))),
        page=maybe(_read_page, f.get("p")),
        model=text(f.get("g")),
        quota=maybe(number, f.get("r")),
        tokens=maybe(whole, f.get("u")) or 0,
        cost_usd=maybe(number, f.get("x")) or 0.0,
        mentions=tuple(_read_mention(pad(list(bounded(m, 6)), 6)) for m in bounded(f.get("b"), MENTIONS)),
        expires_at=maybe(number, f.get("z")),
        warn_days=maybe(number, f.get("w")) or 0.0,
    )


def _read_mention(m: list[Any]) -> PublicMention:
    named = tuple(text(c) for c in bounded(m[5], CLAIMS))
    return PublicMention(text(m[0]), text(m[1]), number(m[2]), text(m[3], LINE), text(m[4], LINE), named)


def _read_page(value: object) -> Page:
    if not isinstance(value, dict):
        raise TypeError("page expected")
    claims = (pad(list(bounded(claim, 3)), 3) for claim in bounded(value.get("c"), CLAIMS))
    return Page(
        url=text(value.get("u"), LINE),
        claims=tuple(
            Claim(text(c[0]), text(c[1], LINE), member(State, c[2], State.UNKNOWN, State.UNKNOWN)) for c in claims
        ),
        incidents=_read_incidents(value.get("i")),
        words=text(value.get("w"), TEXT),
        unreadable=text(value.get("x"), TEXT),
        unchanged=bool(value.get("s")),
        planned=_read_incidents(value.get("n")),
    )


def _read_incidents(value: object) -> tuple[VendorIncident, ...]:
    return tuple(_read_incident(pad(list(bounded(i, 12)), 12)) for i in bounded(value, INCIDENTS))


def _read_incident(i: list[Any]) -> VendorIncident:
    return VendorIncident(
        id=text(i[0]),
        name=text(i[1], LINE),
        status=text(i[2]),
        impact=text(i[3]),
        components=tuple(text(c) for c in bounded(i[4], CLAIMS)),
        posted_at=maybe(number, i[5]),
        started_at=maybe(number, i[6]),
        resolved_at=maybe(number, i[7]),
        url=text(i[8], LINE),
        maintenance=bool(i[9]),
        posted=tuple((text(c), number(at)) for c, at in bounded(i[10], CLAIMS)),
        ends_at=maybe(number, i[11]),
    )


def _read_report(f: Fields) -> Report:
    n = 1 if f.get("n") is None else whole(f["n"])
    works = bool(f.get("y"))
    said = number(f["t"]), text(f.get("c")), text(f.get("w")), works, text(f.get("d"), TEXT), n, text(f.get("p"))
    return Report(*said, failed=maybe(whole, f.get("x")) or 0, total=maybe(whole, f.get("z")) or 0)


def _read_command(f: Fields) -> ActionRequest:
    args = tuple(text(arg, TEXT) for arg in bounded(f.get("a"), ARGS))
    who, where = text(f.get("w")), text(f.get("p"))
    return ActionRequest(number(f["t"]), text(f.get("b")), args, who, where, text(f.get("m")), text(f.get("i")))


_DECODERS: dict[str, Callable[[Fields], StreamRow]] = {"o": _read_observation, "r": _read_report, "c": _read_command}

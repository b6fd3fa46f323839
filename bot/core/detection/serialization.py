"""The state of an assessor as JSON-able values, and back. Pure.

Dataclasses become lists of their fields in order; `VERSION` changes with the shape, and another version's state is not
read: a new detector begins with its priors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from bot.core.detection.baseline import Baseline, BurstModel, Pending
from bot.core.detection.classification import Sample
from bot.core.detection.detector import Suspicion
from bot.core.detection.disturbance import Disturbance
from bot.core.detection.latency import LatencyDetector, Median
from bot.core.detection.recovery import RecoveryTest
from bot.core.detection.report_evidence import ReportEvidence
from bot.core.detection.reprobe import Watched
from bot.core.detection.severity import Severity
from bot.core.detection.stream_filter import Run, Stream

if TYPE_CHECKING:
    from bot.core.detection.episodes import Episodes

VERSION = 1
PLAIN = frozenset({float, int, str, bool, type(None)})
CALM_ODDS = [f.name for f in fields(Stream)].index("calm_odds")
T = TypeVar("T")


def dumped(now: Episodes, at: float, waiting: list[Sample]) -> dict[str, Any]:
    """Everything that decides the future."""
    detector = now.detector
    return {
        "version": VERSION,
        "now": at,
        "waiting": [packed(r) for r in waiting],
        "spells": packed(detector.spells),
        "streams": [_packed_stream(s) for s in detector.streams.values()],
        "suspicions": [[*name, s.sums] for name, s in detector.suspicions.items()],
        "muted": sorted(detector.muted),
        "courses": packed(now.courses),
        "vantages": packed(now.vantages),
        "slow": packed(now.slow),
        "paces": packed(now.paces),
        "hearings": packed(now.hearings),
        "watched": packed(now.attention.watched),
        "standing": dict(now.standing),
        "slowing": dict(now.slowing),
        "quiet": now.quiet,
        "groups": dict(now.groups),
        "next_s": detector.next_s,
    }


def restore(now: Episodes, state: Mapping[str, Any]) -> tuple[float, list[Sample]]:
    """Put a dumped state back; returns the latest time and the results not yet settled."""
    if state.get("version") != VERSION:
        return 0.0, []
    detector = now.detector
    detector.spells = _rebuilt(BurstModel, state["spells"])
    for packed_stream in state["streams"]:
        stream = _stream(packed_stream)
        detector.streams[(stream.vantage, stream.component, stream.check)] = stream
    if detector.streams:
        detector.arrange()
    for kind, name, sums in state["suspicions"]:
        detector.suspicions[(kind, name)] = Suspicion()
        detector.suspicions[(kind, name)].set(list(sums))
    detector.muted = set(state["muted"])
    detector.settled = set(state["standing"])
    detector.next_s = float(state.get("next_s", 0.0))
    now.courses = {k: _course(v) for k, v in state["courses"].items()}
    now.vantages = {k: _course(v) for k, v in state["vantages"].items()}
    now.slow = {k: _course(v) for k, v in state["slow"].items()}
    now.paces = {k: _pace(v) for k, v in state["paces"].items()}
    now.hearings = {k: ReportEvidence(*v) for k, v in state["hearings"].items()}
    now.attention.watched = {k: _rebuilt(Watched, v) for k, v in state["watched"].items()}
    now.standing, now.slowing = dict(state["standing"]), dict(state["slowing"])
    now.quiet = bool(state["quiet"])
    together = min(now.standing.values(), default=0.0)
    now.groups = {c: float(state.get("groups", {}).get(c, together)) for c in now.standing}
    detector.part()
    return float(state["now"]), [Sample(*r) for r in state["waiting"]]


def packed(value: Any) -> Any:
    """A value as lists, dicts, strings and numbers."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is dict:
        return {k: packed(v) for k, v in value.items()}
    if kind is list or kind is tuple:
        return [v if type(v) in PLAIN else packed(v) for v in value]
    names = _names(kind)  # type: ignore[arg-type]  # a class of its own kind is hashable, too
    return [packed(getattr(value, name)) for name in names] if names else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """A dataclass' fields in order; none for any other type."""
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()


def _rebuilt(kind: type[T], values: Iterable[Any]) -> T:
    """A dataclass of plain fields; lists and dicts are copied, as the state given must not change."""
    return kind(*[list(v) if isinstance(v, list) else dict(v) if isinstance(v, dict) else v for v in values])


def _packed_stream(stream: Stream) -> list[Any]:
    """All but `calm_odds`, which follow from the rest."""
    values: list[Any] = packed(stream)
    return values[:CALM_ODDS] + values[CALM_ODDS + 1 :]


def _stream(values: list[Any]) -> Stream:
    *names, run, usual = values[:CALM_ODDS]
    failed, looks, pending, held, *rest = usual
    kept = Baseline(failed, looks, _rebuilt(Pending, pending), _rebuilt(Pending, held), *rest)
    later = [[list(x) for x in v] if isinstance(v, list) else v for v in values[CALM_ODDS:]]
    return _rebuilt(Stream, [*names, Run(*run), kept, [], *later])


def _course(values: list[Any]) -> Disturbance:
    began, seen, failed, severity, closing, symptoms, vantages, latest, said, *rest = values
    return Disturbance(
        began,
        seen,
        failed,
        Severity(*severity),
        RecoveryTest(*closing),
        dict(symptoms),
        dict(vantages),
        [(t, v, w) for t, v, w in latest],
        (said[0], said[1], said[2]),
        *rest,
    )


def _pace(values: list[Any]) -> LatencyDetector:
    sums, value, medians, levels, pending, recent, *latest = values
    return LatencyDetector(
        list(sums),
        value,
        {k: Median(*m) for k, m in medians.items()},
        list(levels),
        list(pending),
        recent,
        *map(list, latest),
    )

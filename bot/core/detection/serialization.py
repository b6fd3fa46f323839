"""The state of an assessor as JSON-able values, and back. Pure.

A dataclass is a row of its fields' values; `fields` says once for all rows which name each place has, so that a state
is read by name and stays small. A field that a state does not have keeps its default, one that nobody knows any more is
passed over. `VERSION` changes with the meaning, and a state of a version nobody knows is not read: a new detector
begins with its priors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot.core.detection.baseline import Baseline, BurstModel, Pending
from bot.core.detection.classification import Sample
from bot.core.detection.disturbance import Disturbance
from bot.core.detection.latency import LatencyDetector, Median
from bot.core.detection.recovery import RecoveryTest
from bot.core.detection.report_evidence import ReportEvidence
from bot.core.detection.reprobe import Watched
from bot.core.detection.severity import Severity
from bot.core.detection.stream_filter import Run, Stream

if TYPE_CHECKING:
    from bot.core.detection.episodes import Episodes

VERSION = 2
PLAIN = frozenset({float, int, str, bool, type(None)})
KEPT: dict[str, type[Any]] = {
    "sample": Sample,
    "bursts": BurstModel,
    "stream": Stream,
    "run": Run,
    "baseline": Baseline,
    "pending": Pending,
    "disturbance": Disturbance,
    "severity": Severity,
    "recovery": RecoveryTest,
    "latency": LatencyDetector,
    "median": Median,
    "reports": ReportEvidence,
    "watched": Watched,
}
"""Every dataclass in a state, by the name it has there."""
DERIVED = frozenset({"calm_odds", "odds"})
"""Fields that follow from the others and are not kept."""
NAMES: dict[Any, tuple[str, ...]] = {
    kind: tuple(f.name for f in fields(kind) if f.name not in DERIVED) for kind in KEPT.values()
}
NAME_OF: dict[Any, str] = {kind: name for name, kind in KEPT.items()}
COLUMNS = {name: " ".join(NAMES[kind]) for name, kind in KEPT.items()}
FIRST_VERSION: dict[str, str] = {
    "sample": "at vantage component check failed symptom total_ms first_ms slow lasting",
    "bursts": "seconds count ended spell_s same other since hours lasting",
    "stream": "vantage component check at belief failed symptom oks run usual ok_at since single spells silent apart"
    " entry unsure",
    "run": "length second_at same other first_at lasting",
    "baseline": "failed looks pending held turned rate hour spells seconds",
    "pending": "looks seconds single spells ended spell_s same other hours lasting",
    "disturbance": "began seen_at failed_at severity closing symptoms vantages latest said",
    "severity": "failed_w weight squares pairs repeats at failed total level against classed quick_failed quick_weight"
    " quick_squares",
    "recovery": "value up_s quiet_s gaps gap_s run_s solid",
    "latency": "sums value medians levels pending recent_ms latest slow",
    "median": "log_ms looks",
    "reports": "minute count total usual",
    "watched": "from_s until_s rests_until vantages",
}
"""The order of the fields in states of version 1 (release 0.1.0), which had no `fields`; their rows may be shorter."""
STRICT = False
"""Whether a field that nobody knows is an error; the tests set it, so that no field is renamed unnoticed."""
T = TypeVar("T")


class UnknownFieldError(ValueError):
    """A state has a field that no dataclass has: raised where `STRICT`."""


def dumped(now: Episodes, at: float, waiting: list[Sample]) -> dict[str, Any]:
    """Everything that decides the future."""
    detector = now.detector
    return {
        "version": VERSION,
        "fields": COLUMNS,
        "now": at,
        "waiting": [packed(r) for r in waiting],
        "spells": packed(detector.spells),
        "streams": [packed(s) for s in detector.streams.values()],
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
    if state.get("version") not in {1, VERSION}:
        return 0.0, []
    rows = _Rows(state)
    detector = now.detector
    detector.spells = rows.read(BurstModel, state["spells"])
    for values in state["streams"]:
        detector.restore(rows.stream(values))
    if detector.streams:
        detector.arrange()
    detector.believe({(kind, name): list(sums) for kind, name, sums in state["suspicions"]})
    detector.muted = set(state["muted"])
    detector.settled = set(state["standing"])
    detector.next_s = float(state.get("next_s", 0.0))
    now.courses = {k: rows.course(v) for k, v in state["courses"].items()}
    now.vantages = {k: rows.course(v) for k, v in state["vantages"].items()}
    now.slow = {k: rows.course(v) for k, v in state["slow"].items()}
    now.paces = {k: rows.pace(v) for k, v in state["paces"].items()}
    now.hearings = {k: rows.read(ReportEvidence, v) for k, v in state["hearings"].items()}
    now.attention.watched = {k: rows.read(Watched, v) for k, v in state["watched"].items()}
    now.standing, now.slowing = dict(state["standing"]), dict(state["slowing"])
    now.quiet = bool(state["quiet"])
    together = min(now.standing.values(), default=0.0)
    now.groups = {c: float(state.get("groups", {}).get(c, together)) for c in now.standing}
    detector.part()
    return float(state["now"]), [rows.read(Sample, v) for v in state["waiting"]]


def packed(value: Any) -> Any:
    """A value as lists, dicts, strings and numbers."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is dict:
        return {k: packed(v) for k, v in value.items()}
    if kind is list or kind is tuple:
        return [v if type(v) in PLAIN else packed(v) for v in value]
    return [packed(getattr(value, name)) for name in NAMES[kind]]


class _Rows:
    """Rows of a state, read by the names it gives their places."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._first = state["version"] == 1
        written = FIRST_VERSION if self._first else state["fields"]
        self._columns = {name: columns.split() for name, columns in written.items()}
        unknown = {
            f"{name}.{column}"
            for name, columns in self._columns.items()
            for column in columns
            if name not in KEPT or column not in NAMES[KEPT[name]]
        }
        if STRICT and unknown:
            raise UnknownFieldError(f"fields of a state that no dataclass has: {', '.join(sorted(unknown))}")

    def read(self, kind: type[T], values: Iterable[Any], **inner: Callable[[Any], Any]) -> T:
        """A dataclass, its nested values made by `inner`; lists and dicts are copied: the state must not change."""
        named = zip(self._columns[NAME_OF[kind]], values, strict=not self._first)
        return kind(**{name: inner.get(name, _copied)(value) for name, value in named if name in NAMES[kind]})

    def stream(self, values: Iterable[Any]) -> Stream:
        """A stream with what is usual for it."""
        return self.read(
            Stream,
            values,
            run=lambda v: self.read(Run, v),
            usual=self._baseline,
            spells=lambda v: [list(one) for one in v],
        )

    def _baseline(self, values: Iterable[Any]) -> Baseline:
        pending = partial(self.read, Pending)
        return self.read(Baseline, values, pending=pending, held=pending)

    def course(self, values: Iterable[Any]) -> Disturbance:
        """The course of a disturbance."""
        return self.read(
            Disturbance,
            values,
            severity=lambda v: self.read(Severity, v),
            closing=lambda v: self.read(RecoveryTest, v),
            latest=lambda v: [(at, vantage, word) for at, vantage, word in v],
            said=tuple,
        )

    def pace(self, values: Iterable[Any]) -> LatencyDetector:
        """The evidence of slowness of one component."""
        return self.read(LatencyDetector, values, medians=lambda v: {k: self.read(Median, one) for k, one in v.items()})


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value

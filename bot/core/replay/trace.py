"""A recorded world: what a check would have seen, slot by slot, at every stream. Pure.

`seen["vantage/component"]` is a string with one letter a slot, so that re-probes can be replayed as honestly as
scheduled looks. Format "groundtruth-trace/1"; the meaning of a letter is in `LETTERS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from probes.model import Fault, Layer, Observation, Outcome, Timings

FORMAT = "groundtruth-trace/1"
QUIET = "."
NO_DATA = "-"
AT_MOST_SLOTS = 50_000_000

Meaning = tuple[Outcome, Fault, Layer, str, int | None]
LETTERS: Mapping[str, Meaning] = {
    ".": (Outcome.OK, Fault.NONE, Layer.OK, "", 200),
    "5": (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "http_500", 500),
    "9": (Outcome.FAILED, Fault.VENDOR, Layer.CAPACITY, "http_529", 529),
    "3": (Outcome.FAILED, Fault.VENDOR, Layer.GATEWAY_TO_APP, "http_503", 503),
    "2": (Outcome.FAILED, Fault.EDGE, Layer.EDGE_TO_ORIGIN, "http_522", 522),
    "m": (Outcome.FAILED, Fault.VENDOR, Layer.STREAM, "stream_error", 200),
    "t": (Outcome.FAILED, Fault.VENDOR, Layer.NO_ANSWER, "timeout", None),
    "c": (Outcome.FAILED, Fault.VENDOR, Layer.TCP, "refused", None),
    "d": (Outcome.FAILED, Fault.VENDOR, Layer.DNS, "dns", None),
    "q": (Outcome.FAILED, Fault.OURS, Layer.OUR_QUOTA, "http_429", 429),
    "a": (Outcome.FAILED, Fault.OURS, Layer.OUR_KEY, "http_401", 401),
    "b": (Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.EDGE_BOT_BLOCK, "bot_challenge", 403),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One stream: where it looks, and in which slots of each interval."""

    vantage: str
    component: str
    offset: int
    seen: str
    latency_ms: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """A recording, `start` in Unix seconds."""

    name: str
    slot_s: float
    slots: int
    interval_s: float
    start: float
    components: tuple[str, ...]
    places: tuple[Place, ...]
    control: Mapping[str, str] = field(default_factory=dict)
    reports: tuple[tuple[int, str, int], ...] = ()

    @property
    def every(self) -> int:
        """Slots between two scheduled looks of a stream."""
        return max(1, round(self.interval_s / self.slot_s))

    @property
    def days(self) -> float:
        return self.slots * self.slot_s / 86400

    def observed(self, place: Place, slot: int) -> Observation | None:
        """What a check in this slot sees; None where there was no data."""
        letter = place.seen[slot]
        meaning = LETTERS.get(letter)
        if meaning is None:
            return None
        outcome, fault, layer, symptom, status = meaning
        asked = letter in "tcd"
        answered = self.control.get(place.vantage, "")[slot : slot + 1] in ("", QUIET) if asked else None
        return Observation(
            check=place.component,
            service="replay",
            component=place.component,
            vantage=place.vantage,
            at=self.start + slot * self.slot_s,
            outcome=outcome,
            fault=Fault.OURS if answered is False else fault,
            layer=Layer.OUR_NETWORK if answered is False else layer,
            symptom=symptom,
            status=status,
            control=answered,
            timings=Timings(total=self._latency(place, slot)),
        )

    def _latency(self, place: Place, slot: int) -> float | None:
        if not place.latency_ms or (slot - place.offset) % self.every:
            return None
        look = (slot - place.offset) // self.every
        return place.latency_ms[look] if look < len(place.latency_ms) else None


def read(data: Any) -> World:
    """A world from its JSON. Raises ValueError in words for people."""
    named = data.get("format") if isinstance(data, dict) else None
    if named != FORMAT:
        raise ValueError(f"not a recording: its format is {str(named)[:40]!r}, not {FORMAT!r}")
    try:
        return _read(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a broken recording: {type(error).__name__} at {str(error)[:80]}") from error


def _read(data: Mapping[str, Any]) -> World:
    slots = int(data["slots"])
    if not 0 < slots <= AT_MOST_SLOTS:
        raise ValueError(f"a broken recording: {slots} slots")
    places = []
    for name, seen in data["seen"].items():
        vantage, _, component = name.partition("/")
        if len(seen) != slots:
            raise ValueError(f"a broken recording: {name} has {len(seen)} slots instead of {slots}")
        latency = tuple(data.get("latency_ms", {}).get(name, ()))
        places.append(Place(vantage, component, int(data["offset_slots"].get(name, 0)), seen, latency))
    reports = tuple(sorted((int(r["slot"]), str(r["component"]), int(r["n"])) for r in data.get("reports", ())))
    return World(
        name=str(data.get("name", "")),
        slot_s=float(data["slot_s"]),
        slots=slots,
        interval_s=float(data["interval_s"]),
        start=datetime.fromisoformat(str(data["start"])).timestamp(),
        components=tuple(data["components"]),
        places=tuple(places),
        control=dict(data.get("control", {})),
        reports=reports,
    )

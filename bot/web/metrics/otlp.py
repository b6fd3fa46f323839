"""The metrics as an OTLP request in JSON: the same families and figures as a scrape. Pure.

https://opentelemetry.io/docs/specs/otlp/ and the JSON mapping of opentelemetry-proto: 64-bit numbers are strings.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.web.metrics.families import FAMILIES, IN_PROCESS, Family

DAY_S = 86_400
CUMULATIVE = 2
"""AGGREGATION_TEMPORALITY_CUMULATIVE."""
MOST = 100_000
"""Samples of one request; whole series that are beyond are left out."""
_SAMPLE = re.compile(r"(?P<name>\w+)(?:\{(?P<labels>.*?)\})? (?P<value>[^ ]+)(?: # .*)?")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
Labels = tuple[tuple[str, str], ...]
Sample = tuple[str, Labels, float]
"""Name, labels, value."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose figures they are: version, this process's name, and since when it counts (Unix seconds)."""

    version: str
    instance: str
    began: float


def request(rows: Mapping[str, Sequence[str]], origin: Origin, now: float) -> tuple[dict[str, Any], int]:
    """An ExportMetricsServiceRequest of these rows, as `bot.web.metrics.exposition` has them; how many series not."""
    who = {
        "service.name": "groundtruth",
        "service.version": origin.version,
        "service.instance.id": origin.instance,
    }
    metrics, room, left_out = [], MOST, 0
    for name, pieces in rows.items():
        series: dict[Labels, list[Sample]] = {}
        for sample in (one for piece in pieces for one in _samples(piece)):
            series.setdefault(_series(sample[1]), []).append(sample)
        taken: list[Sample] = []
        for samples in series.values():
            # A histogram without some of its buckets would be a wrong one.
            if len(samples) > room:
                room, left_out = 0, left_out + 1
            else:
                room -= len(samples)
                taken += samples
        if taken:
            metrics.append(_metric(FAMILIES[name], taken, origin, now))
    scope = {"scope": {"name": "groundtruth", "version": origin.version}, "metrics": metrics}
    resource = {"attributes": _attributes(tuple(who.items()))}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [scope]}]}, left_out


def _series(labels: Labels) -> Labels:
    """The labels without the bound of a bucket."""
    return tuple(pair for pair in labels if pair[0] != "le")


def _samples(piece: str) -> Iterator[Sample]:
    """Name, labels and value of each line."""
    for line in piece.split("\n"):
        found = _SAMPLE.fullmatch(line)
        if found is not None:
            labels = tuple((key, _plain(value)) for key, value in _LABEL.findall(found["labels"] or ""))
            yield found["name"], labels, float(found["value"])


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda one: "\n" if one[1] == "n" else one[1], value)


def _metric(family: Family, samples: Sequence[Sample], origin: Origin, now: float) -> dict[str, Any]:
    # What is not counted in this process is counted since midnight UTC.
    since = origin.began if family.name in IN_PROCESS else now // DAY_S * DAY_S
    times = {"startTimeUnixNano": _nano(since), "timeUnixNano": _nano(now)}
    made: dict[str, Any] = {"name": family.name, "description": family.help, "unit": _unit(family.name)}
    match family.type:
        case "histogram":
            made["histogram"] = {"aggregationTemporality": CUMULATIVE, "dataPoints": _histograms(samples, times)}
        case "counter":
            points = [{**times, "attributes": _attributes(of), "asDouble": value} for _, of, value in samples]
            made["sum"] = {"aggregationTemporality": CUMULATIVE, "isMonotonic": True, "dataPoints": points}
        case _:
            points = [
                {"timeUnixNano": _nano(now), "attributes": _attributes(of), "asDouble": value}
                for _, of, value in samples
            ]
            made["gauge"] = {"dataPoints": points}
    return made


def _histograms(samples: Sequence[Sample], times: Mapping[str, str]) -> list[dict[str, Any]]:
    """The samples of each set of labels together; buckets are cumulative there and single here."""
    found: dict[Labels, dict[str, Any]] = {}
    for name, labels, value in samples:
        of = _series(labels)
        one = found.setdefault(of, {"bounds": [], "below": [], "sum": 0.0})
        if name.endswith("_bucket"):
            one["bounds"].append(dict(labels)["le"])
            one["below"].append(int(value))
        elif name.endswith("_sum"):
            one["sum"] = value
    return [
        {
            **times,
            "attributes": _attributes(of),
            "count": str(one["below"][-1]),
            "sum": one["sum"],
            "explicitBounds": [float(bound) for bound in one["bounds"][:-1]],
            "bucketCounts": [str(n - m) for n, m in zip(one["below"], [0, *one["below"]], strict=False)],
        }
        for of, one in found.items()
        if one["below"]
    ]


def _attributes(of: Labels) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in of]


def _unit(name: str) -> str:
    """By the UCUM, as OpenTelemetry wants it."""
    units = {"_seconds": "s", "_ratio": "1", "_dollars": "{USD}", "_tokens": "{token}"}
    return next((unit for end, unit in units.items() if name.removesuffix("_total").endswith(end)), "")


def _nano(at: float) -> str:
    return str(int(at * 1000) * 1_000_000)

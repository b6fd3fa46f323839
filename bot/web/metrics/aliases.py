"""The present under the names of other monitors, so that dashboards made for them go on: `/metrics?names=gatus`. Pure.

Gatus: https://github.com/TwiN/gatus (`metrics: true`); Uptime Kuma: its wiki page "Prometheus integration".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.symptoms import present
from bot.web.metrics.exposition import labels
from bot.web.metrics.probe import UP
from probes.model import State

KUMA = {State.UNKNOWN: 2, State.MAINTENANCE: 3}
"""Kuma's numbers beside 1 (up) and 0 (down): pending is what is not known."""
Sample = tuple[str, str, float]
"""The metric's name, its labels, its value."""


def aliases(names: Sequence[str], standings: Mapping[str, ServiceStatus], now: float) -> str:
    """Those metrics as text, gauges all; "" for names that nobody has. What is unknown is never up."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        for metric, of, value in _samples(name, standings, now):
            found.setdefault(metric, []).append(f"{metric}{of} {value!r}")
    return "".join(
        "\n".join((f"# HELP {metric} {HELP[metric]}", f"# TYPE {metric} gauge", *lines, ""))
        for metric, lines in found.items()
    )


def _samples(name: str, standings: Mapping[str, ServiceStatus], now: float) -> Iterator[Sample]:
    made = ALIASES.get(name)
    if made is not None:
        for standing in standings.values():
            for voices in standing.voices:
                yield from made(standing, voices, now)


def _gatus(standing: ServiceStatus, voices: ComponentStatus, now: float) -> Iterator[Sample]:
    measured = voices.measured
    state = present(measured, now)
    key = f"{standing.service}_{measured.component}"
    of = labels(key=key, group=standing.service, name=measured.component, type="HTTP")
    yield "gatus_results_endpoint_success", of, int(state in UP)
    if state is not State.UNKNOWN and measured.latency_ms is not None:
        yield "gatus_results_duration_seconds", of, measured.latency_ms / 1000


def _kuma(_: ServiceStatus, voices: ComponentStatus, now: float) -> Iterator[Sample]:
    measured = voices.measured
    state = present(measured, now)
    of = labels(monitor_name=measured.name, monitor_type="http", monitor_url="", monitor_hostname="", monitor_port="")
    yield "monitor_status", of, KUMA.get(state, int(state in UP))
    if state is not State.UNKNOWN and measured.latency_ms is not None:
        yield "monitor_response_time", of, measured.latency_ms


ALIASES: Mapping[str, Callable[[ServiceStatus, ComponentStatus, float], Iterator[Sample]]] = {
    "gatus": _gatus,
    "kuma": _kuma,
}
"""Whose names there are."""
HELP = {
    "gatus_results_endpoint_success": "1 while the component is operational or degraded as measured, else 0.",
    "gatus_results_duration_seconds": "Median latency of the latest good answers.",
    "monitor_status": "1 up, 0 down, 2 unknown, 3 maintenance.",
    "monitor_response_time": "Median latency of the latest good answers in milliseconds.",
}

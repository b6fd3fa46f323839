"""One scrape of 1,000 components: nothing changed, a tenth, everything; beside prometheus-client's own writer."""

import statistics
import time

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest

from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.model.statuspage import PageStatus
from bot.web.metrics.collector import Collector, incidents_of
from bot.web.metrics.counts import CheckCounts
from bot.web.metrics.exposition import rendered
from bot.web.metrics.reading import BudgetReading, Reading, ServiceReading
from probes.model import Observation, Outcome, State, Timings

NOW = 1_776_094_980.0
SERVICES, COMPONENTS, ROUNDS = 50, 20, 25


def services(rates=(0.01,), changed=1.0, before=None) -> list[ServiceReading]:
    """All of them; of `before` all but a share that has changed are the same values."""
    found = []
    for s in range(SERVICES):
        voices = []
        for c in range(COMPONENTS):
            old = before[s].standing.voices[c] if before else None
            if old is not None and (s * COMPONENTS + c) % 100 >= changed * 100:
                voices.append(old)
                continue
            name, rate = f"service-{s}-component-{c}", rates[(s + c) % len(rates)]
            measured = Measurement(name, name, State.OPERATIONAL, rate, 0.0, 0.1, 3, 100, at=NOW - 3, latency_ms=123.4)
            voices.append(ComponentStatus(measured, PageStatus(State.OPERATIONAL, read_at=NOW - 5)))
        standing = ServiceStatus(f"service-{s}", f"Service {s}", tuple(voices), page_url="https://x.example")
        found.append(
            ServiceReading(standing, NOW - 2, lags={"0.5": 3.0, "0.9": 9.0}, spending=BudgetReading(0.1, 9, 0, 1.0))
        )
    return found


def counted(rows: list[ServiceReading]) -> CheckCounts:
    """One check of each, timed."""
    names = [(one.standing.service, v.measured.component) for one in rows for v in one.standing.voices]
    counts = CheckCounts(names)
    for service, component in names:
        timings = Timings(total=123.0, first_token=50.0)
        counts.take(Observation(f"{component}/hello", service, component, "eu", NOW - 1, Outcome.OK, timings=timings))
    counts.write()
    return counts


def scraped(collector: Collector, rows: list[ServiceReading], counts: CheckCounts) -> bytes:
    """The body of one scrape."""
    reading = Reading(rows, NOW - 1, up=True)
    names = {one.standing.service for one in rows}
    found = collector.rows(reading, NOW, {}) | counts.rows(NOW, incidents_of(reading), names, openmetrics=True)
    return rendered(found, openmetrics=True).encode()


def median_ms(what) -> float:
    """Processor time of one call, the median of several, so that neighbours count little."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        what()
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


class OfTheLibrary:
    """The states and ten gauges of as many components, for prometheus-client to write."""

    def collect(self):
        states = GaugeMetricFamily("states", "x", labels=["service", "component", "state"])
        for n in range(SERVICES * COMPONENTS):
            for state in State:
                states.add_metric([f"service-{n}", f"component-{n}", state], 1.0)
        yield states
        for g in range(10):
            gauge = GaugeMetricFamily(f"gauge{g}", "x", labels=["service", "component"])
            for n in range(SERVICES * COMPONENTS):
                gauge.add_metric([f"service-{n}", f"component-{n}"], 0.5)
            yield gauge


def main() -> None:
    """Print it."""
    first = services()
    counts, collector = counted(first), Collector("1")
    body = scraped(collector, first, counts)
    lines = body.count(b"\n")
    same = median_ms(lambda: scraped(collector, first, counts))
    rates = [(0.01 + n / 1000,) for n in range(ROUNDS)]
    tenth, whole = iter(rates), iter(rates)
    few = median_ms(lambda: scraped(collector, services(next(tenth), 0.1, first), counts))
    all_ = median_ms(lambda: scraped(collector, services(next(whole)), counts))
    making = median_ms(lambda: services(rates[0]))
    registry = CollectorRegistry()
    registry.register(OfTheLibrary())
    library = generate_latest(registry)
    theirs = median_ms(lambda: generate_latest(registry))
    samples = library.count(b"\n") - library.count(b"# ")
    print(f"1,000 components, {lines:,} lines, {len(body) / 1e6:.1f} MB; processor time of one scrape:")
    print(f"  nothing has changed   {same:6.1f} ms")
    print(f"  a tenth has changed   {few - making * 0.1:6.1f} ms")
    print(f"  everything has        {all_ - making:6.1f} ms")
    print(f"  prometheus-client     {theirs:6.1f} ms for {samples:,} samples,"
          f" {theirs / samples / (same / lines):.0f} times as long a line")  # fmt: skip


if __name__ == "__main__":
    main()

"""Every metric that we export, in one table: names, types, labels and help. Dashboards, rules and docs come from it.

Names follow Prometheus: base units, `_total` for counters, no incident's id in a label. State and figures come from the
store, so every replica shows the same: `max by`, never `sum`. Only the counters of `IN_PROCESS` are this process's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Type = Literal["gauge", "counter", "histogram", "info"]

COMPONENT = ("service", "component")
CHECK = (*COMPONENT, "check", "vantage")


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name without `_total`, `_bucket` or `_info`, its type, its help and its labels."""

    name: str
    type: Type
    help: str
    labels: tuple[str, ...] = ()

    @property
    def samples(self) -> tuple[str, ...]:
        """The names of its samples, as queries use them."""
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}
        return tuple(self.name + suffix for suffix in suffixes.get(self.type, ("",)))


_ALL = (
    Family("groundtruth_build", "info", "The version that runs.", ("version",)),
    Family("groundtruth_store_up", "gauge", "1 while the store answers, 0 while it does not."),
    Family("groundtruth_snapshot_age_seconds", "gauge", "Seconds since the store was last read for this scrape."),
    Family("groundtruth_judgement_age_seconds", "gauge", "Seconds since the service was last judged.", ("service",)),
    Family("groundtruth_component_state", "gauge",
           "1 for the state of the component as measured, 0 for the others; unknown where no result is fresh.",
           (*COMPONENT, "state")),
    Family("groundtruth_component_suspicious", "gauge",
           "1 while most of the latest results failed, yet too few for an alert.", COMPONENT),
    Family("groundtruth_failure_ratio", "gauge",
           "Share of the latest results that failed, as judged; absent where no result is fresh or slowness is judged.",
           COMPONENT),
    Family("groundtruth_failure_ratio_low", "gauge", "Lower end of the 95 % interval of the failure ratio.",
           COMPONENT),
    Family("groundtruth_failure_ratio_high", "gauge", "Upper end of the 95 % interval of the failure ratio.",
           COMPONENT),
    Family("groundtruth_slow_ratio", "gauge", "Share of the latest answers that were slow, while slowness is judged.",
           COMPONENT),
    Family("groundtruth_latency_seconds", "gauge", "Median latency of the latest good answers.", COMPONENT),
    Family("groundtruth_usual_latency_seconds", "gauge", "Median latency at normal times.", COMPONENT),
    Family("groundtruth_result_age_seconds", "gauge", "Seconds since the last usable result.", COMPONENT),
    Family("groundtruth_user_reports", "gauge", "User reports in the last 15 minutes, by what they say.",
           (*COMPONENT, "says")),
    Family("groundtruth_page_state", "gauge",
           "1 for the state that the vendor's page gives, 0 for the others; unknown where no reading is fresh.",
           (*COMPONENT, "state")),
    Family("groundtruth_page_reading_age_seconds", "gauge", "Seconds since the vendor's page was last read.",
           COMPONENT),
    Family("groundtruth_page_discrepancy", "gauge",
           "1 while page and measurement disagree in this way, 0 while they do not.", (*COMPONENT, "kind")),
    Family("groundtruth_page_unreadable", "gauge", "1 while the vendor's page cannot be read.", ("service",)),
    Family("groundtruth_page_lag_seconds", "gauge",
           "Seconds from our first failure within which the page speaks in this share of troubles, by the ledger.",
           ("service", "share")),
    Family("groundtruth_detection_lead_seconds", "gauge",
           "How long before the page we alerted on the latest incident that both told; negative: the page was first.",
           ("service",)),
    Family("groundtruth_incidents_open", "gauge", "Open incidents.", ("service",)),
    Family("groundtruth_incidents_unacknowledged", "gauge", "Open incidents that nobody has acknowledged.",
           ("service",)),
    Family("groundtruth_stream_unjudged_rows", "gauge", "Results and reports that are not judged yet.", ("service",)),
    Family("groundtruth_deliveries_waiting", "gauge", "Messages that wait to be delivered.", ("service", "channel")),
    Family("groundtruth_deliveries_undeliverable", "gauge", "Messages on record that could not be delivered.",
           ("service",)),
    Family("groundtruth_deliveries", "counter", "Attempts to deliver by this process, by what became of them.",
           ("channel", "outcome")),
    Family("groundtruth_spent_dollars", "counter", "US dollars set aside for paid checks since midnight UTC.",
           ("service",)),
    Family("groundtruth_spent_tokens", "counter", "Tokens set aside for paid checks since midnight UTC.",
           ("service",)),
    Family("groundtruth_budget_dollars", "gauge", "US dollars that paid checks may use in a day.", ("service",)),
    Family("groundtruth_checks_refused", "counter", "Paid checks refused by the budget since midnight UTC.",
           ("service",)),
    Family("groundtruth_check_results", "counter", "Results read by this process, by outcome.", (*CHECK, "outcome")),
    Family("groundtruth_check_duration_seconds", "histogram", "How long checks took that got an answer.", CHECK),
    Family("groundtruth_time_to_first_token_seconds", "histogram", "Time to a model's first words.", CHECK),
)  # fmt: skip
FAMILIES: Mapping[str, Family] = {family.name: family for family in _ALL}

IN_PROCESS = frozenset({
    "groundtruth_deliveries",
    "groundtruth_check_results",
    "groundtruth_check_duration_seconds",
    "groundtruth_time_to_first_token_seconds",
})  # fmt: skip
"""Counted since this process began."""

DURATIONS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
FIRST_TOKENS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Upper bounds of the histograms' buckets in seconds."""

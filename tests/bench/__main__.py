"""All benchmarks, one after the other: `python -m tests.bench` (or only those named)."""

import subprocess
import sys
import time
from importlib.util import find_spec

BENCHES = {
    "outage": ("the whole path: start, memory, processor time, bytes kept, first failure to alert", 240),
    "pager": ("from the start of an outage to the pager, as a distribution over 50 runs", 600),
    "detector": ("the detector: delay, false alarms, distance from the optimum", 240),
    "alerting": ("time to alert by interval, share of failures and components, beside 3 in a row", 300),
    "store": ("the store", 60),
    "routes": ("what addressing one notice costs with 1,000 routes", 60),
    "desk": ("the desk: every command's answer with 1,000 components", 120),
    "scrape": ("one scrape of 1,000 components", 60),
    "web": ("the status page: the overview of 1,000 components, 2,000 open pages, its cost at the start", 180),
    "heartbeats": ("what 1,000 heartbeats cost: processor time, memory, pings a second", 120),
    "statusline": ("a status line that is cached: the script, the program, Python alone", 60),
    "slack": ("Slack: commands by 50 people at once, an alert to 1,000 channels", 120),
    "drain": ("10,000 notices queued at once: limits, processor time, memory", 180),
    "platforms": ("Slack and Discord in one loop beside 200 checks a second", 60),
    "clients": ("what the Python client adds to a call when all is well", 60),
    "cost": ("200 checks every ten seconds, all well, beside a bare loop and Prometheus", 180),
    "shared_slot": ("a cluster: what all processes ask of the one node that serves what belongs to no service", 400),
    "breadth": ("what judging a result costs in services of 10, 100 and 1,000 components", 400),
    "growth": ("memory over ten minutes of results, time-outs, resets and errors", 900),
    "capacity": ("one prober: throughput, lateness, memory, look to judged", 120),
}
"""A benchmark's module -> what it measures, and the seconds after which it is given up."""


def main(wanted: list[str]) -> int:
    """Run them in processes of their own, so that none warms or burdens the next; 1 if one failed."""
    failed = []
    for name, (what, limit_s) in BENCHES.items():
        if (wanted and name not in wanted) or find_spec(f"tests.bench.{name}") is None:
            continue
        print(f"\n== {what}", flush=True)
        began = time.monotonic()
        try:
            code = subprocess.run(
                [sys.executable, "-m", f"tests.bench.{name}"], timeout=limit_s, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            print(f"given up after {limit_s} s", flush=True)
            code = 1
        failed += [name] if code else []
        print(f"({name}: {time.monotonic() - began:.0f} s)", flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

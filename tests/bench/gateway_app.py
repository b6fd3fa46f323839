"""An app that asks OpenFeature's own OFREP provider where each call goes; tests.bench.gateways runs it.

`python gateway_app.py GROUNDTRUTH SECONDS A_SECOND NAME=ADDRESS...` prints the number of calls and of failed ones.
"""

import sys
import time

import httpx
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider

ASKED = {"model": "claude-sonnet-4-6", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}


def main(groundtruth: str, seconds: float, a_second: float, homes: dict[str, str]) -> None:
    """Call."""
    api.set_provider(OFREPProvider(groundtruth))
    flags, first = api.get_client(), next(iter(homes))
    began, calls, failed = time.monotonic(), 0, 0
    with httpx.Client(headers={"x-api-key": "k", "anthropic-version": "2023-06-01"}, timeout=5) as http:
        while time.monotonic() - began < seconds:
            home = homes[flags.get_string_value("route.chat", first)]
            failed += http.post(f"{home}/v1/messages", json=ASKED).status_code != 200
            calls += 1
            time.sleep(max(0.0, began + calls / a_second - time.monotonic()))
    print(calls, failed)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), dict(one.split("=", 1) for one in sys.argv[4:]))

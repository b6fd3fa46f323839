"""pytest: writes what Groundtruth measured when a test failed into the JUnit report.

With GROUNDTRUTH_URL set, `PYTHONPATH=deploy/ci pytest -p pytest_groundtruth --junitxml report.xml` gives a failed test

    <property name="groundtruth" value="claude-api: partial_outage; openai-api: operational"/>

GROUNDTRUTH_COMPONENTS names those to tell of, with commas between them; without it those that are not operational are
told. GROUNDTRUTH_TOKEN is for services that not everybody sees. The states are read once in 15 s, within 2 s; where
Groundtruth does not answer, the property says so, and no test changes its outcome.
"""

import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

KEPT_S, TIMEOUT_S, LARGEST = 15.0, 2.0, 4_000_000


def told(answer: Mapping[str, Any], wanted: Sequence[str]) -> str:
    """The answer of `/v1/components` in a line; every component of `wanted`, else those that are not operational."""
    states = {one["id"]: one["state"] for one in answer["components"]}
    if wanted:
        chosen = {component: states.get(component, "not watched") for component in wanted}
    else:
        chosen = {component: state for component, state in states.items() if state != "operational"}
    said = "; ".join(f"{component}: {state}" for component, state in chosen.items()) or "all operational"
    return f"{said} (stale)" if answer["stale"] else said


class Groundtruth:
    """The plugin."""

    def __init__(self, read: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._said, self._at = "", float("-inf")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        """The property goes to a test that failed; its last report carries it into the file."""
        outcome = yield
        if outcome.get_result().failed and all(name != "groundtruth" for name, _ in item.user_properties):
            item.user_properties.append(("groundtruth", self._now()))

    def _now(self) -> str:
        if self._clock() - self._at > KEPT_S:
            self._said, self._at = self._read(), self._clock()
        return self._said


def read() -> str:
    """What Groundtruth says now."""
    request = urllib.request.Request(os.environ["GROUNDTRUTH_URL"].rstrip("/") + "/v1/components")  # noqa: S310 -- the scheme is checked in pytest_configure
    if token := os.environ.get("GROUNDTRUTH_TOKEN"):
        request.add_header("Authorization", f"Bearer {token}")
    wanted = [one.strip() for one in os.environ.get("GROUNDTRUTH_COMPONENTS", "").split(",") if one.strip()]
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 -- as above
            return told(json.loads(answer.read(LARGEST)), wanted)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"Groundtruth did not answer ({type(error).__name__})"


def pytest_configure(config: pytest.Config) -> None:
    """On where an address is given."""
    if os.environ.get("GROUNDTRUTH_URL", "").startswith(("http://", "https://")):
        config.pluginmanager.register(Groundtruth(read), "groundtruth")

"""Transitions of a replay as the events of `groundtruth replay --events`. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.core.detection.assessment import Transition

Event = dict[str, Any]


def events(steps: Iterable[Transition], start: float) -> Iterator[Event]:
    """One JSON-able event a transition; while other components of an episode go on, a partial end is a change."""
    standing: dict[tuple[str, str], list[dict[str, Event]]] = {}
    for step in steps:
        alike = standing.setdefault((step.kind, step.vantage if step.scope == "vantage" else ""), [])
        going = next((x for x in alike if x.keys() & set(step.components)), None)
        if going is None:
            going = {}
            alike.append(going)
        said = _event(step, start)
        if step.event != "resolved":
            going.update(dict.fromkeys(step.components, said))
        else:
            for component in step.components:
                going.pop(component, None)
            if going:
                last = max(going.values(), key=lambda e: e["t_s"])
                said |= {"event": "changed", "scope": "component", "components": sorted(going), "state": last["state"]}
                said |= {key: last[key] for key in ("rate", "low", "high")}
            else:
                alike.remove(going)
        yield said


def _event(step: Transition, start: float) -> Event:
    return {
        "t_s": round(step.at - start, 3),
        "event": step.event,
        "scope": step.scope,
        "components": list(step.components),
        "state": step.state.value,
        "rate": round(step.rate, 4),
        "low": round(step.low, 4),
        "high": round(step.high, 4),
        "kind": step.kind,
        "vantage": step.vantage,
        "why": step.why,
    }


def openings(steps: Iterable[Transition], start: float) -> list[float]:
    """When vendor incidents opened, in seconds from the start: trouble of a vantage is none."""
    return [s.at - start for s in steps if s.event == "opened" and s.scope != "vantage"]

"""Certificates that end soon: people are told once at each mark of days left, quietly. Pure."""

from collections.abc import Mapping

from bot.core.model.service import ServiceView
from bot.core.model.snapshot import Snapshot
from bot.core.routing.notices import Notice
from bot.core.text.durations import clock, duration
from bot.core.text.quoting import clean
from probes.model import Observation

FORGOTTEN_S = 30 * 86_400.0
"""A certificate that ended so long ago is not remembered."""
MOST = 200
"""Certificates of one service that are remembered."""


class Certificates:
    """What was told of each certificate that a check saw: the mark of days left it was told at last."""

    def __init__(self, service: ServiceView, kept: Mapping[str, float] | None = None) -> None:
        self._service = service
        self._told = dict(kept or {})
        self._due: list[Observation] = []

    def see(self, seen: Observation) -> None:
        """Take in a result; servers behind one name may show several certificates, each is told of its own."""
        if seen.expires_at is None or not seen.warn_days:
            return
        name = _name(seen)
        if seen.warn_days < self._told.get(name, float("inf")):
            self._told[name] = seen.warn_days
            self._due.append(seen)

    def take(self, now: float) -> list[Notice]:
        """What is to be said; of each certificate only the last mark."""
        due, self._due = {_name(seen): seen for seen in self._due}, []
        return [self._notice(seen, now) for seen in due.values()]

    def state(self, now: float) -> dict[str, float]:
        """What has to be kept."""
        fresh = {name: mark for name, mark in self._told.items() if _ends(name) > now - FORGOTTEN_S}
        return dict(sorted(fresh.items(), key=lambda pair: _ends(pair[0]))[-MOST:])

    def _notice(self, seen: Observation, now: float) -> Notice:
        ends = seen.expires_at or now
        component = clean(self._service.names.get(seen.component, seen.component), 40)
        left = f"ends in {duration(ends - now)}" if ends > now else "has ended"
        text = f"the certificate of {component} {left}, {clock(ends, now)} (check {clean(seen.check, 80)})"
        snapshot = Snapshot(now, self._service.id, self._service.name, None, None, (), reason=f"{text}: renew it")
        subject = f"certificate@{seen.check}@{round(ends)}@{seen.warn_days:g}"
        return Notice(subject, round(now * 10), snapshot, urgent=True)


def _name(seen: Observation) -> str:
    return f"{seen.check}@{round(seen.expires_at or 0)}"


def _ends(name: str) -> float:
    return float(name.rpartition("@")[2])

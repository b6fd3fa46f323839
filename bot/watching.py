"""How Groundtruth itself is watched, as configured: a heartbeat, and who hears of our troubles."""

from dataclasses import dataclass

from bot.recurring import Recurring
from probes.secret import Secret


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A dead-man's switch: its address, asked every `interval_s` while we work; `fail` is asked when we do not.

    Addresses and headers are secrets: whoever has them can keep the switch quiet.
    """

    url: Secret
    interval_s: float = 60.0
    method: str = "GET"
    fail: Secret | None = None
    headers: tuple[tuple[str, Secret], ...] = ()
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """A "day" or "week" told to some targets when its time comes; `when` says also how late it may still be told."""

    every: str
    when: Recurring
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watching:
    """All of it.

    `to` are those who hear of our own troubles (none: whoever hears of everything), `listen` is where readiness is
    asked for ("host:port", "" for nowhere).
    """

    heartbeat: Heartbeat | None = None
    to: tuple[str, ...] = ()
    listen: str = ""
    digests: tuple[Digest, ...] = ()

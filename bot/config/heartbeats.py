"""Checks of kind `heartbeat`: options that belong together, addresses of their own, a door to come in by."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from bot.config.complaints import Complaint
from bot.config.document import Node, Path
from bot.fields import seconds
from bot.scheduling.cron import trigger
from probes.heartbeat import OPTIONS

KIND = "heartbeat"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SLUG = re.compile(r"[a-z0-9_-]{1,100}")
_LENGTHS: Mapping[str, tuple[float, float]] = {
    "every": (1, 366 * 86_400),
    "grace": (1, 366 * 86_400),
    "run": (1, 366 * 86_400),
}


def lengths(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with every length in seconds. Only for options without complaints."""
    return {name: seconds(value) if name in _LENGTHS and value != "" else value for name, value in options.items()}


def violations(root: Node, checks: Iterable[tuple[Path, Node]]) -> Iterator[Complaint]:
    """What is wrong with heartbeats, beyond the types of their options."""
    taken: dict[str, Node] = {}
    web = root.get("web")
    for path, check in checks:
        kind, target = check.get("kind"), check.get("target")
        if kind is None or kind.value != KIND:
            continue
        yield from _rhythm(check, path)
        if web is None:
            yield Complaint(kind.place, (*path, "kind"), "expected web: too, where pings come in; nobody could report")
        if target is None or not isinstance(target.value, str):
            continue
        where, name = (*path, "target"), target.value
        if not UUID.fullmatch(name) and not SLUG.fullmatch(name):
            yield Complaint(
                target.place, where, "expected a UUID, or a slug of a-z, 0-9, - and _ such as nightly-backup"
            )
        elif name in taken:
            yield Complaint(
                target.place, where, f"expected an address of its own: this one is taken at {taken[name].place}"
            )
        elif not UUID.fullmatch(name) and web is not None and web.get("ping_key") is None:
            expected = (
                "expected web.ping_key too: whoever knows a slug could report; or a UUID here, which nobody can guess"
            )
            yield Complaint(target.place, where, expected)
        taken.setdefault(name, target)


def _rhythm(check: Node, path: Path) -> Iterator[Complaint]:
    options = check.get("options")
    given = options.plain() if options else {}
    given = given if isinstance(given, dict) else {}
    place = (options or check).place
    if bool(given.get("every")) == bool(given.get("cron")):
        yield Complaint(place, (*path, "options"), "expected every or cron, one of the two, such as every: 1h")
    for name, (least, most) in _LENGTHS.items():
        value = given.get(name, "")
        if value == "":
            continue
        try:
            good = least <= seconds(value) <= most
        except ValueError:
            good = False
        if not good and isinstance(value, OPTIONS[name].types) and not isinstance(value, bool):
            yield Complaint(
                _at(options, name, place),
                (*path, "options", name),
                "expected a duration such as 30m, 1h or 1d, at most 366d",
            )
    if isinstance(given.get("cron"), str) and given["cron"] and not _good_cron(given["cron"]):
        expected = 'expected cron\'s five fields, such as "0 3 * * *" (minute, hour, day, month, weekday)'
        yield Complaint(_at(options, "cron", place), (*path, "options", "cron"), expected)
    zone = given.get("time_zone", "UTC")
    if isinstance(zone, str) and not _good_zone(zone):
        yield Complaint(
            _at(options, "time_zone", place),
            (*path, "options", "time_zone"),
            "expected a time zone such as Europe/Berlin",
        )
    if zone != "UTC" and not given.get("cron"):
        yield Complaint(
            _at(options, "time_zone", place),
            (*path, "options", "time_zone"),
            "expected cron beside it: every needs no time zone",
        )


def _at(options: Node | None, name: str, place: Any) -> Any:
    return options.at((name,)).place if options else place


def _good_cron(value: str) -> bool:
    try:
        trigger(value, "UTC")
    except (ValueError, KeyError):
        return False
    return True


def _good_zone(value: str) -> bool:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return False
    return True

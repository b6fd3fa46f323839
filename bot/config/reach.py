"""What would look at nothing or reach nobody: matchers that match nothing, targets no check can ask, no channel at all.

Everything here has the right shape and a silent effect, so each complaint says what would happen or what was meant.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.config.complaints import Complaint, nearest, unknown
from bot.config.document import Node, Path
from bot.core.model.discrepancy import DiscrepancyKind
from bot.core.routing.matchers import DISCREPANCY, GROUP, INCIDENT, KEYS, OWN, Matcher, matchers
from bot.core.routing.regex import pattern
from bot.fields import seconds
from probes.model import Fault, State
from probes.network.tcp import place

OFTENEST_S = 1.0
"""More often only what runs on this machine is asked."""
MACHINE_PATHS: Mapping[str, str] = {
    "atlassian": "/api/v2/summary.json",
    "betterstack": "/index.json",
    "google": "/incidents.json",
    "incident_io": "/api/v2/summary.json",
    "instatus": "/summary.json",
}
"""Where pages of a dialect have what a machine reads."""
OTHER_NAMES: Mapping[str, str] = {
    "statuspage": "atlassian",
    "statuspage.io": "atlassian",
    "better_uptime": "betterstack",
}
"""What people call a dialect."""


def address(check: Node, path: Path) -> Iterator[Complaint]:
    """A target that a check of its kind cannot ask."""
    kind, target = check.get("kind"), check.get("target")
    if not kind or not isinstance(kind.value, str) or not target or not isinstance(target.value, str):
        return
    where, value = (*path, "target"), target.value
    if kind.value == "http" and not value.startswith(("http:", "https:")):
        yield Complaint(target.place, where, "expected an http:// or https:// address")
    elif kind.value in {"tcp", "tls", "dns"} and "://" in value:
        wanted = {"tcp": "host:port, such as db.example.com:5432", "dns": "a host's name"}
        yield Complaint(
            target.place, where, f"expected {wanted.get(str(kind.value), 'host or host:port')}, not an address with ://"
        )
    elif kind.value == "tcp" and place(value) is None:
        yield Complaint(target.place, where, "expected host:port, such as db.example.com:5432")
    elif kind.value == "tls" and place(value, 443) is None:
        yield Complaint(target.place, where, "expected host or host:port, such as api.example.com:443")


def page(part: Node, path: Path) -> Iterator[Complaint]:
    """The page that people open in place of the one that machines read."""
    url, dialect = part.get("url"), part.get("dialect")
    if not url or not isinstance(url.value, str):
        return
    named = str(dialect.value).casefold() if dialect else "atlassian"
    machine = MACHINE_PATHS.get(OTHER_NAMES.get(named, named))
    parts = urlsplit(url.value)
    if machine and parts.path in {"", "/"} and parts.hostname and not parts.query:
        right = f"{parts.scheme}://{parts.netloc}{machine}"
        expected = f"expected the machine-readable address, such as {right}; the page for people goes in page_url"
        yield Complaint(url.place, (*path, "url"), expected)


def dialect(word: str, known: frozenset[str]) -> str:
    """What to say of an unknown dialect."""
    meant = OTHER_NAMES.get(word.casefold().replace("-", "_"))
    return f"unknown dialect; did you mean {meant}?" if meant in known else unknown("dialect", word, known)


def too_often(root: Node, checks: Iterator[tuple[Path, Node]]) -> Iterator[Complaint]:
    """Checks of others' hosts several times a second."""
    usual = root.get("intervals")
    default = usual.get("checks") if usual else None
    expected = f"expected at least {OFTENEST_S:g}s: only checks of this machine may run more often"
    for path, check in checks:
        target, own = check.get("target"), check.get("interval")
        if target is None or not isinstance(target.value, str) or _here(target.value):
            continue
        given, where = (own, (*path, "interval")) if own else (default, ("intervals", "checks"))
        if given is not None and 0.1 <= _seconds(given) < OFTENEST_S:
            yield Complaint(given.place, where, expected)


def channels(root: Node) -> Iterator[Complaint]:
    """A warning where no channel is configured."""
    node = root.get("channels")
    if node is None or not isinstance(node.value, dict):
        return
    off = [one.get("enabled") for _, one in node.items()]
    if all(switch is not None and switch.value is False for switch in off):
        expected = "expected at least one channel that is on, such as console: {kind: console}, or nobody is alerted"
        yield Complaint(node.place, ("channels",), expected)


def unmatched(root: Node, services: Iterator[tuple[Path, Node]]) -> Iterator[Complaint]:
    """Matchers of routes that no notice can ever fit."""
    known = _values(list(services))
    yield from _of_routes(root.get("routes"), ("routes",), known)


def _of_routes(listed: Node | None, path: Path, known: Mapping[str, frozenset[str]]) -> Iterator[Complaint]:
    for number, branch in enumerate(listed.value if listed and isinstance(listed.value, list) else ()):
        match = branch.get("match")
        many = match.value if match and isinstance(match.value, list) else [match] if match else []
        for place_, node in enumerate(many):
            where = (*path, number, "match", place_) if match and node is not match else (*path, number, "match")
            for one in _read(node):
                said = _nothing(one, known)
                if said:
                    yield Complaint(node.place, where, said)
        yield from _of_routes(branch.get("routes"), (*path, number, "routes"), known)


def _read(node: Node) -> tuple[Matcher, ...]:
    try:
        return matchers(node.value) if isinstance(node.value, str) else ()
    except ValueError:  # said where its shape is checked
        return ()


def _nothing(one: Matcher, known: Mapping[str, frozenset[str]]) -> str:
    """What to say of a matcher that matches nothing there is."""
    if one.op.startswith("!") or not one.value:
        return ""
    if one.key not in known:
        meant = {"severity": "state", "status": "state", "name": "component", "alertname": "kind"}.get(one.key)
        meant = meant or nearest(one.key, known)
        there = f"did you mean {meant}?" if meant else f"expected one of: {', '.join(sorted(known))}"
        return f"matches nothing: no notice has {one.key}; {there}"
    values = known[one.key]
    if one.key == "vantage" or (one.op == "=" and one.value in values):
        return ""
    if one.op == "=~" and any(map(pattern(one.value), values)):
        return ""
    close = nearest(one.value, values) or next((v for v in sorted(values) if v.startswith(one.value)), "")
    there = f"did you mean {close}?" if close else f"expected one of: {', '.join(sorted(values))}"
    return f"matches nothing: there is no such {one.key}; {there}"


def _values(services: list[tuple[Path, Node]]) -> dict[str, frozenset[str]]:
    """Every key that a notice can have, with its values as far as they are known beforehand."""
    found: dict[str, set[str]] = {key: set() for key in KEYS}
    for _, service in services:
        name = service.get("id")
        found["service"] |= {name.value} if name and isinstance(name.value, str) else set()
        _label(found, service)
        components = service.get("components")
        for own, component in components.items() if components else ():
            found["component"].add(own)
            _label(found, component)
    found["state"] = {state.value for state in State}
    found["fault"] = {Fault.VENDOR.value, Fault.EDGE.value}
    found["kind"] = {INCIDENT, DISCREPANCY, OWN, GROUP, *(kind.value for kind in DiscrepancyKind)}
    return {key: frozenset(values) for key, values in found.items()}


def _label(found: dict[str, set[str]], part: Node) -> None:
    labels = part.get("labels")
    for key, node in labels.items() if labels else ():
        found.setdefault(key, set()).add(str(node.value))


def _here(target: str) -> bool:
    """Whether a target is this machine."""
    try:
        host = urlsplit(target if "//" in target else f"//{target}").hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _seconds(node: Node) -> float:
    try:
        return seconds(node.value)
    except ValueError:
        return 0.0

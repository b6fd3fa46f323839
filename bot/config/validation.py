"""What a configuration obeys beyond its shape: names that are unique, known kinds and options, no secrets in it.

Works on the tree, wrong as it may be elsewhere, so that all complaints come at once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.config import escalation, heartbeats, maintenance, reach, routing, self_monitoring, web
from bot.config.complaints import Complaint, unknown
from bot.config.document import Node, Path
from bot.config.secrets import Secrets
from bot.fields import REFERENCE
from probes.options import Options, complaints

CONFIDENTIAL = ("authorization", "cookie", "token", "secret", "password", "key")
"""Ends of names whose values are secrets: they come from the environment."""

LOOKS_SECRET = re.compile(r"(Bearer |Basic )?(sk-|xox[a-z]-|xapp-|gh[a-z]_|github_pat_|AKIA|AIza)[A-Za-z0-9]|Bearer ")
"""How the keys of well-known services begin."""

BOTS = ("discord", "slack")
"""Kinds of channels that are heard over a connection of the bot whose token they have."""


@dataclass(frozen=True, slots=True)
class Known:
    """What this build understands: probe kinds with their options, page dialects, channel kinds with theirs."""

    checks: Mapping[str, Options]
    dialects: frozenset[str]
    channels: Mapping[str, frozenset[str]]


def violations(root: Node, known: Known, vault: Secrets) -> Iterator[Complaint]:
    """Everything that breaks a rule."""
    yield from _ambiguous(root)
    for path, check in checks(root):
        yield from _kind(check, path, "check", known.checks)
        yield from reach.address(check, path)
        yield from _options(check, path, known.checks)
        options = check.get("options")
        if options:
            yield from vault.complaints(options, (*path, "options"))
            yield from _literals(options, (*path, "options"))
    yield from heartbeats.violations(root, checks(root))
    for path, page in _pages(root):
        dialect = page.get("dialect")
        if dialect and isinstance(dialect.value, str) and dialect.value not in known.dialects:
            yield Complaint(dialect.place, (*path, "dialect"), reach.dialect(dialect.value, known.dialects))
        yield from reach.page(page, path)
    for path, channel in _channels(root):
        yield from _kind(channel, path, "channel", known.channels)
        yield from _channel_keys(channel, path, known.channels)
        yield from vault.complaints(channel, path)
        yield from _literals(channel, path)
    yield from _one_bot_twice(root, vault)
    yield from reach.channels(root)
    yield from reach.too_often(root, checks(root))
    yield from reach.unmatched(root, services(root))
    yield from escalation.violations(root)
    yield from routing.violations(root)
    yield from maintenance.violations(root, frozenset(str(path[-1]) for path, _ in components(root)) | _ids(root))
    yield from self_monitoring.violations(root, vault)
    yield from web.violations(root, vault, _ids(root), frozenset(str(path[-1]) for path, _ in components(root)))
    beat = root.get("heartbeat")
    if beat:
        yield from _literals(beat, ("heartbeat",))
    redis = root.get("redis")
    if redis:
        yield from vault.complaints(redis, ("redis",))


def checks(root: Node) -> Iterator[tuple[Path, Node]]:
    """Every check that is on, with its path."""
    for path, component in components(root):
        for name, check in _on(component.get("checks")):
            yield (*path, "checks", name), check


def components(root: Node) -> Iterator[tuple[Path, Node]]:
    """Every component that is on, with its path."""
    for path, service in services(root):
        for name, component in _on(service.get("components")):
            yield (*path, "components", name), component


def services(root: Node) -> Iterator[tuple[Path, Node]]:
    """Every service, with its path."""
    listed = root.get("services")
    for number, service in enumerate(listed.value if listed and isinstance(listed.value, list) else ()):
        yield ("services", number), service


def _ids(root: Node) -> frozenset[str]:
    found = (service.get("id") for _, service in services(root))
    return frozenset(node.value for node in found if node and isinstance(node.value, str))


def _on(node: Node | None) -> Iterator[tuple[str, Node]]:
    for name, child in node.items() if node else ():
        switch = child.get("enabled")
        if switch is None or switch.value is not False:
            yield name, child


def _pages(root: Node) -> Iterator[tuple[Path, Node]]:
    for path, service in services(root):
        page = service.get("page")
        if page:
            yield (*path, "page"), page


def _channels(root: Node) -> Iterator[tuple[Path, Node]]:
    for name, channel in _on(root.get("channels")):
        yield ("channels", name), channel


def _one_bot_twice(root: Node, vault: Secrets) -> Iterator[Complaint]:
    """Two channels of one token: each would take what people ask of the other."""
    taken: dict[tuple[str, str], str] = {}
    for path, channel in _channels(root):
        kind, token = channel.get("kind"), channel.get("token")
        if not kind or kind.value not in BOTS or not token or not isinstance(token.value, str):
            continue
        try:
            secret = vault.secret(token.value)
        except ValueError:  # said where references are checked
            continue
        name = str(path[-1])
        first = taken.setdefault((kind.value, secret.reveal() if secret else name), name)
        if first != name:
            expected = f"expected another bot's: channels.{first} has this one, and can list all of its channels"
            yield Complaint(token.place, (*path, "token"), expected)


def _ambiguous(root: Node) -> Iterator[Complaint]:
    """Two components of one id, or a name that means two components."""
    words: dict[str, tuple[str, Node]] = {}
    for path, component in components(root):
        own = str(path[-1])
        for where, node, word in _called(component, path):
            meant, first = words.setdefault(word.casefold(), (own, node))
            if meant != own or (where == path and first is not node):
                yield Complaint(node.place, where, f"expected a name of its own: {_first(first)}")


def _called(component: Node, path: Path) -> Iterator[tuple[Path, Node, str]]:
    """All that one may call a component by."""
    yield path, component, str(path[-1])
    name, nicknames = component.get("name"), component.get("nicknames")
    if name and isinstance(name.value, str):
        yield (*path, "name"), name, name.value
    for number, nickname in enumerate(nicknames.value if nicknames and isinstance(nicknames.value, list) else ()):
        if isinstance(nickname.value, str):
            yield (*path, "nicknames", number), nickname, nickname.value


def _first(node: Node) -> str:
    return f"this one is already used at {node.place}"


def _kind(node: Node, path: Path, what: str, known: Iterable[str]) -> Iterator[Complaint]:
    kind = node.get("kind")
    if kind and isinstance(kind.value, str) and kind.value not in known:
        yield Complaint(kind.place, (*path, "kind"), unknown(f"kind of {what}", kind.value, known))


def _options(check: Node, path: Path, known: Mapping[str, Options]) -> Iterator[Complaint]:
    kind, options = check.get("kind"), check.get("options")
    if not kind or not options or not isinstance(kind.value, str) or kind.value not in known:
        return
    given = options.plain()
    for name, said in complaints(known[kind.value], given if isinstance(given, dict) else {}):
        where = (*path, "options", name)
        expected = f"expected {said}" if said else unknown(f"option of {kind.value}", name, known[kind.value])
        yield Complaint(options.at((name,)).place, where, expected)


def _channel_keys(channel: Node, path: Path, known: Mapping[str, frozenset[str]]) -> Iterator[Complaint]:
    kind = channel.get("kind")
    if not kind or not isinstance(kind.value, str) or kind.value not in known:
        return
    expected = known[kind.value] | {"kind", "enabled"}
    for name, node in channel.items():
        if name not in expected:
            yield Complaint(node.place, (*path, name), unknown(f"key of a {kind.value} channel", name, expected))


def _literals(node: Node, path: Path) -> Iterator[Complaint]:
    """Secrets that stand in the file itself."""
    for name, child in node.items():
        yield from _literals(child, (*path, name))
        if not isinstance(child.value, str) or REFERENCE.search(child.value):
            continue
        if name.casefold().endswith(CONFIDENTIAL) or LOOKS_SECRET.match(child.value):
            expected = "expected ${NAME}, a secret from the environment, not the secret itself"
            yield Complaint(child.place, (*path, name), expected)

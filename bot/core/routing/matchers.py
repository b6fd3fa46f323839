"""Matchers: what a route, a silence or a question is about, in Alertmanager's words. Pure.

`service="claude"`, `state=~"major_outage|partial_outage"`, `team!=payments`: quotes are optional where nothing in the
value needs them. What is matched may have several values of one key (an incident on three components): `=` and `=~`
want one of them, `!=` and `!~` none. A key without a value is the empty string, as in Alertmanager.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident
from bot.core.model.labels import Facts, Labels
from bot.core.model.snapshot import Snapshot
from bot.core.routing.regex import LONGEST, pattern
from probes.model import Fault, Layer

KEYS = ("service", "component", "state", "fault", "kind", "vantage")
"""What everything has, beside its labels."""
INCIDENT, DISCREPANCY, OWN, GROUP = "incident", "discrepancy", "own", "group"
"""Values of `kind`, beside the kinds of discrepancies."""

KEY = r"[A-Za-z_][A-Za-z0-9_.-]{0,59}"
"""How a key, and so the name of a label, is written."""
EMPTY = frozenset({""})
FAR = frozenset({Layer.DNS, Layer.TCP, Layer.TLS, Layer.EDGE_BOT_BLOCK, Layer.EDGE_RATE_LIMIT, Layer.EDGE_TO_ORIGIN})
"""Layers before the vendor's own gateway: trouble there is the edge's."""

_SHAPE = re.compile(rf"\s*({KEY})\s*(=~|!~|!=|=)\s*(\S.*|)", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_BARE = re.compile(r'[^"{},=!~\s]*\s*')
_APART = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition: a key, one of `=` `!=` `=~` `!~`, and a value (a pattern of the whole value after a `~`)."""

    key: str
    op: str
    value: str

    def __str__(self) -> str:
        """As it is written, with quotes."""
        value = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.key}{self.op}"{value}"'

    def fits(self, facts: Facts) -> bool:
        """Whether it holds for these facts."""
        values = facts.get(self.key) or EMPTY
        among = any(map(pattern(self.value), values)) if "~" in self.op else self.value in values
        return among is not self.op.startswith("!")


def matcher(text: str) -> Matcher:
    """Read one matcher.

    Raises:
        ValueError: one sentence on what cannot be read.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise ValueError(f'{_cut(text)} is no matcher: expected key="value", with = != =~ or !~ between them')
    key, op, written = shape.groups()
    if len(written) > 2 * LONGEST:
        raise ValueError(f"{_cut(text)} is too long: a value has at most {LONGEST} characters")
    quoted = _QUOTED.fullmatch(written)
    if quoted is None and _BARE.fullmatch(written) is None:
        raise ValueError(f"{_cut(text)} needs quotes around its value, and a backslash before a quote in it")
    value = re.sub(r'\\(["\\n])', _meant, quoted[1]) if quoted else written.rstrip()
    if "~" in op:
        pattern(value)
    return Matcher(key, op, value)


def matchers(text: str) -> tuple[Matcher, ...]:
    """Read matchers with commas between them, with or without braces around. Raises ValueError with one sentence."""
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    return tuple(matcher(part) for part in _APART.findall(inner) if part.strip())


def matches(conditions: Iterable[Matcher], facts: Facts) -> bool:
    """Whether all of them hold; of none this is true."""
    return all(condition.fits(facts) for condition in conditions)


def facts_of(snapshot: Snapshot, labels: Labels) -> Facts:
    """What can be asked of a notice.

    Of an incident: every component it ever had and the worst it has been. Of a discrepancy: its component, and the
    states that either side has stated.
    """
    incident = snapshot.incident
    measured = [voices.measured for voices in snapshot.voices]
    match snapshot.about:
        case Discrepancy() as record:
            components = {record.component} - {""}
            states, kinds = {record.measured, record.claimed}, {DISCREPANCY, record.kind.value}
            measured = [m for m in measured if m.component in components]
        case Incident() as one:
            components, states, kinds = set(one.components), {one.worst}, {INCIDENT}
        case _:
            components, states, kinds, measured = set(), set(), {OWN}, []
    vantages = {incident.vantage} if incident and incident.vantage else {v for m in measured for v in m.vantages}
    facts = {
        "service": frozenset({snapshot.service}),
        "component": frozenset(components),
        "state": frozenset(state.value for state in states),
        "fault": frozenset(Fault.EDGE.value if m.layer in FAR else Fault.VENDOR.value for m in measured if m.layer),
        "kind": frozenset(kinds),
        "vantage": frozenset(vantages),
    }
    return labelled(labels, components) | facts


def labelled(labels: Labels, components: Iterable[str]) -> dict[str, frozenset[str]]:
    """The labels of some components of a service; a component's own goes before the service's."""
    whole = labels.get("", {})
    found = dict[str, set[str]]()
    for own in [{**whole, **labels.get(component, {})} for component in components] or [{**whole}]:
        for key, value in own.items():
            found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


def _meant(escaped: re.Match[str]) -> str:
    return "\n" if escaped[1] == "n" else escaped[1]


def _cut(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")

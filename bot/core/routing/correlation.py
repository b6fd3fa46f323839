"""What vendors that begin to fail at the same time have in common. Pure.

Several components of one vendor are one incident already; this looks at several vendors. Those whose trouble began
within `WITHIN_S` of each other are held side by side, and what most of them share is said, in this order where it
explains equally many: they fail at one vantage only; they run in one cloud (which only the configuration can say); they
are behind one edge network; everything fails at the connection, from the only vantage; they fail in the same manner.

Nobody is blamed without cause:
- An edge counts only where failures are of a kind that an edge can make. A vendor's own error that came through it
  shows rather that the edge works.
- An edge or cloud counts only where at least half of the vendors behind it that are measured fail. Most of the vendors
  here are behind Cloudflare, so that two of them fail together proves little by itself.
- Our own network is suspected where control hosts answer (where they do not, no incident begins) but three vendors or
  more, and three in four of all, cannot be connected to.
- What has nothing in common is coincidence: at one incident a day and vendor (Claude's page had 1.4 a day in 2026)
  another one of ten begins within five minutes of one in 6 of 100 cases. It is a line in `status`, and no message.

Cloudflare's outages of 18 November and 5 December 2025 began everywhere within minutes
(https://blog.cloudflare.com/18-november-2025-outage/), as did that of AWS us-east-1 on 20 October 2025.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.model.group import AffectedVendor, CommonFactor, Correlation
from bot.core.model.ids import short_id
from probes.model import NETWORK_LAYERS, Layer

WITHIN_S = 300.0
"""Trouble that began so long after the trouble before it belongs to the same moment."""
LEAST, ALIKE = 2, 3
"""Vendors that share a place, and that share a manner of failing, before anything is said."""
HALF, MOST = 0.5, 0.75
"""Of those behind an edge or in a cloud; of all that are measured, before our own network is suspected."""
CAN_BE_THE_EDGE = NETWORK_LAYERS | {Layer.EDGE_TO_ORIGIN, Layer.EDGE_OR_GATEWAY}
THEIR_OWN = frozenset({"envoy", "kong"})
"""Marks of software that a vendor runs itself, which no other vendor shares."""
MANNER = {Layer.DNS: "dns", Layer.TLS: "tls", Layer.TCP: "connections", Layer.NO_ANSWER: "connections"}
ORDER = tuple(CommonFactor)


@dataclass(frozen=True, slots=True)
class VendorIncidentView:
    """One open incident: since when (Unix seconds), where it breaks, the edges in front of what fails.

    `vantage` is set where it fails from there alone; `alone`: there is only one vantage. Of what is `quiet` no message
    begins.
    """

    incident: str
    began: float
    layer: str = ""
    edges: frozenset[str] = frozenset()
    vantage: str = ""
    alone: bool = True
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class VendorView:
    """One vendor as it stands: the edges in front of it, its cloud, whether it is measured and well, its incidents.

    `stated`: the configuration named the edge.
    """

    service: str
    name: str
    edges: frozenset[str] = frozenset()
    cloud: str = ""
    fine: bool = False
    stated: bool = False
    blows: tuple[VendorIncidentView, ...] = ()


Hit = tuple[VendorView, VendorIncidentView]


def found(looks: Sequence[VendorView]) -> tuple[Correlation, ...]:
    """What is shared among those that fail now; two vendors at least in each."""
    hits = [(look, blow) for look in looks for blow in look.blows if not blow.quiet]
    return tuple(cause for moment in _moments(hits) for cause in _explained(moment, looks))


def followed(kept: Sequence[Correlation], looks: Sequence[VendorView], now: float) -> tuple[Correlation, ...]:
    """What was found before, as it stands now, and what is new; of those that are over once more, with their end.

    One keeps its name while it is told. Something else takes its place only where that explains more.
    """
    fresh = list(found(looks))
    standing = {blow.incident for look in looks for blow in look.blows}
    onward = []
    for old in kept:
        best = max(fresh, key=lambda one: _overlap(one, old), default=None)
        best = best if best is not None and _overlap(best, old) else None
        now_so = _onward(old, best, standing, looks, now)
        if best is not None and now_so.over_at is None:
            fresh.remove(best)
        onward.append(now_so)
    told = {one.incident for cause in onward for one in cause.struck if cause.over_at is None}
    return (*onward, *(one for one in fresh if not told.issuperset(s.incident for s in one.struck)))


def _onward(
    old: Correlation, new: Correlation | None, standing: set[str], looks: Sequence[VendorView], now: float
) -> Correlation:
    """One that was known, with what is found of it now."""
    same = new is not None and (new.kind, new.what) == (old.kind, old.what)
    struck = {one.incident: replace(one, over=one.incident not in standing) for one in old.struck}
    cause = old
    if new is not None:
        better = new.kind is not CommonFactor.NOTHING and (
            old.kind is CommonFactor.NOTHING or len(new.struck) > sum(not one.over for one in struck.values())
        )
        if better and not same:
            cause = replace(old, kind=new.kind, what=new.what, stated=new.stated)
        if better or same:
            struck |= {one.incident: one for one in new.struck}
    cause = replace(cause, struck=tuple(sorted(struck.values(), key=lambda one: (one.began, one.service))))
    if len({one.service for one in cause.going}) < LEAST:
        return replace(cause, over_at=now)
    return _counted(cause, looks)


def _moments(hits: Sequence[Hit]) -> Iterator[list[Hit]]:
    """Those that began together; each within five minutes of the one before."""
    moment: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (one[1].began, one[0].service, one[1].incident)):
        if moment and hit[1].began - moment[-1][1].began > WITHIN_S:
            yield moment
            moment = []
        moment.append(hit)
    if moment:
        yield moment


def _explained(moment: Sequence[Hit], looks: Sequence[VendorView]) -> Iterator[Correlation]:
    """What explains most of a moment, then what explains most of the rest; else that nothing is shared."""
    left, explained = list(moment), False
    while _spread(left) >= LEAST:
        offers = list(_offers(left, looks))
        if not offers:
            break
        kind, what, hits = max(offers, key=lambda one: (_spread(one[2]), -ORDER.index(one[0]), one[1]))
        explained = True
        yield _cause(kind, what, hits, moment, looks)
        left = [hit for hit in left if hit not in hits]
    everywhere = [hit for hit in left if not hit[1].vantage]
    if not explained and _spread(everywhere) >= LEAST:
        yield _cause(CommonFactor.NOTHING, "", everywhere, moment, looks)


def _offers(hits: Sequence[Hit], looks: Sequence[VendorView]) -> Iterator[tuple[CommonFactor, str, list[Hit]]]:
    """Everything that enough of them share."""
    for vantage in {blow.vantage for _, blow in hits} - {""}:
        yield from _enough(CommonFactor.VANTAGE, vantage, [h for h in hits if h[1].vantage == vantage], LEAST)
    wide = [hit for hit in hits if not hit[1].vantage]
    for cloud in {look.cloud for look, _ in wide} - {""}:
        inside = [hit for hit in wide if hit[0].cloud == cloud]
        if _spread(inside) >= HALF * len(_sharing(CommonFactor.CLOUD, cloud, looks)):
            yield from _enough(CommonFactor.CLOUD, cloud, inside, LEAST)
    for edge in {edge for _, blow in wide for edge in blow.edges} - THEIR_OWN:
        behind = [hit for hit in wide if edge in hit[1].edges and hit[1].layer in CAN_BE_THE_EDGE]
        if _spread(behind) >= HALF * len(_sharing(CommonFactor.EDGE, edge, looks)):
            yield from _enough(CommonFactor.EDGE, edge, behind, LEAST)
    dark = [hit for hit in wide if hit[1].layer in NETWORK_LAYERS and hit[1].alone]
    if _spread(dark) >= MOST * sum(look.fine or bool(look.blows) for look in looks):
        yield from _enough(CommonFactor.NETWORK, "", dark, ALIKE)
    for manner in dict.fromkeys(MANNER.values()):
        alike = [hit for hit in wide if _manner(hit[1].layer) == manner]
        yield from _enough(CommonFactor.FAULT, manner, alike, ALIKE)


def _enough(
    kind: CommonFactor, what: str, hits: list[Hit], least: int
) -> Iterator[tuple[CommonFactor, str, list[Hit]]]:
    if _spread(hits) >= least:
        yield kind, what, hits


def _cause(
    kind: CommonFactor, what: str, hits: Sequence[Hit], moment: Sequence[Hit], looks: Sequence[VendorView]
) -> Correlation:
    struck = tuple(
        AffectedVendor(look.service, look.name, blow.incident, blow.began, blow.layer) for look, blow in hits
    )
    own = {look.service for look, _ in hits}
    beside = dict.fromkeys(look.name for look, _ in moment if look.service not in own)
    stated = kind is CommonFactor.CLOUD or (kind is CommonFactor.EDGE and any(look.stated for look, _ in hits))
    # What is shared and the first incident name it for good, so that after a crash it is found under the same name.
    its_id = short_id(kind, what, struck[0].incident, f"{struck[0].began:.3f}")
    return _counted(
        Correlation(kind, what, its_id, struck[0].began, struck, beside=tuple(beside), stated=stated), looks
    )


def _counted(cause: Correlation, looks: Sequence[VendorView]) -> Correlation:
    """The same with how many share it and how many do not, as they are now."""
    sharing = {look.service for look in _sharing(cause.kind, cause.what, looks)}
    fine = sum(look.fine and look.service not in sharing for look in looks)
    return replace(cause, of=len(sharing | {one.service for one in cause.going}), fine=fine)


def _sharing(kind: CommonFactor, what: str, looks: Iterable[VendorView]) -> list[VendorView]:
    """The vendors that share a cloud or an edge and are measured now, well or not."""
    measured = (look for look in looks if look.fine or look.blows)
    if kind is CommonFactor.CLOUD:
        return [look for look in measured if look.cloud == what]
    if kind is CommonFactor.EDGE:
        return [look for look in measured if what in look.edges.union(*(blow.edges for blow in look.blows))]
    return []


def _manner(layer: str) -> str:
    return next((manner for known, manner in MANNER.items() if known == layer), "")


def _spread(hits: Iterable[Hit]) -> int:
    return len({look.service for look, _ in hits})


def _overlap(one: Correlation, other: Correlation) -> int:
    return len({s.incident for s in one.struck} & {s.incident for s in other.struck})

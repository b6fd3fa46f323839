"""Whether a prober can tell its own network's failure from a service's: what control hosts and targets last did. Pure.

A vendor that answers proves the network as well as a control host. Control hosts that never answered while targets did
are blocked where we run (a firewall), and are not asked for their word any more. One's own services may be near by, and
prove nothing of the way to a vendor.
"""

from dataclasses import dataclass, field
from enum import StrEnum

TOGETHER_S = 5.0
"""A silent control host and a target that answers within so many seconds contradict each other."""
STRIKES = 2
"""So many contradictions make a control host blocked; one answer of it makes up for all."""
LATELY_S = 120.0
"""What a target did so long ago still counts where control hosts are blocked."""


class State(StrEnum):
    """Whether a vantage can reach its control hosts."""

    CLEAR = "clear"
    BLOCKED = "blocked"
    BLIND = "blind"


@dataclass(slots=True)
class TargetHost:
    """What a host last did, and when (Unix seconds); `own`: it is one's own, not a vendor's."""

    ok: bool
    at: float
    own: bool = False


@dataclass(slots=True)
class ControlHost:
    """A control host: whether it answered lately, whether ever, and how often targets contradicted its silence.

    `counted_*` is the time of the silence that was counted last.
    """

    ok: bool
    at: float
    answered: bool = False
    by_any: int = 0
    by_vendors: int = 0
    counted_any: float = -1.0
    counted_vendors: float = -1.0

    def contradicted(self, *, by_vendor: bool) -> None:
        """A target answered while this host was silent; each silence counts once."""
        if self.counted_any != self.at:
            self.by_any, self.counted_any = self.by_any + 1, self.at
        if by_vendor and self.counted_vendors != self.at:
            self.by_vendors, self.counted_vendors = self.by_vendors + 1, self.at


@dataclass(slots=True)
class Connectivity:
    """What is known at one vantage; hosts by name."""

    controls: dict[str, ControlHost] = field(default_factory=dict)
    targets: dict[str, TargetHost] = field(default_factory=dict)

    def control(self, host: str, at: float, *, ok: bool) -> None:
        """Take in the answer, or silence, of a control host."""
        known = self.controls.setdefault(host, ControlHost(ok, at))
        known.ok, known.at, known.answered = ok, at, known.answered or ok
        if ok:
            known.by_any = known.by_vendors = 0
            return
        for target in self.targets.values():
            if target.ok and at - target.at <= TOGETHER_S:
                known.contradicted(by_vendor=not target.own)

    def silent(self, host: str, at: float) -> None:
        """A control host was asked beside its turn and did not answer; that is no contradiction of its own."""
        known = self.controls.setdefault(host, ControlHost(ok=False, at=at))
        if known.at <= at:
            known.ok, known.at = False, at

    def target(self, host: str, at: float, *, ok: bool, own: bool) -> None:
        """A target answered, or the network to it failed. What else an answer says does not matter here."""
        self.targets[host] = TargetHost(ok, at, own)
        for control in self.controls.values():
            if ok and not control.ok and 0 <= at - control.at <= TOGETHER_S:
                control.contradicted(by_vendor=not own)

    def word(self, host: str, at: float, *, own: bool) -> bool | None:
        """Whether our network worked when a target failed at `at` and no control host answered; None: nobody can say.

        Another vendor that answered since proves it; one that answered before does not, for our network may have gone
        in between. Where control hosts are blocked, other vendors say it of a vendor. Nobody says it of one's own, and
        what nobody can say is for the target to answer for: a failure is never held back for ever.
        """
        vendors = [t for name, t in self.targets.items() if name != host and not t.own]
        if any(t.ok and t.at >= at for t in vendors):
            return True
        if not self._blocked(own=own):
            return False
        lately = [] if own else [t.ok for t in vendors if at - t.at <= LATELY_S]
        return sum(lately) * 2 >= len(lately) if lately else None

    @property
    def proof(self) -> str:
        """What shows that the network works, in words; "" where nothing was asked yet, or nothing answers."""
        if any(control.ok for control in self.controls.values()):
            return "a control host answers"
        return "what is watched answers" if any(target.ok for target in self.targets.values()) else ""

    @property
    def state(self) -> State:
        """The state now."""
        if not self.targets or not self.controls or any(control.ok for control in self.controls.values()):
            return State.CLEAR
        if self._blocked(own=True):
            return State.BLOCKED
        silent = min(control.at for control in self.controls.values())
        answered = any(target.ok and target.at >= silent - TOGETHER_S for target in self.targets.values())
        return State.CLEAR if answered else State.BLIND

    def _blocked(self, *, own: bool) -> bool:
        """Whether no control host was ever reached from here though targets (for vendors: other vendors) answered."""
        strikes = [0 if c.answered else c.by_any if own else c.by_vendors for c in self.controls.values()]
        return bool(strikes) and min(strikes) >= STRIKES

"""How long what is over lasted: each trouble once, ours before the vendor's, of the component where enough is known."""

from typing import Any

from bot.core.history.lengths import ENOUGH, past_lengths
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.ledger import LedgerEntry, Source
from probes.model import State

HOUR = 3_600.0


def incident(n: int, length: float = HOUR, component: str = "api", **more: Any) -> Incident:
    began = n * 100_000.0
    ended = began + length
    over: dict[str, Any] = {"status": IncidentStatus.RESOLVED, "resolved_at": ended + 300, "failed_at": ended}
    about: dict[str, Any] = {"state": State.MAJOR, "started_at": began, "opened_at": began} | over | more
    return Incident(id=f"I{n}", service="claude", kind="failures", components=(component,), **about)


def entry(n: int, source: Source, length: float = 2 * HOUR, shift: float = 0.0) -> LedgerEntry:
    began = n * 100_000.0 + shift
    return LedgerEntry("claude", ("api",), source, f"I{n}", began_at=began, ended_at=began + length)


def test_of_the_component_where_enough_is_on_record() -> None:
    mine = [incident(n) for n in range(ENOUGH)]
    others = [incident(n, 2 * HOUR, "web") for n in range(50, 53)]

    assert past_lengths([*mine, *others], (), "api").seconds == (HOUR,) * ENOUGH
    assert past_lengths([*mine[1:], *others], (), "api").component is False
    assert len(past_lengths([*mine[1:], *others], (), "api").seconds) == ENOUGH + 2


def test_each_trouble_counts_once() -> None:
    """The ledger's row of an incident that was given, and the vendor's word on it, are the same trouble."""
    entries = [entry(1, Source.MEASURED), entry(1, Source.STATED, shift=600.0), entry(2, Source.STATED)]
    found = past_lengths([incident(1)], entries, "api")

    assert (found.seconds, found.stated) == ((HOUR, 2 * HOUR), 1)
    assert past_lengths([], entries, "api").seconds == (2 * HOUR, 2 * HOUR)


def test_what_goes_on_or_is_of_one_vantage_has_no_length() -> None:
    open_one = incident(1, status=IncidentStatus.OPEN, resolved_at=None)
    stated = LedgerEntry("claude", ("api",), Source.STATED, began_at=5.0, page_ended_at=50.0)

    assert past_lengths([open_one, incident(2, scope="vantage")], [stated], "api").seconds == ()

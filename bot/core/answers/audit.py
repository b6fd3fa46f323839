"""The audit in words. Pure."""

from collections.abc import Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer, Table
from bot.core.model.audit import REFUSED, AuditEntry
from bot.core.text.inline import Style, mention, moment, place
from bot.core.text.numbers import number
from bot.core.text.quoting import clean


def audited(deeds: Sequence[AuditEntry], now: float) -> Answer:
    """Who did what, where and when, newest first."""
    refused = sum(deed.outcome == REFUSED for deed in deeds)
    rows = tuple(
        (
            moment(deed.at, Style.SECONDS),
            mention(deed.by),
            clean(f"{deed.command} {deed.about}", 60),
            place(deed.here) or clean(deed.by.platform, 40) or "unknown",
            clean(deed.outcome, 40),
        )
        for deed in deeds
    )
    return Answer(
        title=f"the latest {number(len(deeds), 'act', 'acts')} of people, {refused or 'none'} refused"
        if deeds
        else "no actions on record yet",
        at=now,
        table=Table(("when", "who", "what", "where", "outcome"), rows) if rows else None,
        data={"at": now, "deeds": [asdict(deed) for deed in deeds]},
    )

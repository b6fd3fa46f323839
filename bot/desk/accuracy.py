"""How right our own alerts were, from what the store keeps of them."""

from bot.core.answers import accuracy as answers
from bot.core.answers.answer import Answer
from bot.core.incidents.evidence import since as counted_since
from bot.core.ledger.alerts import SPAN_S, AlertCase, is_alert, judged, missed
from bot.core.ledger.alerts import accuracy as summed
from bot.desk import targets
from bot.desk.ports import DeskServices, Query

ALERTS = 500
"""Alerts of one service, and in one answer: the newest ones."""


async def accuracy(behind: DeskServices, question: Query) -> Answer:
    """Answer `accuracy`: precision, misses and delay of the last 90 days."""
    since = question.now - SPAN_S
    services = targets.services(behind, question)
    cases: list[AlertCase] = []
    alerts = []
    for service in services:
        rows = await behind.reads.ledger(service)
        cases += missed(rows, since)
        alerts += [(one, rows) for one in await behind.reads.incidents(service, ALERTS) if is_alert(one, since)]
    alerts.sort(key=lambda pair: -pair[0].opened_at)
    for one, rows in alerts[:ALERTS]:
        evidence = await behind.reads.evidence(one.service, one.id)
        after = counted_since(evidence, one.opened_at) if evidence is not None else (0, 0)
        cases.append(judged(one, rows, after))
    name = targets.name_of(behind, services[0]) if len(services) == 1 else "all services"
    names = {name.component: name.name for name in behind.names.every if name.component}
    return answers.accuracy(name, summed(cases), names, question.now, max(0, len(alerts) - ALERTS))

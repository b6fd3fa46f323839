"""Escalations in words: a step, and the one that comes next. Pure."""

from bot.core.model.escalation import Due, Policy, ahead
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.text.inline import moment, place
from bot.core.text.quoting import clean, listed


def step_words(policy: Policy, due: Due) -> str:
    """`step 2 of on-call, to pagerduty and slack:C0123`."""
    again = f" (round {due.round})" if due.round > 1 else ""
    return f"step {due.number} of {clean(policy.name, 40)}{again}, to {listed(clean(t, 80) for t in due.to)}"


def next_step(incident: Incident, now: float) -> str:
    """`not acknowledged: goes to pagerduty at 15:46 UTC (step 2 of on-call)`, "" where nothing comes."""
    coming = ahead(incident.courses)
    if coming is None or incident.status is IncidentStatus.RESOLVED:
        return ""
    policy, due = coming
    again = f", round {due.round}" if due.round > 1 else ""
    who = listed(map(place, due.to))
    if incident.status is IncidentStatus.MONITORING:
        when = "if failures come back" if due.at <= now else f"at {moment(due.at)} if failures come back"
    else:
        when = f"at {moment(due.at)}" if due.at > now else "now"
    return f"not acknowledged: goes to {who} {when} (step {due.number} of {clean(policy.name, 40)}{again})"

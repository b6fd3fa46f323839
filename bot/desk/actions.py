"""What people do: each act goes to the judge, who decides, writes it down and says what became of it."""

import asyncio
from dataclasses import replace

from bot.core.answers import actions, replies
from bot.core.answers import silences as silence_answers
from bot.core.answers.answer import Answer
from bot.core.commands import timing
from bot.core.commands.parser import GROUP_ID, SILENCE_ID
from bot.core.commands.table import COMMANDS
from bot.core.incidents.actions import FROM
from bot.core.incidents.silences import may_reach, written
from bot.core.model.action import ActionRequest, ActionResult
from bot.core.model.incident import Incident
from bot.core.model.silence import END, UNTIL_RESOLVED
from bot.core.model.status import ServiceStatus
from bot.core.text.quoting import clean
from bot.desk import targets
from bot.desk.ports import DeskServices, Query


async def act(behind: DeskServices, question: Query) -> Answer:
    """What is done to an incident: ack, unack, resolve, right, wrong."""
    if GROUP_ID.fullmatch(question.request.word):
        return await _together(behind, question, ())
    chosen = await targets.incident(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    one, standing = chosen
    text = question.request.text
    outcome = await _done(behind, question, one.service, (one.id, text) if text else (one.id,))
    one, standing = await _after(behind, one, standing)
    return actions.answer(question.request.command, one, standing, outcome, question.now)


async def quiet(behind: DeskServices, question: Query) -> Answer:
    """What is kept quiet, or no longer: silence, unsilence, maintenance; one thing, or what matchers fit."""
    request = question.request
    how = _how(question)
    if isinstance(how, Answer):
        return how
    if request.conditions:
        return await _widely(behind, question, written(request.conditions), how)
    if GROUP_ID.fullmatch(request.word):
        return await _together(behind, question, how)
    if SILENCE_ID.fullmatch(request.word):
        return await _by_id(behind, question)
    one = standing = None
    if request.target is not None:
        service, about = request.target.service, request.target.id
    else:
        chosen = await targets.incident(behind, question)
        if isinstance(chosen, Answer):
            return chosen
        one, standing = chosen
        service, about = one.service, one.id
    outcome = await _done(behind, question, service, (about, *how))
    if one is not None and standing is not None:
        one, standing = await _after(behind, one, standing)
    else:
        standing = await behind.reads.standing(service)
    return actions.answer(request.command, one, standing, outcome, question.now, target=about)


async def silences(behind: DeskServices, question: Query) -> Answer:
    """What is kept quiet now, and what work is announced."""
    return silence_answers.silences(await targets.standings(behind, question), question.now)


async def _after(behind: DeskServices, one: Incident, standing: ServiceStatus) -> tuple[Incident, ServiceStatus]:
    """The incident after an act, and how its service stands then: no answer shows the state before."""
    after = await behind.reads.incident(one.service, one.id)
    return after or one, await behind.reads.standing(standing.service)


def _how(question: Query) -> tuple[str, ...] | Answer:
    """The length, with its beginning, and the reason, as the judge reads them."""
    request = question.request
    if request.till_over:
        length = UNTIL_RESOLVED
    elif request.length_s is not None:
        length = f"{request.length_s:.0f}s"
    else:
        return (END,) if request.command == "maintenance" else ()
    if request.begins:
        begins = timing.moment(request.begins, question.now)
        if begins is None or begins < 0:
            return replies.not_known(f"{clean(request.begins, 40)!r} is no moment", question.now)
        length += f"{FROM}{begins:.0f}"
    return (length, *((request.text,) if request.text else ()))


async def _widely(behind: DeskServices, question: Query, about: str, how: tuple[str, ...]) -> Answer:
    """To every service that matchers may reach; the first of them tells the end of it where it was asked."""
    names, conditions = behind.names, question.request.conditions
    parts = {s: [n.component for n in names.every if n.service == s and n.component] for s in names.services}
    reached = [s for s, components in parts.items() if may_reach(conditions, s, components)]
    if not reached:
        return replies.not_known(f"no service or component fits {clean(about, 200)}", question.now)
    elsewhere = replace(question, asker=replace(question.asker, here=""))
    asked = [(s, question if n == 0 else elsewhere) for n, s in enumerate(reached)]
    outcomes = await asyncio.gather(*(_done(behind, who, s, (about, *how)) for s, who in asked))
    joined = silence_answers.together(outcomes)
    return actions.answer(question.request.command, None, None, joined, question.now)


async def _together(behind: DeskServices, question: Query, how: tuple[str, ...]) -> Answer:
    """To every open incident that one message tells of."""
    name = question.request.word.partition("@")[2]
    members = await behind.held.incidents(name) if behind.held is not None else []
    if not members:
        return replies.not_known("that message is about nothing that is open now", question.now)
    elsewhere = replace(question, asker=replace(question.asker, here=""))
    # Each act needs an id of its own: one press is many acts.
    asked = [
        replace(elsewhere, asker=replace(elsewhere.asker, id=f"{question.asker.id}.{incident}"))
        for _, incident in members
    ]
    outcomes = await asyncio.gather(
        *(
            _done(behind, who, service, (incident, *how))
            for who, (service, incident) in zip(asked, members, strict=True)
        )
    )
    return actions.together(question.request.command, question.request.word, outcomes, question.now)


async def _by_id(behind: DeskServices, question: Query) -> Answer:
    """A silence by its id, on every service where it stands."""
    word = question.request.word
    if question.request.command != "unsilence":
        return replies.not_known(f"{word} is a silence; only unsilence takes its id", question.now)
    standings = await targets.standings(behind, question)
    where = [s.service for s in standings if any(held.silence.id == word for held in s.silences)]
    if not where:
        return replies.not_known(f"no silence {word} stands", question.now)
    outcomes = await asyncio.gather(*(_done(behind, question, s, (word,)) for s in where))
    done = next((one for one in outcomes if one is not None and one.ok), outcomes[0])
    return actions.answer(question.request.command, None, None, done, question.now)


async def _done(behind: DeskServices, question: Query, service: str, args: tuple[str, ...]) -> ActionResult | None:
    if behind.acts is None:
        return ActionResult(ok=False, text=f"{COMMANDS[question.request.command].name} cannot be done from here")
    asker, person = question.asker, question.asker.person
    who = f"{person.platform}:{person.place}:{person.user}"
    command = ActionRequest(question.now, question.request.command, args, who, asker.here, person.name, asker.id)
    return await behind.acts.submit(service, command)

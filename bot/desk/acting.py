"""What people do: each act goes to the judge, who decides, writes it down and says what became of it."""

from bot.core.acts import Outcome
from bot.core.commands import COMMANDS, END
from bot.core.people import Command
from bot.core.words import acted
from bot.core.words.answer import Answer
from bot.desk import choosing
from bot.desk.behind import Behind, Question


async def act(behind: Behind, question: Question) -> Answer:
    """What is done to an incident: ack, unack, resolve, right, wrong."""
    chosen = await choosing.incident(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    one, standing = chosen
    text = question.request.text
    outcome = await _done(behind, question, one.service, (one.id, text) if text else (one.id,))
    after = await behind.reads.incident(one.service, one.id)
    return acted.answer(question.request.command, after or one, standing, outcome, question.now)


async def quiet(behind: Behind, question: Question) -> Answer:
    """What is kept quiet, or no longer: silence, unsilence, maintenance; an incident, a component or a service."""
    request = question.request
    one = standing = None
    if request.target is not None:
        service, about = request.target.service, request.target.id
    else:
        chosen = await choosing.incident(behind, question)
        if isinstance(chosen, Answer):
            return chosen
        one, standing = chosen
        service, about = one.service, one.id
    args = (about, END) if request.command == "maintenance" else (about,)
    if request.length_s is not None:
        args = (about, f"{request.length_s:.0f}s", *((request.text,) if request.text else ()))
    outcome = await _done(behind, question, service, args)
    return acted.answer(request.command, one, standing, outcome, question.now)


async def _done(behind: Behind, question: Question, service: str, args: tuple[str, ...]) -> Outcome | None:
    if behind.acts is None:
        return Outcome(ok=False, text=f"{COMMANDS[question.request.command].name} cannot be done from here")
    asker, person = question.asker, question.asker.person
    who = f"{person.platform}:{person.place}:{person.user}"
    command = Command(question.now, question.request.command, args, who, asker.here, person.name, asker.id)
    return await behind.acts.act(service, command)

"""What people say: it fails for me, it works for me."""

from bot.core.answers import replies
from bot.core.answers.answer import Answer
from bot.core.model.card import Action
from bot.core.text.quoting import clean
from bot.core.text.symptoms import called
from bot.desk import targets
from bot.desk.ports import DeskServices, Query


async def report(behind: DeskServices, question: Query) -> Answer:
    """Answer `report`: it fails for the asker."""
    return await _said(behind, question, works=False)


async def works(behind: DeskServices, question: Query) -> Answer:
    """Answer `works`: it works for the asker."""
    return await _said(behind, question, works=True)


async def _said(behind: DeskServices, question: Query, *, works: bool) -> Answer:
    if behind.reports is None:
        return replies.not_here(question.request.command, question.now)
    found = await _components(behind, question)
    if isinstance(found, Answer):
        return found
    service, about = found
    asker, text = question.asker, question.request.text
    said = [
        # Each is a word of its own: one press may be several.
        await behind.reports.report(service, one, asker.person, works, text, asker.id and f"{asker.id}.{one}"[-120:])
        for one in about
    ]
    return Answer(
        title=said[0].text if len(said) == 1 else f"Thanks. Noted for {len(said)} components",
        at=question.now,
        lines=() if len(said) == 1 else tuple(("", one.text.removeprefix("Thanks. ")) for one in said),
        changed=True,
        data={
            "at": question.now,
            "component": about[0],
            "components": list(about),
            "others": max(one.others for one in said),
            "works": max(one.works for one in said),
            "repeated": all(one.repeated for one in said),
        },
        actions=() if works else (Action("tips", "Tips", about[0]), Action("why", "Why?", about[0])),
    )


async def _components(behind: DeskServices, question: Query) -> tuple[str, tuple[str, ...]] | Answer:
    """The service and components meant; of an incident with several all that were named, or the question which."""
    request = question.request
    if request.target is None:
        chosen = await targets.incident(behind, question)
        if isinstance(chosen, Answer):
            return chosen
        one, standing = chosen
        known = one.active or one.components
        names = {v.measured.component: called(v.measured) for v in standing.voices}
        named = [word for word in request.choice("components").split(",") if word]
        if unknown := next((word for word in named if word not in known), ""):
            return replies.not_known(f"{clean(unknown, 40)!r} is no component of incident {one.id}", question.now)
        if len(known) > 1 and not named:
            return replies.which_of_it(request.command, one, [(names.get(c, c), c) for c in known], question.now)
        return one.service, tuple(dict.fromkeys(named)) or known
    chosen_one = await targets.component(behind, question)
    if isinstance(chosen_one, Answer):
        return chosen_one
    voices, standing = chosen_one
    return standing.service, (voices.measured.component,)

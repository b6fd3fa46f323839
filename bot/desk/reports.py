"""What people say: it fails for me, it works for me."""

from bot.core.answers import replies
from bot.core.answers.answer import Answer
from bot.core.model.card import Action
from bot.desk import targets
from bot.desk.ports import DeskServices, Query


async def report(behind: DeskServices, question: Query) -> Answer:
    """Answer `report`: it fails for the asker."""
    return await _said(behind, question, works=False)


async def works(behind: DeskServices, question: Query) -> Answer:
    """Answer `works`: it works for the asker."""
    return await _said(behind, question, works=True)


async def _said(behind: DeskServices, question: Query, *, works: bool) -> Answer:
    chosen = await targets.component(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    if behind.reports is None:
        return replies.not_here(question.request.command, question.now)
    voices, standing = chosen
    about, asker = voices.measured.component, question.asker
    text = question.request.text
    said = await behind.reports.report(standing.service, about, asker.person, works, text, asker.id)
    return Answer(
        title=said.text,
        at=question.now,
        changed=True,
        data={
            "at": question.now,
            "component": about,
            "others": said.others,
            "works": said.works,
            "repeated": said.repeated,
        },
        actions=() if works else (Action("tips", "Tips", about), Action("why", "Why?", about)),
    )

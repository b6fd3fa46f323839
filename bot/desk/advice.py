"""What helps: tips, alternatives, an error explained; each with how the others stand at this moment."""

from collections.abc import Iterator, Mapping, Sequence

from bot.advice import library
from bot.core.answers.alternatives import alternatives_answer
from bot.core.answers.answer import Answer
from bot.core.answers.corroboration import Context
from bot.core.answers.should_i import ShouldIContext
from bot.core.answers.should_i import should_i as advised
from bot.core.answers.tips import tips_answer
from bot.core.history.lengths import past_lengths
from bot.core.model.snapshot import ComponentStatus
from bot.core.text.symptoms import called, named
from bot.core.tips.alternatives import Candidate, Option, ranked
from bot.core.tips.selection import circumstances
from bot.desk import targets
from bot.desk.ports import DeskServices, Query
from bot.explain.explain import explained

PAST = 200
"""The latest incidents, from which the length of the present one is expected."""


async def tips(behind: DeskServices, question: Query) -> Answer:
    """What helps on a component now, for a reader on this platform."""
    chosen = await targets.component(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    voices, standing = chosen
    measured, now = voices.measured, question.now
    at = circumstances([voices], now, slow=measured.slow, platform=question.asker.person.platform)
    options = await behind.advisor.options([measured.component], now)
    name = named(standing.name, called(measured))
    wanted = question.request.choice("code")
    return tips_answer(at, library.tips(), options, now, library.recipes(), name, code=wanted)


async def alternatives(behind: DeskServices, question: Query) -> Answer:
    """What can stand in for a component."""
    chosen = await targets.component(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    voices, standing = chosen
    options = await behind.advisor.options([voices.measured.component], question.now)
    return alternatives_answer(voices.measured, standing.name, options, question.now)


async def should_i(behind: DeskServices, question: Query) -> Answer:
    """Wait, retry, switch, or look at one's own code; with the end that past incidents let one expect."""
    chosen = await targets.component(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    voices, standing = chosen
    component, service = voices.measured.component, standing.service
    going = next((one for one in standing.incidents if component in one.active), None)
    incidents, entries = await behind.reads.incidents(service, PAST), await behind.reads.ledger(service)
    at = ShouldIContext(
        voices=voices,
        service=standing.name,
        incident=going,
        options=await behind.advisor.options([component], question.now),
        past=past_lengths(incidents, entries, component),
        deadline_s=question.request.length_s,
    )
    return advised(at, question.now)


async def explain(behind: DeskServices, question: Query) -> Answer:
    """What a pasted error means, beside what we see now."""
    standings = [await behind.reads.standing(service) for service in behind.names.services]
    known = {standing.service: standing.voices for standing in standings}
    offered = Offered(behind.candidates, known, question.now)
    return explained(question.request.text, Context(standings=standings, options=offered), question.now)


class Offered(Mapping[str, Sequence[Option]]):
    """What can stand in for each component, ranked only for the one that is asked for."""

    def __init__(
        self, candidates: Mapping[str, Sequence[Candidate]], known: Mapping[str, Sequence[ComponentStatus]], now: float
    ) -> None:
        self._candidates = candidates
        self._known = known
        self._now = now

    def __getitem__(self, component: str) -> Sequence[Option]:
        return ranked(self._candidates[component], self._known, self._now)

    def __iter__(self) -> Iterator[str]:
        return iter(self._candidates)

    def __len__(self) -> int:
        return len(self._candidates)

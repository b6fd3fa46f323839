"""What to say of tips: the three that help now, with steps, limits, source and live states, and code to copy. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer
from bot.core.model.card import Action
from bot.core.text.inline import utc
from bot.core.text.numbers import number
from bot.core.text.quoting import clean, cut
from bot.core.text.states import EMOJI, TONE, WORDS
from bot.core.tips.alternatives import Option
from bot.core.tips.selection import Advised, Circumstances, best, live_state
from bot.core.tips.tip import COMMON, Recipe, Tip

EVERYTHING = "code"
"""Asks for all that is known of each tip."""
STEP, LIMITS = 240, 160
"""Characters of a step and of its limits in an answer on a phone."""
SHOWN: Mapping[str, str] = {"python": "Python", "typescript": "TypeScript", "curl": "curl"}
"""Languages of recipes in the order in which they are shown."""
FENCED: Mapping[str, str] = {"curl": "bash"}


def tips_answer(  # noqa: PLR0913, PLR0917 - one handler calls it, with all it has
    at: Circumstances,
    tips: Iterable[Tip],
    options: Sequence[Option],
    now: float,
    recipes: Iterable[Recipe] = (),
    name: str = "",
    *,
    code: str = "",
) -> Answer:
    """The tips for a component in these circumstances, at most three lines each; `name` is what people call it.

    `code` asks for more: `EVERYTHING` for each tip with steps, limits and source, and the first recipe; the name of a
    recipe for that one alone, in every language there is. It stands in `text`, in Markdown.
    """
    advised = best(tips, at, options, now)
    known = list(dict.fromkeys(one.tip.recipe for one in advised if one.tip.recipe))
    wanted = code if code not in {"", EVERYTHING} else next(iter(known), "")
    found = _in_order(recipe for recipe in recipes if wanted and recipe.name == wanted)
    told = [_told(n, one, now) for n, one in enumerate(advised, 1)] if code == EVERYTHING else []
    return Answer(
        title=_title(at, clean(name, 60) or clean(at.component, 60) or "everything", len(advised)),
        at=now,
        lines=() if code else tuple(line for n, one in enumerate(advised, 1) for line in _brief(n, one)),
        footer=f"code: {wanted}, in {', '.join(map(_language, found))}" if found and code else "",
        data={
            "at": now,
            "circumstances": asdict(at),
            "tips": [_data(one, now) for one in advised],
            "recipes": [asdict(recipe) for recipe in found],
        },
        actions=() if code or not advised else _more(at.component, known),
        text="\n\n".join([*told, *map(_code, found if code else ())]),
    )


def _brief(n: int, one: Advised) -> list[tuple[str, str]]:
    """A tip in three lines at most: the step, where it ends, where it is from."""
    tip = one.tip
    lines = [
        (f"{n}.", cut(one.said(), STEP)),
        ("", cut(clean(f"Limits: {tip.limits}", 400), LIMITS) if tip.limits else ""),
    ]
    source = "" if tip.source == COMMON else f"Source: {clean(tip.source, 200)}"
    return [line for line in (*lines, ("", source)) if line[1]]


def _more(component: str, recipes: Sequence[str]) -> tuple[Action, ...]:
    """The buttons that show more, where it is known what it is about."""
    if not component:
        return ()
    shown = [Action("tips", f"Show code: {name}", f"{component} {name}") for name in recipes]
    return (*shown, Action("tips", "Steps and limits", f"{component} {EVERYTHING}"))


def _title(at: Circumstances, name: str, count: int) -> str:
    many = number(count, "tip", "tips") if count else "no tip"
    return f"{EMOJI[TONE[at.state]]} {many} for {name} ({WORDS[at.state]})"


def _told(n: int, one: Advised, now: float) -> str:
    """One tip as Markdown: step, live state, why, how, limits, where it is from."""
    tip = one.tip
    source = tip.source if tip.source == COMMON else f"<{tip.source}>"
    return "\n\n".join(
        filter(
            None,
            (
                f"## {n}. {utc(one.said(), now)}",
                tip.more,
                tip.steps,
                f"Limits: {tip.limits}",
                f"Source: {source}, checked {tip.checked.isoformat()}",
            ),
        )
    )


def _in_order(recipes: Iterable[Recipe]) -> list[Recipe]:
    order = list(SHOWN)
    return sorted(recipes, key=lambda recipe: order.index(recipe.language) if recipe.language in order else len(order))


def _language(recipe: Recipe) -> str:
    return SHOWN.get(recipe.language, recipe.language)


def _code(recipe: Recipe) -> str:
    fence = FENCED.get(recipe.language, recipe.language)
    return f"### {_language(recipe)}: {recipe.file}\n\n```{fence}\n{recipe.code.rstrip()}\n```"


def _data(one: Advised, now: float) -> dict[str, object]:
    tip, option = one.tip, one.option
    live = None
    if option is not None:
        state = utc(live_state(option), now)
        live = {"name": option.name, "component": option.component, "at": option.at, "state": state}
    return {
        "name": tip.name,
        "text": tip.text,
        "why": tip.more,
        "steps": tip.steps,
        "limits": tip.limits,
        "source": tip.source,
        "checked": tip.checked.isoformat(),
        "recipe": tip.recipe,
        "live": live,
    }

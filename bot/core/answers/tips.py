"""What to say of tips: the three that help now, with steps, limits, source and live states, and code to copy. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer
from bot.core.text.numbers import number
from bot.core.text.quoting import clean
from bot.core.text.states import EMOJI, TONE, WORDS
from bot.core.tips.alternatives import Option
from bot.core.tips.selection import Advised, Circumstances, best, live_state
from bot.core.tips.tip import COMMON, Recipe, Tip

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
    with_code: bool = False,
) -> Answer:
    """The tips for a component in these circumstances; `name` is what people call it, `text` the whole in Markdown.

    The code is that of the first tip that has a recipe, in every language there is; `text` has it on request.
    """
    advised = best(tips, at, options, now)
    wanted = next((one.tip.recipe for one in advised if one.tip.recipe), "")
    code = _in_order(recipe for recipe in recipes if wanted and recipe.name == wanted)
    return Answer(
        title=_title(at, clean(name, 60) or clean(at.component, 60) or "everything", len(advised)),
        at=now,
        lines=tuple((f"{n}.", one.said(now)) for n, one in enumerate(advised, 1)),
        footer=_footer(wanted, code, at.component, shown=with_code),
        data={
            "at": now,
            "circumstances": asdict(at),
            "tips": [_data(one, now) for one in advised],
            "recipes": [asdict(recipe) for recipe in code],
        },
        text="\n\n".join(
            [*(_told(n, one, now) for n, one in enumerate(advised, 1)), *map(_code, code if with_code else ())]
        ),
    )


def _footer(wanted: str, code: Sequence[Recipe], component: str, *, shown: bool) -> str:
    if not code:
        return ""
    languages = ", ".join(_language(recipe) for recipe in code)
    return f"code: {wanted}, in {languages}" + (
        "" if shown else f": tips {clean(component, 60)} code".replace("  ", " ")
    )


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
                f"## {n}. {one.said(now)}",
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
        live = {"name": option.name, "component": option.component, "at": option.at, "state": live_state(option, now)}
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

"""Which component an entry is about, and in which region: by the words of its title where no id says so."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import text

Rules = tuple[tuple[str, ...], ...]
"""Alternatives, each a group of phrases (lower case) that must all be there; none at all: every entry is meant."""

MAX_REGIONS = 6

_CODE = (
    r"(?:us|eu|ap|sa|ca|me|af|il|mx|cn|asia|europe|australia|northamerica|southamerica|africa)(?:-(?:gov|iso|isob))?"
    r"-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-?\d{1,2}"
)
"""AWS's and Google's: us-east-1, europe-west4."""
_SIDE = r"(?:North|South|East|West|Central|Southeast|Northeast)"
_COUNTRY = (
    r"(?:UK|Japan|Australia|Korea|Brazil|Canada|France|Germany|Norway|Sweden|Switzerland|UAE|Poland|Italy|Spain|Israel"
    r"|Qatar|Mexico)"
)
_NAME = rf"{_SIDE}(?: {_SIDE})? (?:US|Europe|Asia|India)(?: [23])?|{_COUNTRY} {_SIDE}(?: {_SIDE})?(?: 2)?"
"""Azure's: West US 2, Sweden Central."""
_REGION = re.compile(rf"(?<![\w-])(?:{_CODE}|{_NAME})(?![\w-])")


def rules_from(value: Any, name: str) -> Rules:
    """Rules as people write them: a phrase, a list of phrases that must all be there, or a list of such lists.

    Raises NotUnderstoodError naming the option.
    """
    items = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else None
    if items is None:
        raise NotUnderstoodError(f"the option {text(name, 60)} is not a list of words")
    if not any(isinstance(item, list | tuple) for item in items):
        items = [items] if items else []
    groups = [[item] if isinstance(item, str) else item for item in items]
    if not all(map(_is_group, groups)):
        raise NotUnderstoodError(f"the option {text(name, 60)} is not a list of words")
    return tuple(tuple(word.lower() for word in group) for group in groups)


def _is_group(value: Any) -> bool:
    return (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(one, str) and one.strip() for one in value)
    )


def matches(rules: Rules, said: str) -> bool:
    """Whether all phrases of one alternative are in the text, as whole words; without rules, any text matches."""
    lower = said.lower()
    return not rules or any(all(_phrase(word).search(lower) for word in group) for group in rules)


def regions(said: str) -> tuple[str, ...]:
    """The cloud regions a text names, each once, in order."""
    return tuple(dict.fromkeys(match[0] for match in _REGION.finditer(said)))[:MAX_REGIONS]


def only(names: Iterable[str]) -> str:
    """The regions in words: "us-east-1 only"; nothing where none is named."""
    named = ", ".join(dict.fromkeys(names))
    return f"{named} only" if named else ""


@lru_cache(maxsize=500)
def _phrase(phrase: str) -> re.Pattern[str]:
    """The phrase, not as a part of a longer word on the sides where it ends in one."""
    before = r"(?<!\w)" if re.match(r"\w", phrase) else ""
    after = r"(?!\w)" if re.search(r"\w$", phrase) else ""
    return re.compile(before + re.escape(phrase) + after)

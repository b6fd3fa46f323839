"""What is kept of one person, without that person: ids and names become "somebody" wherever they stand. Pure."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.model.person import Person
from bot.core.text.inline import Token, again, written
from bot.core.text.quoting import OPEN

SOMEBODY = "somebody"
SHORTEST = 3
"""Letters of a name that is looked for in sentences: a shorter one is part of too many words."""
PERSON = frozenset({"platform", "place", "user", "name"})


@dataclass(slots=True)
class Forgetting:
    """Who is forgotten: a platform's id of a user, on that platform or ("") on any; the names are found on the way."""

    user: str
    platform: str = ""
    names: set[str] = field(default_factory=set)

    def learn(self, value: Any) -> None:
        """Note the names under which the person stands in a value."""
        match self._parsed(value):
            case dict() as fields:
                if self._is(fields):
                    self.names.add(str(fields.get("name", "")))
                for child in fields.values():
                    self.learn(child)
            case list() as items:
                for child in items:
                    self.learn(child)

    def without(self, value: Any) -> Any:
        """The same value without the person; JSON inside of text is read and written again."""
        match value:
            case dict():
                if self._is(value):
                    return {**value, "user": "", "name": SOMEBODY}
                return {self._text(key): self.without(child) for key, child in value.items()}
            case list():
                return [self.without(child) for child in value]
            case str():
                parsed = self._parsed(value)
                if isinstance(parsed, str):
                    return self._text(value)
                cleared = self.without(parsed)
                return value if cleared == parsed else json.dumps(cleared, separators=(",", ":"), ensure_ascii=False)
        return value

    def _is(self, fields: dict[str, Any]) -> bool:
        same = fields.get("user") == self.user and fields.keys() <= PERSON
        return same and self.platform in {"", fields.get("platform")}

    def _text(self, text: str) -> str:
        """A sentence without the id and the names."""
        text = written(text, self._token) if OPEN in text else text
        if self.platform and not self.names:
            return text  # whose id it is on another platform, nobody knows
        names = [name for name in self.names if len(name) >= SHORTEST and name != SOMEBODY]
        for word in (self.user, *sorted(names, key=len, reverse=True)):
            if word:
                text = re.sub(rf"(?<!\w)@?{re.escape(word)}(?!\w)", SOMEBODY, text, flags=re.IGNORECASE)
        return text

    def _token(self, token: Token) -> str:
        """A token of a text of ours, a person's without the person."""
        if not isinstance(token, Person):
            return again(token)
        is_meant = token.user == self.user and self.platform in {"", token.platform}
        return again(replace(token, user="", name=SOMEBODY) if is_meant else token)

    def _parsed(self, value: Any) -> Any:
        """What text holds, where it is a JSON table or list; anything else as it is."""
        if not isinstance(value, str) or value[:1] not in {"{", "["}:
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value

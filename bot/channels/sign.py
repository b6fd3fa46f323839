"""What a look at one of our ways to the outside says: a value every platform's doctor gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing looked at; `level` is "ok", "warning" or "bad", the sentence says what to do where it is not well."""

    name: str
    level: str
    sentence: str

"""A value that is used but never shown: whatever prints it prints stars."""

from typing import Any, final

MASK = "********"


@final
class Secret:
    """A secret from the environment. `str`, `repr`, `format` and f-strings show stars; only `reveal` tells."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one line that sends it."""
        return self._value

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str:
        """Refuse to be pickled: a pickle is a file or a message with the secret in it."""
        raise TypeError("a secret is not to be pickled")


def reveal(value: Any) -> Any:
    """The value itself where it is a `Secret`, anything else unchanged."""
    return value.reveal() if isinstance(value, Secret) else value

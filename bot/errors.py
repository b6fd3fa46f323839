"""The errors that cross rooms.

GroundtruthError
├── UserError          something a person typed or configured; one clear sentence, exit code 2
│   └── ConfigError    all complaints about a configuration at once
├── StoreError         the store is away or refuses; callers buffer and try again
└── DeliveryError      a channel said no; `permanent` tells the courier whether to try again
"""

from collections.abc import Mapping
from typing import Any


class GroundtruthError(Exception):
    """Anything this program raises on purpose."""


class UserError(GroundtruthError):
    """Bad input from a person: the message is the one sentence to show."""


class ConfigError(UserError):
    """All complaints about a configuration, each `file:line: key: what was expected`."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


class StoreError(GroundtruthError):
    """The store cannot be reached or refuses the command; nothing was written as far as we know."""


class DeliveryError(GroundtruthError):
    """A channel refused or failed.

    `permanent`: trying again is useless. `retry_after`: seconds the channel asked us to wait, if it did.
    `ambiguous`: it may have been posted all the same. `everywhere`: it is the whole channel's trouble (its token, its
    limits), not this place's. `turn`: nobody was asked, it waits for its turn among others of ours. `later`: only the
    root's edit has to wait, what follows it need not; the place as it is known by now.
    """

    def __init__(
        self,
        why: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        ambiguous: bool = False,
        everywhere: bool = False,
    ) -> None:
        super().__init__(why)
        self.permanent = permanent
        self.retry_after = retry_after
        self.ambiguous = ambiguous
        self.everywhere = everywhere
        self.turn = False
        self.later: Mapping[str, Any] | None = None

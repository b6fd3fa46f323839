"""What an automated response is told, version 1; its JSON Schema is deploy/webhook/response.json."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from bot.channels.webhook.payload import Part, RootMessage


class Action(StrEnum):
    """Whether to run the response or to undo it."""

    DO = "do"
    UNDO = "undo"


class ResponsePayload(Part):
    """One order: JSON on a program's standard input, or the body of a webhook. Several tries have the same `id`."""

    version: Literal[1] = 1
    action: Action
    id: str = Field(description="the same for each try of this action on this incident")
    sent_at: str = Field(description="RFC 3339, UTC")
    incident: RootMessage

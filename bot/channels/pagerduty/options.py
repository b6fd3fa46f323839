"""The options of the kind `pagerduty`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot import fields
from bot.fields import Address, HttpOptions, Listen, Part, RequiredSecret
from probes.secret import Secret

US = Secret("https://events.pagerduty.com")


def _key(value: Secret) -> Secret:
    if len(value.reveal()) != 32 or not value.reveal().isalnum():
        raise ValueError("expected the integration key (32 letters and digits) of an Events API v2 integration")
    return value


class WebhookOptions(Part):
    """Where PagerDuty's webhooks v3 reach us, so that what people do there is done here as well."""

    listen: Listen = Field("0.0.0.0:8180", description="host:port where they come in; TLS is the balancer's")
    path: str = Field("/pagerduty", pattern=r"^/[A-Za-z0-9/_.-]{0,100}$", description="the path of their address")
    secret: RequiredSecret = Field(description="shown once, when the webhook is made in PagerDuty")


class Options(HttpOptions):
    """The keys of a channel of kind `pagerduty`."""

    routing_key: Annotated[RequiredSecret, AfterValidator(_key)] = Field(
        description="the integration key of an Events API v2 integration"
    )
    url: Address = Field(US, description="https://events.eu.pagerduty.com for accounts in the EU")
    webhook: WebhookOptions | None = Field(None, description="PagerDuty's way back to us: Generic Webhooks (v3)")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return fields.parse_options(Options, name, options)

"""Kind `anthropic_models`: the list of models. With a key: authentication, app and account data; no inference."""

from probes.inference.call import whole
from probes.model import Check, Observation
from probes.options import Options, with_defaults
from probes.tools import Tools
from probes.vendors.claude_api import ACCESS, MODELS, Access, free, wrong_shape

OPTIONS: Options = ACCESS


async def anthropic_models(check: Check, tools: Tools) -> Observation:
    """Ask once; free of charge."""
    access = Access.of(check, with_defaults(OPTIONS, check.options), tools)
    if not access.key:
        return await free(check, tools, access)
    return await whole(check, tools, access.call(MODELS), lambda body: wrong_shape(body, "data", list))

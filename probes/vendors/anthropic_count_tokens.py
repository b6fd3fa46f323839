"""Kind `anthropic_count_tokens`: the tokens of one word. What the list of models proves, and the tokenizer; free."""

from dataclasses import replace
from types import MappingProxyType

from probes.inference.call import whole
from probes.model import Check, Observation
from probes.options import Option, Options, with_defaults
from probes.tools import Tools
from probes.vendors.claude_api import ACCESS, CHEAP, COUNT, PROMPT, Access, free, wrong_shape

OPTIONS: Options = MappingProxyType({**ACCESS, "model": Option((str,), CHEAP, "whose tokens are counted")})


async def anthropic_count_tokens(check: Check, tools: Tools) -> Observation:
    """Ask once; the API has a rate limit of its own for it."""
    options = with_defaults(OPTIONS, check.options)
    access = Access.of(check, options, tools)
    if not access.key:
        return await free(check, tools, access)
    call = replace(access.call(COUNT, {"model": options["model"], "messages": PROMPT}), model=options["model"])
    return await whole(check, tools, call, lambda body: wrong_shape(body, "input_tokens", int))

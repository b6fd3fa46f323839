"""What a user of the server must be allowed to do, as one list: checked at the start, and named where it is refused."""

from bot.errors import UserError
from bot.store import keys
from bot.store.client import CLUSTER_COMMANDS, COMMANDS, RedisClient, grant, text

CHECK = """
local refused = {}
if not redis.acl_check_cmd then return refused end
for i = 1, #ARGV do
  local words = {}
  for word in string.gmatch(ARGV[i], '%S+') do words[#words + 1] = word end
  if not redis.acl_check_cmd(unpack(words)) then refused[#refused + 1] = words[1] end
end
return refused
"""
"""Servers before Redis 7 cannot be asked: there the first refusal names the list."""
KEYLESS = frozenset({"ASKING", "EXEC", "INFO", "MULTI", "PING", "ROLE", "SCAN", "SELECT", "TIME", "WAIT"})
SPECIAL = {
    "CLIENT|SETNAME": "CLIENT SETNAME",
    "CLUSTER|SLOTS": "CLUSTER SLOTS",
    "EVAL": "EVAL return 0",
    "EVALSHA": "EVALSHA sha 0",
    "XREAD": f"XREAD STREAMS {keys.STATE_SCHEMA} 0",
}
"""Those whose keys stand elsewhere than behind the command."""


def _asked(word: str) -> str:
    key = keys.STATE_SCHEMA
    return SPECIAL.get(word) or (word if word in KEYLESS else f"{word} {key} {key} {key}")


async def permitted(link: RedisClient) -> None:
    """Raises UserError where the server's user may not do all that is needed, and StoreError where it is away."""
    wanted = COMMANDS + CLUSTER_COMMANDS if link.cluster else COMMANDS
    for replies in (await link.everywhere("EVAL", CHECK, 0, *map(_asked, wanted))).values():
        refused = [text(word) for word in replies]
        if refused:
            rights = grant(cluster=link.cluster)
            raise UserError(f"store {link.where}: this user may not use {', '.join(refused)}: {rights}")

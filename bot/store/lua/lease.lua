-- The judge's lease: one holder at a time, each with a higher number than any before and an epoch that nobody had.
-- KEYS: lease fence wanted
-- ARGV: take owner ttl_ms fence_ttl_s epoch asks_ms living... | renew token ttl_ms | release token
--       asks_ms: who is the one to have it asks for it for so long (0: does not), and nobody else gets it meanwhile
--       living: the owners that live; from any other one it is taken before it ends (none named: from nobody)
-- Returns: the token (take), 1 (renew, release), 2 (renew: kept, and its owner is asked to release it), 0 when somebody
--       else holds it
local lease, fence, wanted, verb = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local held = redis.call('GET', lease)

local function lives(owner)
  for i = 7, #ARGV do
    if ARGV[i] == owner then return true end
  end
  return #ARGV < 7
end

if verb == 'take' then
  local asks, owner = tonumber(ARGV[6]), held and string.match(held, '^%S+ (.*)$')
  if held and owner ~= ARGV[2] and lives(owner) then
    if asks > 0 then redis.call('SET', wanted, ARGV[2], 'PX', asks) end
    return 0
  end
  local asked = redis.call('GET', wanted)
  if asked and asked ~= ARGV[2] and asks == 0 then return 0 end
  if asked then redis.call('DEL', wanted) end
  local token = string.format('%.0f', redis.call('INCR', fence)) .. '.' .. ARGV[5]
  if redis.call('TTL', fence) < tonumber(ARGV[4]) / 2 then redis.call('EXPIRE', fence, ARGV[4]) end
  redis.call('SET', lease, token .. ' ' .. ARGV[2], 'PX', ARGV[3])
  return token
end
if not held or string.match(held, '^%S+') ~= ARGV[2] then return 0 end
if verb == 'renew' then
  redis.call('PEXPIRE', lease, ARGV[3])
  return redis.call('EXISTS', wanted) == 1 and 2 or 1
end
return redis.call('DEL', lease)

-- The judge's lease: one holder at a time, each with a higher number than any before and an epoch that nobody had.
-- KEYS: lease fence
-- ARGV: take owner ttl_ms fence_ttl_s epoch | renew token ttl_ms | release token
-- Returns: the token (take), 1 (renew, release), 0 when somebody else holds it
local lease, fence, verb = KEYS[1], KEYS[2], ARGV[1]
local held = redis.call('GET', lease)
if verb == 'take' then
  if held and string.match(held, '^%S+ (.*)$') ~= ARGV[2] then return 0 end
  local token = string.format('%.0f', redis.call('INCR', fence)) .. '.' .. ARGV[5]
  if redis.call('TTL', fence) < tonumber(ARGV[4]) / 2 then redis.call('EXPIRE', fence, ARGV[4]) end
  redis.call('SET', lease, token .. ' ' .. ARGV[2], 'PX', ARGV[3])
  return token
end
if not held or string.match(held, '^%S+') ~= ARGV[2] then return 0 end
if verb == 'renew' then return redis.call('PEXPIRE', lease, ARGV[3]) end
return redis.call('DEL', lease)

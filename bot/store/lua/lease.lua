-- The judge's lease: one holder at a time, each with a higher token than any before.
-- KEYS: lease fence
-- ARGV: take owner ttl_ms fence_ttl_s | renew token ttl_ms | release token
-- Returns: the token (take, renew), 1 (release), 0 when somebody else holds it
local lease, fence, verb = KEYS[1], KEYS[2], ARGV[1]
local held = redis.call('GET', lease)
if verb == 'take' then
  if held and string.match(held, '^%d+ (.*)$') ~= ARGV[2] then return 0 end
  local token = redis.call('INCR', fence)
  if redis.call('TTL', fence) < tonumber(ARGV[4]) / 2 then redis.call('EXPIRE', fence, ARGV[4]) end
  redis.call('SET', lease, string.format('%.0f', token) .. ' ' .. ARGV[2], 'PX', ARGV[3])
  return token
end
if not held or string.match(held, '^%d+') ~= ARGV[2] then return 0 end
if verb == 'renew' then
  redis.call('PEXPIRE', lease, ARGV[3])
  return tonumber(ARGV[2])
end
return redis.call('DEL', lease)

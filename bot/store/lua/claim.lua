-- Due deliveries into one courier's hands: until the claim expires nobody else gets them.
-- KEYS: due delivery...
-- ARGV: now, claimed until, owner, delivery ttl s, delivery id...
-- Returns: for each taken one {id, token, sub, ch, v, body, uv, dv, where, tries, {number, line, ...}}
local due, now, taken = KEYS[1], tonumber(ARGV[1]), {}
for i = 5, #ARGV do
  local id, key = ARGV[i], KEYS[i - 3]
  local score = redis.call('ZSCORE', due, id)
  if score and tonumber(score) <= now then
    if redis.call('EXISTS', key) == 0 then
      redis.call('ZREM', due, id)
    else
      local token = ARGV[3] .. ':' .. redis.call('HINCRBY', key, 'claims', 1)
      local tries = redis.call('HINCRBY', key, 'tries', 1)
      redis.call('HSET', key, 'claim', token, 'at', ARGV[1])
      redis.call('EXPIRE', key, ARGV[4])
      redis.call('ZADD', due, ARGV[2], id)
      local row = redis.call('HMGET', key, 'sub', 'ch', 'v', 'body', 'uv', 'dv', 'n', 'dn', 'where')
      local trail = {}
      for n = tonumber(row[8] or '0') + 1, tonumber(row[7] or '0') do
        local line = redis.call('HGET', key, 't' .. n)
        if line then
          trail[#trail + 1] = n
          trail[#trail + 1] = line
        end
      end
      taken[#taken + 1] = {id, token, row[1], row[2], row[3], row[4], row[5] or 0, row[6] or 0, row[9] or '', tries, trail}
    end
  end
end
return taken

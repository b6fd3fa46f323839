-- The processes that share a kind of work, by the time each was last heard of. The clock is the server's.
-- KEYS: peers
-- ARGV: member, for how long one that is silent counts (ms), ttl s of the group, members kept, "here" or "leave"
-- Returns: the members
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[5] == 'leave' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - tonumber(ARGV[2])))
-- A clock that was set back leaves words from the future: they are as old as they will ever be.
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + tonumber(ARGV[2])), '+inf')
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -tonumber(ARGV[4]) - 1)
return redis.call('ZRANGE', KEYS[1], 0, -1)

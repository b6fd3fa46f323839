-- The door that pings come in by says that it is open; for how long it was closed before is kept.
-- KEYS: door
-- ARGV: s without a word after which it counts as closed, gaps kept, ttl s
-- Returns: 1 where it had been closed
local key = KEYS[1]
local time = redis.call('TIME')
local now = string.format('%d.%06d', time[1], time[2])
local state = redis.call('HMGET', key, 'open_at', 'gaps')
local closed = state[1] and tonumber(now) - tonumber(state[1]) > tonumber(ARGV[1])
if closed then
  local gaps = state[2] and cjson.decode(state[2]) or {}
  table.insert(gaps, {state[1], now})
  while #gaps > tonumber(ARGV[2]) do table.remove(gaps, 1) end
  redis.call('HSET', key, 'gaps', cjson.encode(gaps))
end
redis.call('HSET', key, 'open_at', now)
redis.call('EXPIRE', key, ARGV[3])
return closed and 1 or 0

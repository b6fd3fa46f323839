-- Rows of one prober into the stream, each once, however often the batch is sent.
-- KEYS: stream seq judge attention
-- ARGV: first row number, age ms, cap, stream ttl s, seq ttl s, service ttl s, rows...
-- Returns: last row number, attention as field, value, ...
local stream, seq, judge = KEYS[1], KEYS[2], KEYS[3]
local first, last = tonumber(ARGV[1]), tonumber(redis.call('GET', seq) or '0')
local before = last
for i = 7, #ARGV do
  local number = first + i - 7
  if number > last then
    redis.call('XADD', stream, '*', 'r', ARGV[i])
    last = number
  end
end
if last > before then
  redis.call('SET', seq, string.format('%.0f', last), 'EX', ARGV[5])
  if redis.call('TTL', stream) < tonumber(ARGV[4]) / 2 then redis.call('EXPIRE', stream, ARGV[4]) end
  local position = redis.call('HGET', judge, 'position')
  if position then
    local now = redis.call('TIME')
    local cut = now[1] * 1000 + math.floor(now[2] / 1000) - tonumber(ARGV[2])
    local judged = tonumber(string.match(position, '^%d+'))
    local oldest = cut < judged and string.format('%.0f', cut) or position
    redis.call('XTRIM', stream, 'MINID', '~', oldest)
  end
  if redis.call('XLEN', stream) > tonumber(ARGV[3]) then
    -- Judged rows go first, whatever their age; only then unjudged ones, which are counted.
    if position then redis.call('XTRIM', stream, 'MINID', position) end
    local lost = redis.call('XTRIM', stream, 'MAXLEN', ARGV[3])
    if lost > 0 then
      redis.call('HINCRBY', judge, 'lost', lost)
      if redis.call('TTL', judge) < 0 then redis.call('EXPIRE', judge, ARGV[6]) end
    end
  end
end
return {last, redis.call('HGETALL', KEYS[4])}

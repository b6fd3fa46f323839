-- Rows of one prober into the stream, each once, however often the batch is sent.
-- KEYS: stream seq judge attention
-- ARGV: first row number, oldest number the prober still has, age ms, cap, stream ttl s, seq ttl s, service ttl s, rows...
-- Rows that follow a gap which the prober can still fill are refused: the store lost some, and gets them again first.
-- Returns: last row number, attention as field, value, ...
local stream, seq, judge = KEYS[1], KEYS[2], KEYS[3]
local first, last = tonumber(ARGV[1]), tonumber(redis.call('GET', seq) or '0')
if last + 1 < first and tonumber(ARGV[2]) < first then return {last, redis.call('HGETALL', KEYS[4])} end
local before, position = last, redis.call('HGET', judge, 'position')

local function behind(id)
  local a1, a2 = string.match(id, '^(%d+)-(%d+)$')
  local b1, b2 = string.match(position, '^(%d+)-(%d+)$')
  a1, a2, b1, b2 = tonumber(a1), tonumber(a2), tonumber(b1), tonumber(b2)
  return a1 < b1 or (a1 == b1 and a2 <= b2)
end

local function add(row)
  local id = redis.call('XADD', stream, '*', 'r', row)
  if last > before or not position or not behind(id) then return end
  -- The server's clock is behind what was judged (a lost stream, another server): nobody would read this row there.
  local ms, n = string.match(position, '^(%d+)-(%d+)$')
  redis.call('XDEL', stream, id)
  redis.call('XADD', stream, ms .. '-' .. string.format('%.0f', tonumber(n) + 1), 'r', row)
end

for i = 8, #ARGV do
  local number = first + i - 8
  if number > last then
    add(ARGV[i])
    last = number
  end
end
if last > before then
  redis.call('SET', seq, string.format('%.0f', last), 'EX', ARGV[6])
  if redis.call('TTL', stream) < tonumber(ARGV[5]) / 2 then redis.call('EXPIRE', stream, ARGV[5]) end
  if position then
    local now = redis.call('TIME')
    local cut = now[1] * 1000 + math.floor(now[2] / 1000) - tonumber(ARGV[3])
    local judged = tonumber(string.match(position, '^%d+'))
    local oldest = cut < judged and string.format('%.0f', cut) or position
    redis.call('XTRIM', stream, 'MINID', '~', oldest)
  end
  if redis.call('XLEN', stream) > tonumber(ARGV[4]) then
    -- Judged rows go first, whatever their age; only then unjudged ones, which are counted.
    if position then redis.call('XTRIM', stream, 'MINID', position) end
    local lost = redis.call('XTRIM', stream, 'MAXLEN', ARGV[4])
    if lost > 0 then
      redis.call('HINCRBY', judge, 'lost', lost)
      if redis.call('TTL', judge) < 0 then redis.call('EXPIRE', judge, ARGV[7]) end
    end
  end
end
return {last, redis.call('HGETALL', KEYS[4])}

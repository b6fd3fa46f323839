-- Which due deliveries of one channel may be taken now: the earliest first, none for a target that is busy.
-- However many wait for busy targets, those behind them are found.
-- KEYS: due
-- ARGV: now, how many, busy target...
-- Returns: delivery ids
local CHUNK = 1000
local due, now, most, busy, found, from = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), {}, {}, 0
for i = 3, #ARGV do busy[ARGV[i]] = true end
while true do
  local rows = redis.call('ZRANGE', due, from, from + CHUNK - 1, 'WITHSCORES')
  for i = 1, #rows, 2 do
    if tonumber(rows[i + 1]) > now or #found >= most then return found end
    if not busy[string.match(rows[i], '^[^/]*')] then found[#found + 1] = rows[i] end
  end
  if #rows < 2 * CHUNK then return found end
  from = from + CHUNK
end

-- Which due deliveries of one channel may be taken now: the earliest first, none for a target that is busy.
-- However many wait for busy targets, those behind them are found; and however many wait for one that is free, the first
-- ones of every other target are found too: the rest of a long queue only fills what is left.
-- KEYS: due
-- ARGV: now, how many, of one target at first, busy target...
-- Returns: delivery ids
local CHUNK = 1000
local due, now, most, each = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local busy, of, first, more, from = {}, {}, {}, {}, 0
for i = 4, #ARGV do busy[ARGV[i]] = true end

local function look(id)
  local target = string.match(id, '^[^/]*')
  if busy[target] then return end
  of[target] = (of[target] or 0) + 1
  if of[target] <= each then
    first[#first + 1] = id
  elseif #more < most then
    more[#more + 1] = id
  end
end

local function all()
  for i = 1, math.min(most - #first, #more) do first[#first + 1] = more[i] end
  return first
end

while true do
  local rows = redis.call('ZRANGE', due, from, from + CHUNK - 1, 'WITHSCORES')
  for i = 1, #rows, 2 do
    if tonumber(rows[i + 1]) > now or #first >= most then return all() end
    look(rows[i])
  end
  if #rows < 2 * CHUNK then return all() end
  from = from + CHUNK
end

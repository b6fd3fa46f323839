-- Due deliveries of one channel into one courier's hands: until the claim expires nobody else gets them.
-- KEYS: due delivery...
-- ARGV: now, claimed until, owner with a nonce of this claim, delivery ttl s, how many, of one target, delivery id...
-- Sent again, it says what it took the first time, and takes nothing more.
-- What is news goes before what only has fresher figures; among equals, the earliest due.
-- Returns: for each taken one {id, token, sub, ch, v, body, uv, dv, where, tries, doubts, {number, line, ...}}
local due, now, most, each, taken, calm = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[5]), tonumber(ARGV[6]), {}, {}
local of = {}  -- taken by target

local function lines(key, row)
  local trail = {}
  for n = tonumber(row[8] or '0') + 1, tonumber(row[7] or '0') do
    local line = redis.call('HGET', key, 't' .. n)
    if line then
      trail[#trail + 1] = n
      trail[#trail + 1] = line
    end
  end
  return trail
end

local function give(id, key, row, token, tries)
  taken[#taken + 1] = {id, token, row[1], row[2], row[3], row[4], row[5] or 0, row[6] or 0, row[9] or '', tries,
    tonumber(row[10] or '0'), lines(key, row)}
end

local function fields(key)
  return redis.call('HMGET', key, 'sub', 'ch', 'v', 'body', 'uv', 'dv', 'n', 'dn', 'where', 'doubts')
end

local function take(id, key, row)
  if (of[row[2]] or 0) >= each then return end
  of[row[2]] = (of[row[2]] or 0) + 1
  local token = ARGV[3] .. ':' .. redis.call('HINCRBY', key, 'claims', 1)
  local tries = redis.call('HINCRBY', key, 'tries', 1)
  redis.call('HSET', key, 'claim', token, 'at', ARGV[1])
  redis.call('EXPIRE', key, ARGV[4])
  redis.call('ZADD', due, ARGV[2], id)
  give(id, key, row, token, tries)
end

local scores, mine = {}, ARGV[3] .. ':'
for i = 7, #ARGV do
  local id, key = ARGV[i], KEYS[i - 5]
  scores[i] = redis.call('ZSCORE', due, id)
  if scores[i] and tonumber(scores[i]) > now then
    local held = redis.call('HMGET', key, 'claim', 'tries')
    if held[1] and string.sub(held[1], 1, #mine) == mine then
      give(id, key, fields(key), held[1], tonumber(held[2]))
    end
  end
end
if #taken > 0 then return taken end

for i = 7, #ARGV do
  if #taken >= most then break end
  local id, key = ARGV[i], KEYS[i - 5]
  local score = scores[i]
  if score and tonumber(score) <= now then
    local row = fields(key)
    if not row[1] then
      redis.call('ZREM', due, id)
    elseif tonumber(row[5] or '-1') > tonumber(row[6] or '0') or tonumber(row[7] or '0') > tonumber(row[8] or '0') then
      take(id, key, row)
    else
      calm[#calm + 1] = {id, key, row}
    end
  end
end
for _, waiting in ipairs(calm) do
  if #taken >= most then break end
  take(waiting[1], waiting[2], waiting[3])
end
return taken

-- One judgement, whole or not at all: position, state, assessments, attention, incidents, deliveries, timeline, ledger.
-- KEYS: lease judge assessments attention incidents opened timeline deliveries ledger, then (delivery due)... FIXED on
-- ARGV: token, position, commit id, state, service ttl s, delivery ttl s, incidents kept, timeline kept,
--       deliveries kept, trail kept, ledger ttl s, ledger rows kept, then five counted groups and the deliveries:
--       n, (component, json)...   assessments
--       n, (component, json)...   attention
--       n, (id, opened, json)...  incidents
--       n, line...                timeline
--       n, (at, json)...          ledger
--       (id, subject, channel, version, urgent, due, body, n, line...)... one per pair of delivery keys
-- Returns: 1 written (now or by an earlier send of the same commit), 0 lease not held, -1 position would go back
local call = redis.call
local FIXED = 9  -- keys before those of the deliveries
local DUE_KEPT = 50000
local judge, index = KEYS[2], KEYS[8]
local ttl, delivery_ttl = tonumber(ARGV[5]), tonumber(ARGV[6])
local at = 13

local function take()
  at = at + 1
  return ARGV[at - 1]
end

local function keep(key)
  -- Only when half of it is gone, so that a commit a second does not write a TTL a second to the append-only file.
  local left = call('TTL', key)
  if left ~= -2 and left < ttl / 2 then call('EXPIRE', key, ttl) end
end

local function before(a, b)
  local a1, a2 = string.match(a, '^(%d+)-(%d+)$')
  local b1, b2 = string.match(b, '^(%d+)-(%d+)$')
  a1, a2, b1, b2 = tonumber(a1), tonumber(a2), tonumber(b1), tonumber(b2)
  return a1 < b1 or (a1 == b1 and a2 < b2)
end

local function replace(key)
  local wanted = {}
  for _ = 1, tonumber(take()) do
    local field, value = take(), take()
    wanted[field] = true
    if call('HGET', key, field) ~= value then call('HSET', key, field, value) end
  end
  for _, field in ipairs(call('HKEYS', key)) do
    if not wanted[field] then call('HDEL', key, field) end
  end
  keep(key)
end

local function write_incidents()
  for _ = 1, tonumber(take()) do
    local id, opened, body = take(), take(), take()
    call('HSET', KEYS[5], id, body)
    call('ZADD', KEYS[6], opened, id)
  end
  local excess = call('ZCARD', KEYS[6]) - tonumber(ARGV[7])
  if excess > 0 then
    local gone = call('ZPOPMIN', KEYS[6], excess)
    for i = 1, #gone, 2 do call('HDEL', KEYS[5], gone[i]) end
  end
end

local function write_timeline()
  local n = tonumber(take())
  for _ = 1, n do call('LPUSH', KEYS[7], take()) end
  if n > 0 then call('LTRIM', KEYS[7], 0, tonumber(ARGV[8]) - 1) end
end

local function write_ledger()
  local n = tonumber(take())
  for _ = 1, n do
    local moment, body = take(), take()
    call('ZADD', KEYS[9], moment, body)
  end
  if n > 0 then
    call('ZREMRANGEBYRANK', KEYS[9], 0, -tonumber(ARGV[12]) - 1)
    call('EXPIRE', KEYS[9], ARGV[11])
  end
end

local function append_trail(key)
  local n = tonumber(take())
  if n == 0 then return false end
  local last = tonumber(call('HGET', key, 'n') or '0')
  local dropped = last + n - tonumber(ARGV[10])
  for i = 1, n do call('HSET', key, 't' .. (last + i), take()) end
  call('HSET', key, 'n', last + n)
  if dropped > tonumber(call('HGET', key, 'dn') or '0') then
    for i = tonumber(call('HGET', key, 'dn') or '0') + 1, dropped do call('HDEL', key, 't' .. i) end
    call('HSET', key, 'dn', dropped)
  end
  return true
end

local function schedule(key, due_key, id, urgent, due)
  if call('HEXISTS', key, 'claim') == 1 then return end  -- in a courier's hands: settling it sees what is new
  if call('HEXISTS', key, 'dead') == 1 then
    if not urgent then return end
    call('HDEL', key, 'dead')
  end
  local quiet = call('HMGET', key, 'calm', 'nb')
  if not urgent then due = math.max(due, tonumber(quiet[1] or '0')) end
  local waiting = call('ZSCORE', due_key, id)
  if waiting then due = math.min(due, tonumber(waiting)) end
  call('ZADD', due_key, math.max(due, tonumber(quiet[2] or '0')), id)
end

local function write_delivery(key, due_key, now)
  local id, subject, channel = take(), take(), take()
  local version, urgent, due, body = tonumber(take()), take() == '1', tonumber(take()), take()
  local newer = version > tonumber(call('HGET', key, 'v') or '-1')
  if newer then
    call('HSET', key, 'sub', subject, 'ch', channel, 'v', version, 'body', body)
    if urgent then call('HSET', key, 'uv', version) end
  end
  local longer = append_trail(key)
  if not newer and not longer then return end
  call('ZADD', index, now, id)
  call('EXPIRE', key, delivery_ttl)
  schedule(key, due_key, id, urgent, due)
  -- Nobody serves a channel that was taken out of the configuration: what waits for it must not grow for ever.
  call('ZREMRANGEBYRANK', due_key, 0, -DUE_KEPT - 1)
  keep(due_key)
end

local old = call('HMGET', judge, 'commit', 'position')
if old[1] == ARGV[3] then return 1 end
if string.match(call('GET', KEYS[1]) or '', '^%d+') ~= ARGV[1] then return 0 end
if old[2] and before(ARGV[2], old[2]) then return -1 end

call('HSET', judge, 'position', ARGV[2], 'commit', ARGV[3], 'state', ARGV[4])
replace(KEYS[3])
replace(KEYS[4])
write_incidents()
write_timeline()
write_ledger()
local now = call('TIME')[1]
for i = FIXED + 1, #KEYS, 2 do write_delivery(KEYS[i], KEYS[i + 1], now) end
call('ZREMRANGEBYSCORE', index, '-inf', now - delivery_ttl)
local excess = call('ZCARD', index) - tonumber(ARGV[9])
if excess > 0 then
  call('ZPOPMIN', index, excess)  -- out of sight, not undone: what is due is still delivered
end
for _, i in ipairs({2, 5, 6, 7, 8}) do keep(KEYS[i]) end
return 1

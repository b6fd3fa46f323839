-- One judgement, whole or not at all: position, state, assessments, attention, incidents, deliveries, timeline, ledger,
-- and what people who asked for something are told.
-- KEYS: lease judge assessments attention incidents opened timeline deliveries ledger aside, then (delivery due)...
--       FIXED on, then rollup..., then outcome...
-- ARGV: token, position, commit id, state, service ttl s, delivery ttl s, incidents kept, timeline kept,
--       deliveries kept, trail kept, ledger ttl s, ledger rows kept, rows set aside kept, last commit or *, 1 with the
--       state or 0, 1 with all assessments or 0, then nine counted groups, deliveries, roll-ups:
--       n, (component, json)...   assessments; those left out stay where these are not all
--       n, (component, json)...   attention
--       n, (id, opened, json)...  incidents
--       n, line...                timeline
--       n, json...                rows that could not be judged
--       n, (at, json)...          ledger
--       n, (ttl s, json)...       outcomes, for the last n keys
--       n, (id, json)...          records of incidents
--       n, until                  roll-ups: so many keys before those of the outcomes; all is written until then
--       (id, subject, channel, version, urgent, due, body, held until, over, begins, by, n, line...)... one per pair of
--         delivery keys
--       (ttl s, n, (bucket, sums)...)... one per roll-up key: "count,...;first bin;bin,...", to be added
-- Returns: 1 written (now or by an earlier send of the same commit), 0 lease not held, -1 position would go back,
--       -2 the last commit is another one than this builds upon: the store lost some
local call = redis.call
local FIXED = 10  -- keys before those of the deliveries
local DUE_KEPT = 50000
local judge, index = KEYS[2], KEYS[8]
local ttl, delivery_ttl = tonumber(ARGV[5]), tonumber(ARGV[6])
local at = 17

local function take()
  at = at + 1
  return ARGV[at - 1]
end

-- On a cluster a key that this script empties is gone, and while its slot is moved no command may name it any more:
-- such commands come last, lest the script end half-way.
local removals = {}

local function remove(verb, key, name)
  removals[key .. ' ' .. name] = {verb, key, name}
end

local function removed(key, name)
  local was = removals[key .. ' ' .. name] ~= nil
  removals[key .. ' ' .. name] = nil
  return was
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

local function replace(key, all)
  local wanted = {}
  for _ = 1, tonumber(take()) do
    local field, value = take(), take()
    wanted[field] = true
    if call('HGET', key, field) ~= value then call('HSET', key, field, value) end
  end
  keep(key)
  for _, field in ipairs(all and call('HKEYS', key) or {}) do
    if not wanted[field] then remove('HDEL', key, field) end
  end
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
    for i = 1, #gone, 2 do call('HDEL', KEYS[5], gone[i], 'record:' .. gone[i]) end
  end
end

local function write_timeline()
  local n = tonumber(take())
  for _ = 1, n do call('LPUSH', KEYS[7], take()) end
  if n > 0 then call('LTRIM', KEYS[7], 0, tonumber(ARGV[8]) - 1) end
end

local function write_aside()
  local n = tonumber(take())
  for _ = 1, n do call('LPUSH', KEYS[10], take()) end
  if n > 0 then call('LTRIM', KEYS[10], 0, tonumber(ARGV[13]) - 1) end
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

local function write_outcomes()
  local n = tonumber(take())
  for i = #KEYS - n + 1, #KEYS do
    local ttl_s, body = take(), take()
    call('SET', KEYS[i], body, 'EX', ttl_s)
  end
  return n
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

local function unbegun(key)
  return (call('HGET', key, 'where') or '') == ''
end

local function forgotten(key, due_key, id, version, due, held)
  -- What is over and never stood is not begun for its end: while quiet holds it back, and where that was settled before.
  local settled = tonumber(call('HGET', key, 'dv') or '0') > 0
  if not unbegun(key) or call('HEXISTS', key, 'claim') == 1 or not (settled or held > due) then return false end
  call('HSET', key, 'dv', version, 'dn', call('HGET', key, 'n') or '0')
  call('HDEL', key, 'held')
  remove('ZREM', due_key, id)
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
  local waiting = not removed(due_key, id) and call('ZSCORE', due_key, id)
  if waiting then due = math.min(due, tonumber(waiting)) end
  call('ZADD', due_key, math.max(due, tonumber(quiet[2] or '0')), id)
end

local function write_delivery(key, due_key, now)
  local id, subject, channel = take(), take(), take()
  local version, urgent, due, body = tonumber(take()), take() == '1', tonumber(take()), take()
  local held, over, begins, by = tonumber(take()), take() == '1', take() == '1', take()
  if not begins and call('EXISTS', key) == 0 then
    for _ = 1, tonumber(take()) do take() end
    return
  end
  local newer = version > tonumber(call('HGET', key, 'v') or '-1')
  if not unbegun(key) then held = 0 end
  if newer then
    call('HSET', key, 'sub', subject, 'ch', channel, 'v', version, 'body', body)
    if urgent then call('HSET', key, 'uv', version) end
  end
  local longer = append_trail(key)
  if not newer and not longer then return end
  if by ~= '' then call('HSETNX', key, 'by', by) end
  call('ZADD', index, now, id)
  call('EXPIRE', key, delivery_ttl)
  if over and forgotten(key, due_key, id, version, due, held) then return end
  if held > due then call('HSET', key, 'held', held) else call('HDEL', key, 'held') end
  schedule(key, due_key, id, urgent, math.max(due, held))
  -- Nobody serves a channel that was taken out of the configuration: what waits for it must not grow for ever.
  call('ZREMRANGEBYRANK', due_key, 0, -DUE_KEPT - 1)
  keep(due_key)
end

local function write_records()
  for _ = 1, tonumber(take()) do
    local id, body = take(), take()
    if call('HEXISTS', KEYS[5], id) == 1 then call('HSET', KEYS[5], 'record:' .. id, body) end
  end
end

local function numbers(words)
  local list = {}
  for n in string.gmatch(words .. ',', '(%-?%d*),') do list[#list + 1] = tonumber(n) or 0 end
  return list
end

local function added(one, other, shift, back)
  -- The second list begins `shift` places after the first, or `back` places before it.
  local sums = {}
  for i, n in ipairs(one) do sums[i + back] = n end
  for i, n in ipairs(other) do sums[i + shift] = (sums[i + shift] or 0) + n end
  local words = {}
  for i = 1, math.max(#one + back, #other + shift) do
    local n = sums[i] or 0
    words[i] = n == 0 and '' or string.format('%.0f', n)
  end
  return table.concat(words, ',')
end

local function parts(packed)
  local list = {}
  for part in string.gmatch(packed .. ';', '([^;]*);') do list[#list + 1] = part end
  return list
end

local function histogram(first1, bins1, first2, bins2)
  if first1 == '' then return first2 .. ';' .. bins2 end
  if first2 == '' then return first1 .. ';' .. bins1 end
  local apart = tonumber(first2) - tonumber(first1)
  local bins = added(numbers(bins1), numbers(bins2), math.max(apart, 0), math.max(-apart, 0))
  return math.min(first1, first2) .. ';' .. bins
end

local function sum(one, other)
  -- Counts and times, then histograms of two parts each: latencies, and first tokens where there are any.
  local kept, more = parts(one), parts(other)
  if #kept ~= 3 and #kept ~= 5 then return other end  -- kept by a version that we do not know
  local words = {added(numbers(kept[1]), numbers(more[1]), 0, 0)}
  for i = 2, math.max(#kept, #more), 2 do
    words[#words + 1] = histogram(kept[i] or '', kept[i + 1] or '', more[i] or '', more[i + 1] or '')
  end
  return table.concat(words, ';')
end

local function write_rollup(key)
  local left = take()
  for _ = 1, tonumber(take()) do
    local bucket, more = take(), take()
    local kept = call('HGET', key, bucket)
    call('HSET', key, bucket, kept and sum(kept, more) or more)
  end
  if call('TTL', key) < 0 then call('EXPIRE', key, left) end
end

local old = call('HMGET', judge, 'commit', 'position')
if old[1] == ARGV[3] then return 1 end
if string.match(call('GET', KEYS[1]) or '', '^%S+') ~= ARGV[1] then return 0 end
if ARGV[14] ~= '*' and (old[1] or '') ~= ARGV[14] then return -2 end
if old[2] and before(ARGV[2], old[2]) then return -1 end

if ARGV[15] == '1' then call('HSET', judge, 'position', ARGV[2], 'commit', ARGV[3], 'state', ARGV[4]) end
replace(KEYS[3], ARGV[16] == '1')
replace(KEYS[4], true)
write_incidents()
write_timeline()
write_aside()
write_ledger()
local outcomes = write_outcomes()
write_records()
local rollups, rolled = tonumber(take()), take()
if rollups > 0 then call('HSET', judge, 'rolled', rolled) end
local deliveries = #KEYS - outcomes - rollups
local now = call('TIME')[1]
for i = FIXED + 1, deliveries, 2 do write_delivery(KEYS[i], KEYS[i + 1], now) end
for i = deliveries + 1, deliveries + rollups do write_rollup(KEYS[i]) end
local excess = call('ZCARD', index) - tonumber(ARGV[9])
if excess > 0 then
  call('ZPOPMIN', index, excess)  -- out of sight, not undone: what is due is still delivered
end
for _, i in ipairs({2, 5, 6, 7, 8, 10}) do keep(KEYS[i]) end
for _, words in pairs(removals) do call(unpack(words)) end
call('ZREMRANGEBYSCORE', index, '-inf', now - delivery_ttl)
return 1

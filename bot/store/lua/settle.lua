-- The end of one claim. A courier whose claim has expired and been given to another changes nothing.
-- KEYS: due delivery undeliverable
-- ARGV: id, token, delivery ttl s, verb, then
--       done version trail_n where next_due | retry error due_at doubtful | hold why due_at | keep until
--       | give_up error at version entry kept service_ttl_s
-- `keep` is no end: the claim goes on until then. What is on `hold` was not tried.
-- Returns: 1 settled (now or by an earlier send of the same words), 0 the claim is no longer held
local call = redis.call
local due, key, id, token, verb = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[4]
local row = call('HMGET', key, 'claim', 'last', 'v', 'uv', 'n', 'dn', 'at')
if row[1] ~= token then return row[2] == token and 1 or 0 end
local wanted, urgent, trail = tonumber(row[3]), tonumber(row[4] or '-1'), tonumber(row[5] or '0')
local claimed_at = row[7]

if verb == 'keep' then
  call('ZADD', due, ARGV[5], id)
  return 1
end

call('HDEL', key, 'claim')
call('HSET', key, 'last', token)
call('EXPIRE', key, ARGV[3])

if verb == 'done' then
  local version, before, next_due = tonumber(ARGV[5]), tonumber(row[6] or '0'), ARGV[8]
  local posted = math.min(math.max(before, tonumber(ARGV[6])), trail)
  for n = before + 1, posted do call('HDEL', key, 't' .. n) end
  call('HSET', key, 'dv', version, 'where', ARGV[7], 'tries', 0, 'calm', next_due, 'dn', posted)
  call('HDEL', key, 'error', 'nb', 'dead')
  if wanted > version or trail > posted then
    call('ZADD', due, urgent > version and claimed_at or math.max(tonumber(claimed_at), tonumber(next_due)), id)
  else
    call('ZREM', due, id)
  end
elseif verb == 'retry' then
  call('HSET', key, 'error', ARGV[5], 'nb', ARGV[6])
  if ARGV[7] == '1' then call('HINCRBY', key, 'doubts', 1) end
  call('ZADD', due, ARGV[6], id)
elseif verb == 'hold' then
  call('HSET', key, 'error', ARGV[5], 'nb', ARGV[6])
  call('HINCRBY', key, 'tries', -1)
  call('ZADD', due, ARGV[6], id)
else
  call('HSET', key, 'error', ARGV[5])
  call('LPUSH', KEYS[3], ARGV[8])
  call('LTRIM', KEYS[3], 0, tonumber(ARGV[9]) - 1)
  call('EXPIRE', KEYS[3], ARGV[10])
  if urgent > tonumber(ARGV[7]) then
    call('ZADD', due, claimed_at, id)  -- what is wanted now is news, and may be accepted
  else
    call('HSET', key, 'dead', ARGV[6], 'tries', 0)
    call('ZREM', due, id)
  end
end
return 1

-- A message that stands on a channel and of which the store knows nothing any more: taken up again, for its last edition.
-- KEYS: due delivery deliveries
-- ARGV: id, subject, channel, version, body, where, now, delivery ttl s, service ttl s, "own" or "beside"
-- What was found anew under its id goes on in it, unless that is being posted, or stands, elsewhere. Under its own id
-- nothing is begun: what is found anew later begins with the first edition, which would be older than this one.
-- Returns: 1 taken up, or goes on (now or by an earlier send of the same), 0 the store knows of it, -1 not of this one
local call = redis.call
local due, key, index, id, now = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[7]
if call('EXISTS', key) == 1 then
  local known = call('HMGET', key, 'v', 'body', 'where', 'claim')
  local where = known[3] or ''
  if where == ARGV[6] then return known[1] == ARGV[4] and known[2] == ARGV[5] and 1 or 0 end
  if where ~= '' or known[4] then return -1 end
  call('HSET', key, 'where', ARGV[6])
  return 1
end
if ARGV[10] == 'own' then return -1 end
call('HSET', key, 'sub', ARGV[2], 'ch', ARGV[3], 'v', ARGV[4], 'uv', ARGV[4], 'dv', ARGV[4] - 1, 'body', ARGV[5],
  'where', ARGV[6])
call('EXPIRE', key, ARGV[8])
call('ZADD', index, now, id)
call('ZADD', due, now, id)
for _, name in ipairs({due, index}) do
  if call('TTL', name) < 0 then call('EXPIRE', name, ARGV[9]) end
end
return 1

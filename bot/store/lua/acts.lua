-- How often one person may act: a bucket that fills evenly, by the server's clock, for all processes together.
-- KEYS: acts of that person
-- ARGV: acts in a minute, a nonce
-- Sent again with the nonce of the last act, it answers as it did and counts nothing.
-- Returns: 0 where this act may be (it counts), else after how many milliseconds the next one may
local key, most, nonce = KEYS[1], tonumber(ARGV[1]), ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local row = redis.call('HMGET', key, 'left', 'at', 'last', 'said')
if row[3] == nonce then return tonumber(row[4]) end
local left = tonumber(row[1] or most)
-- A clock that is set back fills no bucket.
left = math.min(most, left + math.max(0, now - tonumber(row[2] or now)) * most / 60000)
local wait = 0
if left >= 1 then
  left = left - 1
else
  wait = math.ceil((1 - left) * 60000 / most)
end
redis.call('HSET', key, 'left', string.format('%.6f', left), 'at', string.format('%.0f', now), 'last', nonce,
  'said', wait)
redis.call('PEXPIRE', key, 60000)
return wait

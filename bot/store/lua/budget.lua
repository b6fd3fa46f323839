-- The day's budget of one service: so much set aside for one look, if it is within what is allowed.
-- KEYS: budget
-- ARGV: tokens, nano-dollars, tokens allowed a day, nano-dollars allowed a day, ttl s, a nonce; nothing wanted: only asks
-- Sent again with the same nonce, while it is among the latest, it answers as it did and books nothing.
-- Returns: 1 set aside (or only asked), 0 refused; then today's tokens, nano-dollars, refusals
local LATEST = 64
local key, tokens, nano = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local today = string.format('%.0f', math.floor(redis.call('TIME')[1] / 86400))
local row = redis.call('HMGET', key, 'day', 'tokens', 'nano', 'refused', 'asked')
local used, paid, refused, asked = 0, 0, 0, row[5] or ''
if row[1] == today then used, paid, refused = tonumber(row[2]), tonumber(row[3]), tonumber(row[4]) end
if tokens == 0 and nano == 0 then return {1, used, paid, refused} end
local _, at = string.find(asked, ARGV[6] .. '=', 1, true)
if at then return {tonumber(string.sub(asked, at + 1, at + 1)), used, paid, refused} end
local granted = used + tokens <= tonumber(ARGV[3]) and paid + nano <= tonumber(ARGV[4])
if granted then
  used, paid = used + tokens, paid + nano
else
  refused = refused + 1
end
local word = ARGV[6] .. '=' .. (granted and 1 or 0) .. ' '
asked = string.sub(word .. asked, 1, LATEST * #word)
local function plain(n) return string.format('%.0f', n) end
redis.call('HSET', key, 'day', today, 'tokens', plain(used), 'nano', plain(paid), 'refused', plain(refused),
  'asked', asked)
redis.call('EXPIRE', key, ARGV[5])
return {granted and 1 or 0, used, paid, refused}

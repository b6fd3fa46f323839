-- One more line of the audit. Beyond a person's share it is that person's oldest line that goes, and nobody else's.
-- KEYS: audit
-- ARGV: line, what stands in every line of that person and in no other, lines of one person, lines kept, ttl s
-- Sent again, it changes nothing: no line stands there twice.
local audit, line, whose = KEYS[1], ARGV[1], ARGV[2]
local mine = {}
for _, one in ipairs(redis.call('LRANGE', audit, 0, -1)) do
  if one == line then return 0 end
  if string.find(one, whose, 1, true) then mine[#mine + 1] = one end
end
for n = tonumber(ARGV[3]), #mine do redis.call('LREM', audit, -1, mine[n]) end
redis.call('LPUSH', audit, line)
redis.call('LTRIM', audit, 0, tonumber(ARGV[4]) - 1)
redis.call('EXPIRE', audit, ARGV[5])
return 1

-- Whose turn it is to read a page: whoever had it last, until nothing was heard of them for a while.
-- KEYS: reader
-- ARGV: prober, ttl ms (0: give the turn up)
-- Returns: 1 it is (or was) this prober's turn, 0 somebody else's
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
